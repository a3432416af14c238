//! The server's sockets, read as the page reads them.

use std::net::SocketAddr;

use anyhow::Context;
use futures::{SinkExt, StreamExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use wire::live::LiveFrame;
use wire::{FeedFrame, Session, SessionId, SessionType};

/// One socket of the server.
pub(crate) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects as a page with that cookie does.
    pub(crate) async fn connect(web: SocketAddr, cookie: &str, path: &str) -> anyhow::Result<Self> {
        let mut request = format!("ws://{web}{path}").into_client_request()?;
        request.headers_mut().insert("cookie", cookie.parse()?);
        request.headers_mut().insert("origin", format!("http://{web}").parse()?);
        let (socket, _) = connect_async_with_config(request, None, true).await.context(path.to_owned())?;
        Ok(Self(socket))
    }

    async fn next(&mut self) -> anyhow::Result<Vec<u8>> {
        loop {
            match self.0.next().await.context("the socket closed")?? {
                Message::Binary(bytes) => return Ok(bytes.into()),
                Message::Close(frame) => anyhow::bail!("the socket closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The next message; most sockets have one kind of them.
    pub(crate) async fn said<T: DeserializeOwned>(&mut self) -> anyhow::Result<T> {
        Ok(wire::decode(&self.next().await?)?)
    }

    /// Sends one message.
    pub(crate) async fn say(&mut self, message: &impl Serialize) -> anyhow::Result<()> {
        Ok(self.0.send(Message::Binary(wire::encode(message).into())).await?)
    }

    /// The next message, unread.
    pub(crate) async fn skip(&mut self) -> anyhow::Result<usize> {
        Ok(self.next().await?.len())
    }
}

/// A watcher of one session, which has its first picture.
pub(crate) async fn watch(web: SocketAddr, cookie: &str, id: SessionId) -> anyhow::Result<Socket> {
    let mut socket = Socket::connect(web, cookie, &format!("/ws/sessions/{id}/live")).await?;
    while !matches!(socket.said().await?, LiveFrame::Init { .. }) {}
    Ok(socket)
}

/// A list feed and the SSH sessions that it began with.
pub(crate) async fn feed(web: SocketAddr, cookie: &str) -> anyhow::Result<(Socket, Vec<Session>)> {
    let mut socket = Socket::connect(web, cookie, "/ws/sessions").await?;
    loop {
        if let FeedFrame::Snapshot { sessions, .. } = socket.said().await? {
            let ssh = sessions.into_iter().map(|(session, _)| session);
            return Ok((socket, ssh.filter(|session| session.kind == SessionType::PamSsh).collect()));
        }
    }
}

/// The one SSH session that is open.
pub(crate) async fn only_session(web: SocketAddr, cookie: &str) -> anyhow::Result<SessionId> {
    let (_, sessions) = feed(web, cookie).await?;
    match sessions.as_slice() {
        [one] => Ok(one.id),
        many => anyhow::bail!("{} sessions are open instead of one", many.len()),
    }
}

/// How many sessions the list has.
pub(crate) async fn listed(web: SocketAddr, cookie: &str) -> anyhow::Result<usize> {
    let mut socket = Socket::connect(web, cookie, "/ws/sessions").await?;
    let mut listed = 0;
    loop {
        if let FeedFrame::Snapshot { sessions, rest, .. } = socket.said().await? {
            listed += sessions.len();
            if rest == 0 {
                return Ok(listed);
            }
        }
    }
}
