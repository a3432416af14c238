//! The little HTTP that the bench needs: one request a connection, on loopback.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::Context;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: u16,
    /// Its head, as it came.
    pub(crate) head: String,
    /// Its body, as it came.
    pub(crate) body: String,
}

/// Asks once.
pub(crate) fn request(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> anyhow::Result<Answer> {
    let mut stream = TcpStream::connect(to)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {to}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let (head, body) = (head.to_owned(), body.to_owned());
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).context("not an HTTP answer")?;
    Ok(Answer { status, head, body })
}

/// Signs in by the form and gives the cookie (`name=value`).
pub(crate) fn sign_in(to: SocketAddr, user: &str, password: &str) -> anyhow::Result<String> {
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    let headers = format!("{form}origin: http://{to}\r\n");
    let answer = request(to, "POST", "/sign-in", &headers, &format!("user={user}&password={password}"))?;
    answer
        .head
        .lines()
        .find_map(|line| {
            line.to_ascii_lowercase().starts_with("set-cookie: ").then(|| &line["set-cookie: ".len()..])
        })
        .and_then(|cookie| cookie.split(';').next())
        .map(str::to_owned)
        .with_context(|| format!("the sign-in of {user} was refused with {}", answer.status))
}
