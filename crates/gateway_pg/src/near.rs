//! The half that people's clients speak to: TLS, the start-up message, the sign-in.

mod sign_in;

use std::io;
use std::net::IpAddr;

use gateway::{Login, User, Wish};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::backend::negotiate_version;
use crate::certificate::ALPN;
use crate::gateway::Shared;
use crate::startup::{CancelKey, First, Startup, Unreadable, VERSION, body_len};
use crate::stream::{Broken, Stream, Talk};
use crate::words::Trouble;

/// First byte of TLS, where a client begins with it at once.
const TLS_RECORD: u8 = 0x16;
/// How often a client may ask for encryption before it begins: for each kind once.
const QUESTIONS: usize = 2;

/// What a client came for.
pub(crate) enum Came {
    /// To have a statement cancelled.
    Cancels(CancelKey),
    /// To have a session.
    SignedIn(Box<Person>),
}

/// A person who has signed in and was not told yet.
pub(crate) struct Person {
    pub(crate) talk: Talk,
    pub(crate) user: User,
    pub(crate) wish: Wish,
    pub(crate) startup: Startup,
}

/// Why nothing came of it.
pub(crate) enum Ended {
    /// The client is to be told.
    Told(Box<Talk>, Trouble),
    /// There is nobody to tell.
    Gone,
}

impl From<io::Error> for Ended {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

impl From<Broken> for Ended {
    fn from(_: Broken) -> Self {
        Self::Gone
    }
}

/// Hears what a client came for, and signs it in.
pub(crate) async fn receive(shared: &Shared, stream: TcpStream, from: IpAddr) -> Result<Came, Ended> {
    let (mut talk, first) = first(shared, stream).await?;
    let startup = match first {
        First::Cancel(key) => return Ok(Came::Cancels(key)),
        First::Startup(startup) => startup,
        First::Ssl | First::Gss => return Err(Ended::Told(talk.into(), Unreadable::NotOurs.into())),
    };
    if !talk.stream.is_tls() && !from.to_canonical().is_loopback() {
        return Err(Ended::Told(talk.into(), Trouble::TlsRequired));
    }
    let options = startup.unknown_options();
    if startup.minor > 0 || !options.is_empty() {
        talk.send(&negotiate_version(VERSION, &options)).await?;
    }
    let Login { user, wish } = Login::parse(startup.get("user").unwrap_or_default());
    match sign_in::sign_in(&mut talk, shared, &user, from).await {
        Ok(user) => Ok(Came::SignedIn(Box::new(Person { talk, user, wish, startup }))),
        Err(sign_in::Refusal::Trouble(trouble)) => Err(Ended::Told(talk.into(), trouble)),
        Err(sign_in::Refusal::Gone) => Err(Ended::Gone),
    }
}

/// The first packet that is no question for encryption.
async fn first(shared: &Shared, stream: TcpStream) -> Result<(Talk, First), Ended> {
    let mut start = [0];
    if stream.peek(&mut start).await? == 0 {
        return Err(Ended::Gone);
    }
    let mut stream = Stream::Plain(stream);
    if start[0] == TLS_RECORD {
        stream = secured(shared, stream).await?;
        if !speaks_postgres(&stream) {
            return Err(Ended::Gone);
        }
    }
    for _ in 0..=QUESTIONS {
        // Never a byte more than the packet has: after a question for TLS the next one is TLS.
        let mut head = [0; 4];
        stream.read_exact(&mut head).await?;
        let read = match body_len(head) {
            Ok(length) => {
                let mut body = vec![0; length];
                stream.read_exact(&mut body).await?;
                First::read(&body)
            }
            Err(unreadable) => Err(unreadable),
        };
        let mut talk = Talk::new(stream);
        match read {
            Ok(First::Ssl) if !talk.stream.is_tls() => {
                talk.send(b"S").await?;
                stream = secured(shared, talk.stream).await?;
            }
            Ok(First::Ssl | First::Gss) => {
                talk.send(b"N").await?;
                stream = talk.stream;
            }
            Ok(first) => return Ok((talk, first)),
            Err(unreadable) => return Err(Ended::Told(talk.into(), unreadable.into())),
        }
    }
    Err(Ended::Gone)
}

async fn secured(shared: &Shared, stream: Stream) -> Result<Stream, Ended> {
    match stream {
        Stream::Plain(stream) => Ok(Stream::Tls(Box::new(shared.acceptor.accept(stream).await?.into()))),
        Stream::Tls(_) => Err(Ended::Gone),
    }
}

/// Whether a client that began with TLS means this protocol.
fn speaks_postgres(stream: &Stream) -> bool {
    matches!(stream, Stream::Tls(stream) if stream.get_ref().1.alpn_protocol() == Some(ALPN))
}
