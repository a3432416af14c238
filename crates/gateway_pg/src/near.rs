//! The half that people's clients speak to: TLS, the start-up message, the sign-in.

mod retries;
mod sign_in;

use std::net::IpAddr;

use gateway::{Login, User, Wish};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::backend::negotiate_version;
use crate::certificate::ALPN;
use crate::gateway::Shared;
use crate::startup::{CancelKey, First, Startup, Unreadable, VERSION, body_len};
use crate::stream::{Stream, Talk};
use crate::words::Trouble;
pub(crate) use retries::Retries;
use sign_in::Refusal;

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

/// What was heard, apart from the conversation it was heard in.
enum Heard {
    Cancels(CancelKey),
    SignedIn { user: User, wish: Wish, startup: Startup },
}

/// A conversation, but while TLS is negotiated: nothing can be said then.
type Place = Option<Talk>;

/// Hears what a client came for, and signs it in, all in the time for that.
pub(crate) async fn receive(shared: &Shared, stream: TcpStream, from: IpAddr) -> Result<Came, Ended> {
    let limit = shared.config.sign_in_timeout;
    let mut place = Some(Talk::new(Stream::Plain(stream)));
    let heard = timeout(limit, hear(shared, &mut place, from)).await;
    let heard = heard.unwrap_or_else(|_| Err(Trouble::Late { seconds: limit.as_secs() }.into()));
    match (heard, place) {
        (Ok(Heard::Cancels(key)), _) => Ok(Came::Cancels(key)),
        (Ok(Heard::SignedIn { user, wish, startup }), Some(talk)) => {
            Ok(Came::SignedIn(Box::new(Person { talk, user, wish, startup })))
        }
        (Err(Refusal::Trouble(trouble)), Some(talk)) => Err(Ended::Told(talk.into(), trouble)),
        (Err(Refusal::Trouble(_) | Refusal::Gone) | Ok(Heard::SignedIn { .. }), _) => Err(Ended::Gone),
    }
}

async fn hear(shared: &Shared, place: &mut Place, from: IpAddr) -> Result<Heard, Refusal> {
    let startup = match first(shared, place).await? {
        First::Cancel(key) => return Ok(Heard::Cancels(key)),
        First::Startup(startup) => startup,
        First::Ssl | First::Gss => return Err(Trouble::from(Unreadable::NotOurs).into()),
    };
    let talk = talk(place)?;
    let is_tls = talk.stream.is_tls();
    if !is_tls && !from.to_canonical().is_loopback() {
        return Err(Trouble::TlsRequired.into());
    }
    let options = startup.unknown_options();
    if startup.minor > 0 || !options.is_empty() {
        talk.send(&negotiate_version(VERSION, &options)).await?;
    }
    let Login { user, wish } = Login::parse(startup.get("user").unwrap_or_default());
    if !is_tls && shared.retries.is_one(&user, from) {
        return Err(Trouble::NotLookedAt.into());
    }
    let signed_in = sign_in::sign_in(talk, shared, &user, from).await;
    if is_tls && let Err(Refusal::Trouble(Trouble::SignInRefused)) = &signed_in {
        shared.retries.expect(&user, from);
    }
    let user = signed_in?;
    Ok(Heard::SignedIn { user, wish, startup })
}

/// The first packet that is no question for encryption.
async fn first(shared: &Shared, place: &mut Place) -> Result<First, Refusal> {
    let mut start = [0];
    if let Stream::Plain(stream) = &talk(place)?.stream
        && stream.peek(&mut start).await? == 0
    {
        return Err(Refusal::Gone);
    }
    if start[0] == TLS_RECORD {
        secure(shared, place).await?;
        if !speaks_postgres(&talk(place)?.stream) {
            return Err(Refusal::Gone);
        }
    }
    for _ in 0..=QUESTIONS {
        let talk = talk(place)?;
        // Never a byte more than the packet has: after a question for TLS the next one is TLS.
        let mut head = [0; 4];
        talk.stream.read_exact(&mut head).await?;
        let mut body = vec![0; body_len(head).map_err(Trouble::from)?];
        talk.stream.read_exact(&mut body).await?;
        match First::read(&body).map_err(Trouble::from)? {
            First::Ssl if !talk.stream.is_tls() => {
                talk.send(b"S").await?;
                secure(shared, place).await?;
            }
            First::Ssl | First::Gss => talk.send(b"N").await?,
            first => return Ok(first),
        }
    }
    Err(Refusal::Gone)
}

fn talk(place: &mut Place) -> Result<&mut Talk, Refusal> {
    place.as_mut().ok_or(Refusal::Gone)
}

/// Puts a conversation under TLS.
async fn secure(shared: &Shared, place: &mut Place) -> Result<(), Refusal> {
    let Some(Talk { stream: Stream::Plain(stream), .. }) = place.take() else { return Err(Refusal::Gone) };
    let stream = shared.acceptor.accept(stream).await?;
    *place = Some(Talk::new(Stream::Tls(Box::new(stream.into()))));
    Ok(())
}

/// Whether a client that began with TLS means this protocol.
fn speaks_postgres(stream: &Stream) -> bool {
    matches!(stream, Stream::Tls(stream) if stream.get_ref().1.alpn_protocol() == Some(ALPN))
}
