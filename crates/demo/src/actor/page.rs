//! A desktop in a page: what a browser would say to the server, without the browser.

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context, Result, bail};
use futures::{SinkExt as _, StreamExt as _};
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{WebSocketStream, client_async};
use wire::connect::{ConnectAnswer, ConnectRequest, Room};
use wire::desktop::{Extent, Gesture};
use wire::live::LiveFrame;

use super::client::Client;
use crate::desktop::ON_TERMINAL;
use crate::http;

/// Scan code of Enter.
const ENTER: u16 = 0x1C;

/// How somebody gets to their one desktop.
pub(crate) struct Page {
    web: SocketAddr,
    from: Option<IpAddr>,
    user: &'static str,
    password: String,
    /// Empty until they sign in.
    cookie: String,
}

impl Page {
    /// Pages at `web`, opened from an address.
    pub(crate) fn new(web: SocketAddr, from: Option<IpAddr>, user: &'static str, password: String) -> Self {
        Self { web, from, user, password, cookie: String::new() }
    }

    /// Opens the desktop, with so many pixels in width and height.
    pub(crate) async fn open(&mut self, (width, height): (u16, u16)) -> Result<Client> {
        let account = match self.account().await? {
            Some(account) => account,
            None => {
                // A sign-in is a session of its own: it serves as long as it holds.
                self.cookie = self.sign_in().await?;
                self.account().await?.with_context(|| format!("{} may use no account", self.user))?
            }
        };
        let mut request = format!("ws://{}/ws/connect/{account}", self.web).into_client_request()?;
        request.headers_mut().insert("cookie", self.cookie.parse()?);
        request.headers_mut().insert("origin", format!("http://{}", self.web).parse()?);
        let (socket, _) = client_async(request, http::connect(self.web, self.from).await?).await?;
        let mut socket = Socket(socket);
        socket.say(&ConnectRequest::Open(Room::Pixels(Extent { width, height }))).await?;
        if let ConnectAnswer::Failed(words) = socket.said().await? {
            bail!(words);
        }
        let (keys, to_type) = mpsc::channel(16);
        let (end, ended) = watch::channel(None);
        // The picture is not looked at: a person who types there waits instead.
        let (_, seen) = watch::channel(Vec::new());
        let mut task = JoinSet::new();
        task.spawn(async move {
            let words = socket.serve(to_type).await.unwrap_or_else(|error| format!("{error:#}"));
            end.send_replace(Some(words));
        });
        Ok(Client::new(keys, seen, ended, task))
    }

    /// Signs in by the form; gives the cookie.
    async fn sign_in(&self) -> Result<String> {
        let head = format!(
            "POST /sign-in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nOrigin: http://{}\r\n",
            self.web
        );
        let form = format!("user={}&password={}", self.user, self.password);
        let answer = http::ask(self.web, self.from, &head, &form).await?;
        let cookie = answer.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("set-cookie").then(|| value.split(';').next())?
        });
        Ok(cookie.with_context(|| format!("the sign-in of {} was refused", self.user))?.to_owned())
    }

    /// The account that their page of accounts leads to; none if there is none, or they are not signed in.
    async fn account(&self) -> Result<Option<String>> {
        let head = format!("GET /accounts HTTP/1.1\r\nCookie: {}\r\n", self.cookie);
        let page = http::ask(self.web, self.from, &head, "").await?;
        let Some((_, rest)) = page.split_once("\"/connect/") else { return Ok(None) };
        Ok(Some(rest.chars().take_while(|c| c.is_ascii_hexdigit() || *c == '-').collect()))
    }
}

/// The page's socket.
struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Types what comes, until the session ends; gives the reason.
    async fn serve(mut self, mut keys: mpsc::Receiver<char>) -> Result<String> {
        loop {
            tokio::select! {
                key = keys.recv() => match key {
                    Some(key) => self.say(&ConnectRequest::Input(wire::encode(&gestures(key)))).await?,
                    None => return Ok("its person left".to_owned()),
                },
                frame = self.said() => if let LiveFrame::Ended(end) = frame? {
                    return Ok(end.reason.to_string());
                }
            }
        }
    }

    async fn say(&mut self, message: &ConnectRequest) -> Result<()> {
        Ok(self.0.send(Message::Binary(wire::encode(message).into())).await?)
    }

    async fn said<T: DeserializeOwned>(&mut self) -> Result<T> {
        loop {
            match self.0.next().await.context("the server closed the page")?? {
                Message::Binary(bytes) => return Ok(wire::decode(&bytes)?),
                Message::Close(_) => bail!("the server closed the page"),
                _ => {}
            }
        }
    }
}

/// A key on the terminal: the mouse may have been taken elsewhere.
fn gestures(key: char) -> Vec<Gesture> {
    let (x, y) = ON_TERMINAL;
    let enter = |down| Gesture::Key { code: ENTER, down, text: None };
    match key {
        '\r' => vec![Gesture::Move { x, y }, enter(true), enter(false)],
        key => vec![Gesture::Move { x, y }, Gesture::Text(key)],
    }
}
