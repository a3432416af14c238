//! A load source: another system that reports its sessions, many at once, through the report API.
//!
//! It keeps to loopback, holds what it opened, and closes it when told to.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{AGENT, World};

/// Reports of one request: the API takes no more.
pub(crate) const BATCH: usize = 1_000;
/// Requests that are under way at once: so many sources there are.
const SENDERS: usize = 4;
/// No answer takes longer than this.
const LONGEST: Duration = Duration::from_secs(30);
/// Lease of its sessions, in seconds: no run holds them for longer without a word.
const LEASE: u32 = 3_600;
/// Steps in which a stream of changes is sent, each second.
const STEPS: u32 = 20;

/// The source, and which of its sessions are open.
pub(crate) struct Source {
    web: SocketAddr,
    token: String,
    /// Numbers of the open sessions, oldest first.
    open: VecDeque<u64>,
    /// Number of the next one.
    next: u64,
    lease: u32,
}

/// What a stream of changes came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Churned {
    /// Changes that were accepted.
    pub(crate) changes: usize,
    /// Seconds that they took.
    pub(crate) seconds: f64,
}

impl Source {
    /// A source with a fresh token of the world's agent.
    pub(crate) fn of(world: &World) -> anyhow::Result<Self> {
        let token = world.cli_says(&["agent", "token", AGENT], "")?.trim().to_owned();
        // Keys are never used twice in a world, also by another source of the same agent.
        let next = u64::try_from(wire::Millis::now().0).unwrap_or(0) * 10_000_000;
        Ok(Self { web: world.web, token, open: VecDeque::new(), next, lease: LEASE })
    }

    /// The same with leases of so many seconds.
    pub(crate) fn leasing(self, lease: u32) -> Self {
        Self { lease, ..self }
    }

    /// Opens until so many are open; reports a second that were accepted.
    pub(crate) async fn open(&mut self, sessions: usize) -> anyhow::Result<f64> {
        let more = sessions.saturating_sub(self.open.len()) as u64;
        let numbers: Vec<u64> = (self.next..self.next + more).collect();
        self.next += more;
        let lease = self.lease;
        let rate = self.rush(&numbers, "opened", move |n, text| opening(n, lease, text)).await?;
        self.open.extend(numbers);
        Ok(rate)
    }

    /// A heartbeat of each open session, as fast as they are taken; reports a second.
    pub(crate) async fn heartbeats(&mut self) -> anyhow::Result<f64> {
        let numbers: Vec<u64> = self.open.iter().copied().collect();
        self.rush(&numbers, "renewed", heartbeat).await
    }

    /// Closes them all; reports a second.
    pub(crate) async fn close(&mut self) -> anyhow::Result<f64> {
        let numbers: Vec<u64> = self.open.drain(..).collect();
        self.rush(&numbers, "closed", closing).await
    }

    /// Opens, ends and moves sessions at a steady rate, for so long: in ten changes three of each of the first
    /// two, and four of the last.
    pub(crate) async fn churn(&mut self, per_second: usize, seconds: f64) -> anyhow::Result<Churned> {
        let mut line = Line::connect(self.web, &self.token).await?;
        let (start, mut changes, mut step) = (Instant::now(), 0, 0_u32);
        let each = per_second / STEPS as usize;
        while start.elapsed().as_secs_f64() < seconds {
            let mut batch = Batch::default();
            for nth in 0..each {
                match nth % 10 {
                    0..3 => {
                        batch.push(|text| opening(self.next, self.lease, text));
                        self.open.push_back(self.next);
                        self.next += 1;
                    }
                    3..6 => {
                        if let Some(gone) = self.open.pop_front() {
                            batch.push(|text| closing(gone, text));
                        }
                    }
                    _ => {
                        // Anywhere in the list, not one after another.
                        let at = (changes + nth).wrapping_mul(7_919) % self.open.len().max(1);
                        if let Some(moved) = self.open.get(at) {
                            batch.push(|text| heartbeat(*moved, text));
                        }
                    }
                }
            }
            changes += line.send(batch, &["opened", "closed", "renewed"]).await?;
            step += 1;
            let due = start + Duration::from_secs(1) * step / STEPS;
            tokio::time::sleep_until(due.into()).await;
        }
        Ok(Churned { changes, seconds: start.elapsed().as_secs_f64() })
    }

    /// A heartbeat of each open session every so often, evenly, for so long; how many were sent.
    pub(crate) async fn hold(&mut self, every: Duration, seconds: f64) -> anyhow::Result<usize> {
        let mut line = Line::connect(self.web, &self.token).await?;
        let numbers: Vec<u64> = self.open.iter().copied().collect();
        let batches: Vec<&[u64]> = numbers.chunks(BATCH).collect();
        let apart = every / u32::try_from(batches.len().max(1))?;
        let (start, mut sent, mut step) = (Instant::now(), 0, 0_u32);
        for batch in batches.iter().cycle() {
            if start.elapsed().as_secs_f64() >= seconds {
                break;
            }
            let mut reports = Batch::default();
            batch.iter().for_each(|n| reports.push(|text| heartbeat(*n, text)));
            sent += line.send(reports, &["renewed"]).await?;
            step += 1;
            tokio::time::sleep_until((start + apart * step).into()).await;
        }
        Ok(sent)
    }

    /// Sends a report for each number in full batches, several at a time; reports a second.
    async fn rush(
        &self,
        numbers: &[u64],
        status: &'static str,
        report: impl Fn(u64, &mut String) + Copy + Send + 'static,
    ) -> anyhow::Result<f64> {
        let start = Instant::now();
        let mut senders = tokio::task::JoinSet::new();
        let share = numbers.len().div_ceil(SENDERS).max(1);
        for share in numbers.chunks(share) {
            let (share, web, token) = (share.to_vec(), self.web, self.token.clone());
            senders.spawn(async move {
                let mut line = Line::connect(web, &token).await?;
                for numbers in share.chunks(BATCH) {
                    let mut batch = Batch::default();
                    numbers.iter().for_each(|n| batch.push(|text| report(*n, text)));
                    line.send(batch, &[status]).await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(sender) = senders.join_next().await {
            sender??;
        }
        Ok(numbers.len() as f64 / start.elapsed().as_secs_f64())
    }
}

/// Reports of one request, as JSON.
#[derive(Default)]
struct Batch {
    text: String,
    len: usize,
}

impl Batch {
    fn push(&mut self, report: impl FnOnce(&mut String)) {
        self.text.push(if self.len == 0 { '[' } else { ',' });
        report(&mut self.text);
        self.len += 1;
    }
}

/// One connection that stays open.
struct Line {
    stream: TcpStream,
    head: String,
    answer: Vec<u8>,
}

impl Line {
    async fn connect(web: SocketAddr, token: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(web).await.context("the server takes no reports")?;
        stream.set_nodelay(true)?;
        let head = format!(
            "POST /api/v1/reports HTTP/1.1\r\nhost: {web}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\n"
        );
        Ok(Self { stream, head, answer: Vec::new() })
    }

    /// Sends a batch and reads its answers: every report must be answered by one of the statuses. How many.
    async fn send(&mut self, batch: Batch, statuses: &[&str]) -> anyhow::Result<usize> {
        let Batch { mut text, len } = batch;
        if len == 0 {
            return Ok(0);
        }
        text.push(']');
        let request = format!("{}content-length: {}\r\n\r\n{text}", self.head, text.len());
        let answered = async {
            self.stream.write_all(request.as_bytes()).await?;
            self.read().await
        };
        let body = tokio::time::timeout(LONGEST, answered).await.context("no answer to reports")??;
        let body: Value = serde_json::from_slice(&body).context("the answer to reports")?;
        let answers = body["answers"].as_array().with_context(|| format!("no answers: {body}"))?;
        anyhow::ensure!(answers.len() == len, "{} answers to {len} reports", answers.len());
        for answer in answers {
            let status = answer["status"].as_str().unwrap_or_default();
            anyhow::ensure!(statuses.contains(&status), "a report was not taken: {answer}");
        }
        Ok(len)
    }

    /// The body of the next answer.
    async fn read(&mut self) -> anyhow::Result<Vec<u8>> {
        self.answer.clear();
        let (head, length) = loop {
            anyhow::ensure!(self.stream.read_buf(&mut self.answer).await? > 0, "the server hung up");
            let Some(end) = self.answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&self.answer[..end]).to_ascii_lowercase();
            anyhow::ensure!(head.starts_with("http/1.1 200"), "reports were refused: {head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            break (end + 4, length.context("an answer without a length")?.trim().parse::<usize>()?);
        };
        while self.answer.len() < head + length {
            anyhow::ensure!(self.stream.read_buf(&mut self.answer).await? > 0, "the server hung up");
        }
        Ok(self.answer.split_off(head))
    }
}

/// A session as a company has them: some thousands of people, a few hundred machines, three kinds.
fn opening(n: u64, lease: u32, text: &mut String) {
    let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16;
    let person = mixed % 9_973;
    let kind = ["WebSSO", "ESSO", "PAM"][usize::try_from(mixed / 7 % 3).unwrap_or(0)];
    // Writing into a String cannot fail.
    let _ = write!(
        text,
        "{{\"open\":{{\"key\":\"s-{n}\",\"user\":\"user-{person:05}\",\"full_name\":\"Person Number {person}\",\
         \"device\":\"10.{}.{}.{}\",\"client\":\"ws-{:04}.example\",\"port\":443,\"type\":\"{kind}\",\
         \"service_url\":\"https://app-{:03}.example:8443\",\"account_name\":\"account-{:03}\",\
         \"service_provider\":\"Application number {:03}\",\"lease_seconds\":{lease}}}}}",
        mixed / 65_536 % 250,
        mixed / 256 % 250,
        mixed % 250,
        mixed / 11 % 4_000,
        mixed / 13 % 400,
        mixed / 17 % 700,
        mixed / 13 % 400,
    );
}

fn heartbeat(n: u64, text: &mut String) {
    let now = stamp();
    let _ = write!(text, "{{\"heartbeat\":{{\"key\":\"s-{n}\",\"last_active_at\":\"{now}\"}}}}");
}

fn closing(n: u64, text: &mut String) {
    let _ = write!(text, "{{\"close\":{{\"key\":\"s-{n}\"}}}}");
}

/// Now, as reports write times.
fn stamp() -> String {
    jiff::Timestamp::now().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_sends_are_reports() {
        let mut batch = Batch::default();
        batch.push(|text| opening(17_000_000_000_000, 60, text));
        batch.push(|text| heartbeat(7, text));
        batch.push(|text| closing(7, text));
        let reports: Vec<report::Report> = serde_json::from_str(&(batch.text + "]")).expect("three reports");
        let keys: Vec<_> = reports.iter().map(report::Report::key).collect();
        assert_eq!(keys, ["s-17000000000000", "s-7", "s-7"]);
    }
}
