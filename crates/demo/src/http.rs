//! The little HTTP that the show needs: one request a connection.

use std::net::{IpAddr, SocketAddr};

use anyhow::Result;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// Connects, from an address if one is given.
pub(crate) async fn connect(to: SocketAddr, from: Option<IpAddr>) -> Result<TcpStream> {
    let Some(from) = from else { return Ok(TcpStream::connect(to).await?) };
    let socket = if from.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.bind((from, 0).into())?;
    let stream = socket.connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Asks with the beginning of a head, each line ended; gives the answer, head and body, as it came.
pub(crate) async fn ask(to: SocketAddr, from: Option<IpAddr>, head: &str, body: &str) -> Result<String> {
    let mut stream = connect(to, from).await?;
    let rest = format!("Host: {to}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(format!("{head}{rest}").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
