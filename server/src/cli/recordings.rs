//! `sightline recording`.

mod video;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use recording::{CAST, INDEX, Reading, Report, cast_path, index_path};
use wire::SessionId;

use super::{Desk, event, print};
use crate::archive::{Shelf, public_key};
use crate::audit::Action;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Check that no byte of a recording was changed, added or taken away since it was signed
    Verify(Verify),
    /// Write a recording where asciinema and others can play it (asciicast v3), or a desktop's as a video
    Export {
        /// Id of the session
        session: SessionId,
        /// The new file; without it the recording goes to standard output
        #[arg(long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Make a video of a desktop instead (.mp4 or .webm), through ffmpeg
        #[arg(long, value_name = "FILE", conflicts_with = "output")]
        video: Option<PathBuf>,
        /// Pictures a second of the video
        #[arg(long, value_name = "N", requires = "video", default_value_t = 15, value_parser = clap::value_parser!(u64).range(10..=25))]
        fps: u64,
    },
}

#[derive(Args)]
pub(super) struct Verify {
    /// Id of the session, or a recording (.cast) with its index (.idx) beside it
    #[arg(value_name = "SESSION|FILE")]
    what: String,
    /// Public key of the node that must have signed it [default: this node's]
    #[arg(long, value_name = "BASE64")]
    key: Option<String>,
}

pub(super) async fn run(desk: &Desk, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Verify(verify) => self::verify(desk, &verify),
        Command::Export { session, video: Some(file), fps, .. } => film(desk, session, &file, fps).await,
        Command::Export { session, output, .. } => export(desk, session, output.as_deref()).await,
    }
}

fn verify(desk: &Desk, verify: &Verify) -> anyhow::Result<()> {
    let (cast, index) = files(desk, &verify.what)?;
    let own = public_key(&desk.config.data)?;
    let key = verify.key.as_ref().or(own.as_ref());
    match recording::verify(&cast, &index, key.map(String::as_str)) {
        Ok(report) => print(&in_words(&report, key.is_some())),
        Err(fault) => bail!("the recording is not whole: {fault}"),
    }
}

fn in_words(report: &Report, expected: bool) -> String {
    let Report { session, node, key, events, bytes, duration, head, .. } = report;
    let end = match &report.end {
        Some(end) => end.reason.as_str(),
        None => "still running",
    };
    let trust = if expected { "" } else { " (which nobody vouches for: compare it)" };
    format!(
        "the recording is whole: session {session}, {events} events in {duration}, {bytes} bytes, {end}\n\
         signed by {node} with {key}{trust}, head {head}"
    )
}

/// The recording that a session's id or a path names, and its index.
fn files(desk: &Desk, what: &str) -> anyhow::Result<(PathBuf, PathBuf)> {
    if let Ok(session) = what.parse::<SessionId>() {
        let folder = folder(desk, session)?;
        return Ok((cast_path(&folder, session), index_path(&folder, session)));
    }
    let cast = Path::new(what).with_extension(CAST);
    if !cast.exists() {
        bail!("there is no recording {}", cast.display());
    }
    let index = cast.with_extension(INDEX);
    Ok((cast, index))
}

fn folder(desk: &Desk, session: SessionId) -> anyhow::Result<PathBuf> {
    let shelf = Shelf::of(&desk.config.data);
    shelf.find(session).with_context(|| format!("there is no recording of session {session} on this node"))
}

fn open(desk: &Desk, session: SessionId) -> anyhow::Result<Reading> {
    Reading::open(&folder(desk, session)?, session).context("the recording cannot be read")
}

/// Takes note that a recording leaves, before it does: nothing leaves unseen.
async fn note(desk: &Desk, session: SessionId, reading: &Reading, detail: String) -> anyhow::Result<()> {
    let event =
        event(Action::Exported).on(format!("recording of {}", reading.header().title)).session(session);
    desk.store.write_batch(&[], &[event.detail(detail)]).await?;
    Ok(())
}

async fn film(desk: &Desk, session: SessionId, file: &Path, fps: u64) -> anyhow::Result<()> {
    let reading = open(desk, session)?;
    let plan = video::Plan::new(&reading, file, fps)?;
    note(desk, session, &reading, "as a video".into()).await?;
    plan.write(&reading)
}

async fn export(desk: &Desk, session: SessionId, output: Option<&Path>) -> anyhow::Result<()> {
    let reading = open(desk, session)?;
    note(desk, session, &reading, format!("{} bytes", reading.len())).await?;
    let mut out: Box<dyn Write> = match output {
        Some(file) => {
            let made = std::fs::OpenOptions::new().write(true).create_new(true).open(file);
            Box::new(made.with_context(|| format!("{} cannot be made", file.display()))?)
        }
        None => Box::new(std::io::stdout().lock()),
    };
    let mut from = 0;
    while from < reading.len() {
        let piece = reading.bytes(from..from + PIECE).context("the recording cannot be read")?;
        if piece.is_empty() {
            bail!("the recording ends before its index does");
        }
        out.write_all(&piece)?;
        from += piece.len() as u64;
    }
    Ok(out.flush()?)
}

/// Bytes that are read and written in one go.
const PIECE: u64 = 1 << 20;
