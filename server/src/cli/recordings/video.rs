//! A desktop's recording as a video, through `ffmpeg`: what the desktop showed at each tick of a steady clock.
//!
//! In memory are one picture and one frame, however long the recording is.

mod pointer;

use std::io::{ErrorKind, Read as _, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, bail};
use picture::Framebuffer;
use pointer::Image;
use recording::{Moment, Played, Reading, Sight, What};
use wire::desktop::{Extent, Pointer, Tile};

/// Most that is kept of what `ffmpeg` says, in bytes.
const SAID: u64 = 64 << 10;

/// How `ffmpeg` encodes, by the ending of the file's name: good enough to read small letters, and quick.
const FORMATS: [(&str, &[&str]); 2] = [
    ("mp4", &["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-movflags", "+faststart"]),
    (
        "webm",
        &[
            "-c:v",
            "libvpx-vp9",
            "-deadline",
            "realtime",
            "-cpu-used",
            "8",
            "-row-mt",
            "1",
            "-crf",
            "30",
            "-b:v",
            "0",
        ],
    ),
];

/// What is to be known before anything is written.
pub(super) struct Plan<'a> {
    file: &'a Path,
    codec: &'static [&'static str],
    fps: u64,
    /// Of the video: holds every extent that the desktop had; even, as the codecs ask for.
    extent: Extent,
}

impl<'a> Plan<'a> {
    /// Finds out whether it can be done.
    ///
    /// # Errors
    /// When it is the recording of a terminal, `ffmpeg` is not there, or the file is or has a name that says
    /// nothing.
    pub(super) fn new(reading: &Reading, file: &'a Path, fps: u64) -> anyhow::Result<Self> {
        if reading.header().picture.is_none() {
            bail!(
                "this is the recording of a terminal, of which no video is made: export it without --video and \
                 play it with asciinema"
            );
        }
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let Some((_, codec)) = FORMATS.iter().find(|(name, _)| ending.eq_ignore_ascii_case(name)) else {
            bail!("name the video's file so that it ends with .mp4 or .webm");
        };
        if file.exists() {
            bail!("{} is there already", file.display());
        }
        let asked = Command::new("ffmpeg").arg("-version").stdin(Stdio::null()).output();
        match asked {
            Err(error) if error.kind() == ErrorKind::NotFound => bail!(
                "ffmpeg is not installed here: install it (on Debian: apt-get install ffmpeg), or export the \
                 recording without --video"
            ),
            asked => _ = asked.context("ffmpeg cannot be run")?,
        }
        let largest =
            reading.largest_extent().context("the recording cannot be read")?.unwrap_or(Extent::DEFAULT);
        let extent =
            Extent { width: largest.width.next_multiple_of(2), height: largest.height.next_multiple_of(2) };
        Ok(Self { file, codec, fps, extent })
    }

    /// Writes the video.
    ///
    /// # Errors
    /// When the recording cannot be read or `ffmpeg` fails: then there is no file.
    pub(super) fn write(&self, reading: &Reading) -> anyhow::Result<()> {
        let mut ffmpeg = self.ffmpeg()?;
        let mut said = ffmpeg.stderr.take().context("ffmpeg says nothing")?;
        // What it says must be read while it works, or it would wait for that.
        let hear = std::thread::spawn(move || {
            let mut words = String::new();
            _ = (&mut said).take(SAID).read_to_string(&mut words);
            _ = std::io::copy(&mut said, &mut std::io::sink());
            words
        });
        let written = match ffmpeg.stdin.take() {
            Some(stdin) => Film::new(self, reading, stdin).roll(reading),
            None => bail!("ffmpeg reads nothing"),
        };
        if written.is_err() {
            // It may wait for pictures that do not come; it has failed already if it hung up.
            _ = ffmpeg.kill();
        }
        let status = ffmpeg.wait().context("ffmpeg cannot be waited for")?;
        let words = hear.join().unwrap_or_default();
        if written.is_ok() && status.success() {
            return Ok(());
        }
        _ = std::fs::remove_file(self.file);
        match written {
            Err(error) if !error.is::<HungUp>() => Err(error),
            _ => bail!("ffmpeg failed: {}", words.trim().lines().last().unwrap_or("it did not say why")),
        }
    }

    fn ffmpeg(&self) -> anyhow::Result<Child> {
        let Extent { width, height } = self.extent;
        let (size, fps) = (format!("{width}x{height}"), self.fps.to_string());
        Command::new("ffmpeg")
            .args(["-hide_banner", "-loglevel", "error", "-nostdin", "-n"])
            .args(["-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", &size, "-framerate", &fps])
            .args(["-i", "pipe:0", "-an"])
            .args(self.codec)
            .args(["-pix_fmt", "yuv420p"])
            .arg(self.file)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("ffmpeg cannot be run")
    }
}

/// `ffmpeg` reads no more: it says itself why.
#[derive(Debug, thiserror::Error)]
#[error("ffmpeg reads no more")]
struct HungUp;

/// The picture as it is, and the frames that were made of it.
struct Film<'a> {
    plan: &'a Plan<'a>,
    out: ChildStdin,
    picture: Framebuffer,
    frame: Vec<u8>,
    pointer: Option<Image>,
    /// Where it is, if that is known.
    mouse: Option<(u16, u16)>,
    /// Whether the picture is another than the frame.
    is_changed: bool,
    frames: u64,
}

impl<'a> Film<'a> {
    fn new(plan: &'a Plan<'a>, reading: &Reading, out: ChildStdin) -> Self {
        let Extent { width, height } = plan.extent;
        Self {
            plan,
            out,
            picture: Framebuffer::new(reading.header().picture.unwrap_or(Extent::DEFAULT)),
            frame: vec![0; usize::from(width) * usize::from(height) * 3],
            pointer: Image::of(&Pointer::Default),
            mouse: None,
            is_changed: true,
            frames: 0,
        }
    }

    fn roll(mut self, reading: &Reading) -> anyhow::Result<()> {
        let mut failed = Ok(());
        let read = reading.all(|Played { at, what, .. }| {
            failed = self.until(at).and_then(|()| self.happens(at, &what));
            if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        read.context("the recording cannot be read")?;
        failed?;
        // The end is seen, too.
        self.until(reading.duration().plus(1000 / self.plan.fps))
    }

    /// Writes the frames whose time is before that moment.
    fn until(&mut self, at: Moment) -> anyhow::Result<()> {
        while Moment(self.frames * 1000 / self.plan.fps) < at {
            if std::mem::take(&mut self.is_changed) {
                self.draw();
            }
            self.out.write_all(&self.frame).map_err(|_| HungUp)?;
            self.frames += 1;
        }
        Ok(())
    }

    fn happens(&mut self, at: Moment, what: &What) -> anyhow::Result<()> {
        let What::Shows(sight) = what else { return Ok(()) };
        match sight {
            Sight::Extent(extent) => self.picture = Framebuffer::new(*extent),
            Sight::Drawn { tiles, .. } => self.apply(at, tiles)?,
            Sight::Pointer { pointer, .. } => self.pointer = Image::of(pointer),
            Sight::Mouse(x, y) => self.mouse = Some((*x, *y)),
            // Who reads from the start has it.
            Sight::Whole(_) => return Ok(()),
        }
        self.is_changed = true;
        Ok(())
    }

    fn apply(&mut self, at: Moment, tiles: &[Tile]) -> anyhow::Result<()> {
        for tile in tiles {
            self.picture.apply(tile).with_context(|| format!("the picture at {at} cannot be read"))?;
        }
        Ok(())
    }

    /// Puts the picture into the frame's upper left corner, and the pointer over it.
    fn draw(&mut self) {
        let row = |extent: Extent| usize::from(extent.width) * 3;
        let (from, to) = (row(self.picture.extent()), row(self.plan.extent));
        self.frame.fill(0);
        for (to, from) in self.frame.chunks_exact_mut(to).zip(self.picture.pixels().chunks_exact(from)) {
            to[..from.len()].copy_from_slice(from);
        }
        if let (Some(pointer), Some(at)) = (&self.pointer, self.mouse) {
            pointer.draw(at, &mut self.frame, self.picture.extent(), to);
        }
    }
}
