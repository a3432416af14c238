//! A browser as far as these tests need one: plain HTTP/1.1, one cookie, and sockets.

use std::net::SocketAddr;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};
use wire::FeedFrame;
use wire::live::LiveFrame;

/// Nothing here takes so long; a test that waits longer has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Every header of that name.
    pub(crate) fn headers<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        let named = self.headers.iter().filter(move |(given, _)| given.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.body
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// Where a redirect leads.
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.text());
        self.header("location").expect("a redirect has a location")
    }

    /// Asserts that this is a problem document of that status, and gives its sentence.
    pub(crate) fn problem(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let body = self.json();
        assert_eq!(body["status"], status);
        assert_eq!(body["type"], "about:blank");
        assert!(body["title"].as_str().is_some_and(|title| !title.is_empty()));
        body["detail"].as_str().expect("a problem has a detail").to_owned()
    }
}

/// One browser with its cookie.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    address: SocketAddr,
    pub(crate) cookie: Option<String>,
}

impl Browser {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, cookie: None }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], b"").await
    }

    /// A form of our own page.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let origin = self.origin();
        self.post_from(path, fields, &[("origin", &origin)]).await
    }

    /// A form with these headers; keeps the cookie that comes back.
    pub(crate) async fn post_from(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Reply {
        let body: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        let reply = self.ask("POST", path, &all, body.join("&").as_bytes()).await;
        if let Some(cookie) = reply.header("set-cookie") {
            let pair = cookie.split(';').next().unwrap_or_default();
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        reply
    }

    pub(crate) async fn sign_in(&mut self, user: &str, password: &str) -> Reply {
        self.post("/sign-in", &[("user", user), ("password", password)]).await
    }

    /// One request on a connection of its own.
    pub(crate) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        if let Some(cookie) = &self.cookie {
            request += &format!("cookie: {cookie}\r\n");
        }
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() || method == "POST" {
            request += &format!("content-length: {}\r\n", body.len());
        }
        request += "\r\n";
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(body);
        timeout(PATIENCE, self.exchange(&bytes)).await.expect("an answer in time")
    }

    async fn exchange(&self, request: &[u8]) -> Reply {
        let mut stream = TcpStream::connect(self.address).await.expect("the server listens");
        // The server may answer and close before it has read a body that is too large.
        let _ = stream.write_all(request).await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        parse(&bytes)
    }

    /// Opens a socket as a page of our own would.
    pub(crate) async fn socket(&self, path: &str) -> Result<Socket, u16> {
        self.socket_from(path, Some(&self.origin())).await
    }

    /// Opens a socket as a page of `origin` would; the status when it is refused.
    pub(crate) async fn socket_from(&self, path: &str, origin: Option<&str>) -> Result<Socket, u16> {
        let mut request = format!("ws://{}{path}", self.address).into_client_request().expect("a request");
        if let Some(cookie) = &self.cookie {
            request.headers_mut().insert("cookie", cookie.parse().expect("a header"));
        }
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().expect("a header"));
        }
        let stream = TcpStream::connect(self.address).await.expect("the server listens");
        match timeout(PATIENCE, client_async(request, stream)).await.expect("an answer in time") {
            Ok((inner, _)) => Ok(Socket { inner }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }
}

/// An open socket.
pub(crate) struct Socket {
    inner: WebSocketStream<TcpStream>,
}

impl Socket {
    async fn message(&mut self) -> Message {
        loop {
            let message = timeout(PATIENCE, self.inner.next()).await.expect("a message in time");
            match message.expect("the socket is open").expect("the socket works") {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return message,
            }
        }
    }

    async fn binary(&mut self) -> Vec<u8> {
        match self.message().await {
            Message::Binary(bytes) => bytes.to_vec(),
            other => panic!("{other:?}"),
        }
    }

    /// The next frame of the list feed that is no heartbeat.
    pub(crate) async fn feed(&mut self) -> FeedFrame {
        loop {
            match wire::decode(&self.binary().await).expect("a feed frame") {
                FeedFrame::Heartbeat { .. } => {}
                frame => return frame,
            }
        }
    }

    /// The next frame of the list feed; `None` when the server says that it stops.
    pub(crate) async fn feed_or_close(&mut self) -> Option<FeedFrame> {
        match self.message().await {
            Message::Binary(bytes) => Some(wire::decode(&bytes).expect("a feed frame")),
            Message::Close(Some(frame)) => {
                assert_eq!(u16::from(frame.code), 1001);
                None
            }
            other => panic!("{other:?}"),
        }
    }

    /// The next frame of a live screen that is no heartbeat.
    pub(crate) async fn live(&mut self) -> LiveFrame {
        let frame = async {
            loop {
                match wire::decode(&self.binary().await).expect("a live frame") {
                    LiveFrame::Heartbeat(_) => {}
                    frame => return frame,
                }
            }
        };
        // Heartbeats alone are no reason to wait for ever.
        timeout(4 * PATIENCE, frame).await.expect("something happens")
    }

    /// The next message, whatever it is.
    pub(crate) async fn decoded<T: serde::de::DeserializeOwned>(&mut self) -> T {
        wire::decode(&self.binary().await).expect("a message of that kind")
    }

    pub(crate) async fn say(&mut self, message: Message) {
        self.inner.send(message).await.expect("the socket works");
    }

    /// Says what the server may refuse before it has read it all: the rest then has nowhere to go.
    pub(crate) async fn say_too_much(&mut self, message: Message) {
        let _ = timeout(PATIENCE, self.inner.send(message)).await.expect("an end in time");
    }

    /// The code that the server closes with; frames before it are passed over.
    pub(crate) async fn closed(mut self) -> u16 {
        loop {
            match timeout(PATIENCE, self.inner.next()).await.expect("a close in time") {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(Message::Close(None))) => return 1005,
                Some(Ok(_)) => {}
                // Closed without a word.
                Some(Err(_)) | None => return 1006,
            }
        }
    }
}

fn parse(bytes: &[u8]) -> Reply {
    let split = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a whole head");
    let head = std::str::from_utf8(&bytes[..split]).expect("a head of text");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = &bytes[split + 4..];
    let body = if chunked { unchunk(body) } else { body.to_vec() };
    Reply { status: status.expect("a status"), headers, body }
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size =
            usize::from_str_radix(std::str::from_utf8(&rest[..end]).expect("a size"), 16).expect("a size");
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
    panic!("the body is cut off");
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}
