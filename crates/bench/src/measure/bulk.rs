//! Long output, with and without a terminal: how fast, and whether every byte arrives.

use std::fs;
use std::io::{BufWriter, Read, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::children::Guarded;
use crate::ssh::Way;
use crate::stats::Samples;
use crate::table::Row;
use crate::world::World;

/// Bytes of the file that the target writes out, about.
const FILE: usize = 100 << 20;
/// What precedes the file, so that a greeting is not counted.
const BEGIN: &[u8] = b"begin-of-file\n";
/// A transfer that takes longer has stalled.
const STALLED: Duration = Duration::from_secs(90);

/// Output on a raw terminal.
pub(crate) fn with_terminal(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let (rounds, copies) = if world.quick { (1, 1) } else { (3, 2) };
    let compared = compare(world, true, rounds, copies)?;
    let row = compared.row("bulk PTY output", 0.8);
    Ok(vec![row.beside(format!("ProxyJump {:.2} now; Warpgate 0.40", compared.jump / compared.direct))])
}

/// Output of a command without a terminal, 1 GB.
pub(crate) fn without_terminal(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let (rounds, copies) = if world.quick { (1, 1) } else { (2, 10) };
    let compared = compare(world, false, rounds, copies)?;
    let row = compared.row("1 GB through exec", 0.55);
    Ok(vec![row.beside(format!("ProxyJump {:.2} now; bare pipe 0.60", compared.jump / compared.direct))])
}

/// Megabytes a second of each way.
struct Compared {
    direct: f64,
    jump: f64,
    gateway: f64,
}

impl Compared {
    fn row(&self, what: &str, bar: f64) -> Row {
        let ratio = self.gateway / self.direct;
        let measured =
            format!("{ratio:.2} × direct, none lost ({:.0} of {:.0} MB/s)", self.gateway, self.direct);
        Row::new(what, measured, format!("≥ {bar} × direct, none lost"), ratio >= bar)
    }
}

fn compare(world: &World, with_terminal: bool, rounds: usize, copies: usize) -> anyhow::Result<Compared> {
    let file = the_file(world)?;
    let mut samples: [Samples; 3] = Default::default();
    for _ in 0..rounds {
        for (way, samples) in Way::COMPARED.into_iter().zip(&mut samples) {
            let rate =
                transfer(world, way, with_terminal, &file, copies).with_context(|| format!("{way:?}"))?;
            samples.push_ms(rate);
        }
    }
    let [direct, jump, gateway] = samples.map(|samples| samples.p50());
    Ok(Compared { direct, jump, gateway })
}

/// The file of numbered lines: no two pieces of it are alike, so nothing can be lost or repeated
/// unseen.
fn the_file(world: &World) -> anyhow::Result<Vec<u8>> {
    let path = world.path("file");
    if !path.exists() {
        let mut file = BufWriter::new(fs::File::create(&path)?);
        let mut written = 0;
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        for line in 0_u32.. {
            if written >= FILE {
                break;
            }
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let text =
                format!("{line:>8} {random:016x}{:016x}{:016x} 0123456789\n", !random, random.reverse_bits());
            file.write_all(text.as_bytes())?;
            written += text.len();
        }
        file.flush()?;
    }
    Ok(fs::read(path)?)
}

/// Megabytes a second from the first byte to the last; an error unless each one arrives.
fn transfer(world: &World, way: Way, with_terminal: bool, file: &[u8], copies: usize) -> anyhow::Result<f64> {
    let path = world.path("file").display().to_string();
    let raw = if with_terminal { "stty raw -echo; " } else { "" };
    let begin = String::from_utf8_lossy(BEGIN).trim().to_owned();
    let command = format!("{raw}echo {begin}; exec cat{}", format!(" {path}").repeat(copies));
    let mut ssh = way.run(world, with_terminal, &command);
    let mut ssh = Guarded::start(ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()))?;
    let mut stdout = ssh.inner().stdout.take().context("no output")?;
    // Kept open: the end of input would end the terminal.
    let stdin = ssh.inner().stdin.take();

    let mut chunk = vec![0; 1 << 20];
    let mut head = Vec::new();
    let begun = loop {
        let read = stdout.read(&mut chunk)?;
        anyhow::ensure!(read > 0, "nothing came: {}", String::from_utf8_lossy(&head).trim());
        head.extend_from_slice(&chunk[..read]);
        if let Some(at) = head.windows(BEGIN.len()).position(|window| window == BEGIN) {
            break at + BEGIN.len();
        }
    };
    let start = Instant::now();
    let total = file.len() * copies;
    let mut done = 0;
    let mut check = |bytes: &[u8]| -> anyhow::Result<usize> {
        let mut rest = bytes;
        while !rest.is_empty() {
            anyhow::ensure!(done < total, "{} bytes too many", rest.len());
            let expected = &file[done % file.len()..];
            let length = rest.len().min(expected.len());
            anyhow::ensure!(rest[..length] == expected[..length], "wrong bytes after {done} of {total}");
            done += length;
            rest = &rest[length..];
        }
        Ok(done)
    };
    let mut got = check(&head[begun..])?;
    while got < total {
        let read = stdout.read(&mut chunk)?;
        anyhow::ensure!(read > 0, "only {got} of {total} bytes came");
        got = check(&chunk[..read])?;
        anyhow::ensure!(start.elapsed() < STALLED, "stalled after {got} of {total} bytes");
    }
    let took = start.elapsed();
    drop(stdin);
    Ok(total as f64 / 1e6 / took.as_secs_f64())
}
