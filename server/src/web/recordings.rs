//! `/recordings/{id}/…`: recordings for those who may replay them, piece by piece, and as a file.
//!
//! Every way to a recording takes a [`Permit`], and opening one for replay is an audit event. Never
//! decides what a recording looks like: that is the crate `recording`'s.

mod check;
mod replays;
mod sizes;

use std::io;
use std::ops::Range;
use std::sync::Arc;

use app::replay::answer::{Found, Frame, Marked, Outline, Sizes, Verdict};
use axum::Router;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use futures::stream;
use hub::{Permit, Replay, permit};
use recording::{CAST, Find, Moment, Reading};
use screen::Screen;
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use super::peer::Peer;
use super::problem::Problem;
use super::session_path::SessionPath;
use super::sessions::by;
use super::signed_in::Signed;
use super::{Shared, Web};
use crate::audit::{Action, subject};
use crate::store::SessionRow;
pub(super) use replays::Replays;

/// Most bytes of a recording in one answer.
const MAX_BYTES: u64 = 1 << 20;
/// Most marks in an outline: a transfer of a large tree has one for each file.
const MAX_MARKS: usize = 20_000;
/// Places that one search finds before it is to be continued.
const MAX_HITS: usize = 100;
/// Output that one search looks at before it is to be continued, in bytes: a fraction of a second.
const SEARCHED: u64 = 4 << 20;
/// Longest text that is looked for, in characters.
const MAX_TEXT: usize = 200;

pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/recordings/{id}/outline", get(outline))
        .route("/recordings/{id}/frame", get(frame))
        .route("/recordings/{id}/bytes", get(bytes))
        .route("/recordings/{id}/sizes", get(sizes))
        .route("/recordings/{id}/found", get(found))
        .route("/recordings/{id}/verdict", get(verdict))
        .route("/recordings/{id}/cast", get(cast))
}

#[derive(Deserialize)]
struct At {
    #[serde(default)]
    at: Moment,
}

#[derive(Deserialize)]
struct Piece {
    from: u64,
    to: u64,
}

#[derive(Deserialize)]
struct Sought {
    text: String,
    #[serde(default)]
    from: Moment,
}

type Asked<T> = Result<Query<T>, QueryRejection>;

/// `GET /recordings/{id}/outline?at=MS`: what there is, and the screen at that moment. Opens a replay.
async fn outline(
    State(web): State<Shared>,
    Signed(signed): Signed,
    Peer(peer): Peer,
    SessionPath(id): SessionPath,
    query: Asked<At>,
) -> Result<Response, Problem> {
    let At { at } = asked(query)?;
    let row = web.session(&signed.known.viewer, id).await?;
    let permit = web.replay(&signed.known.viewer, &row)?;
    let reading = web.open(&permit, &row).await?;
    web.replayed(&permit, &row, peer, &reading);
    let (running, screen) = (row.ended.is_none(), row.screen);
    let outline = blocking(move || {
        Ok(Outline {
            user: reading.header().facts.user.clone(),
            running,
            screen,
            duration: reading.duration(),
            bytes: reading.len(),
            keyframes: reading.keyframes().iter().map(|point| (point.at, point.offset)).collect(),
            marks: reading.marks().iter().take(MAX_MARKS).map(marked).collect(),
            marks_left: reading.marks().len().saturating_sub(MAX_MARKS) as u64,
            first: frame_before(&reading, at)?,
        })
    });
    Ok(encoded(&outline.await?))
}

fn marked(timed: &recording::Timed) -> Marked {
    let recording::Mark { kind, by, text } = timed.mark.clone();
    Marked { at: timed.at, kind, by, text }
}

/// `GET /recordings/{id}/frame?at=MS`: the last keyframe's screen that is not after that moment.
async fn frame(Opened { reading, .. }: Opened, query: Asked<At>) -> Result<Response, Problem> {
    let At { at } = asked(query)?;
    Ok(encoded(&blocking(move || frame_before(&reading, at)).await?))
}

fn frame_before(reading: &Reading, at: Moment) -> io::Result<Frame> {
    let point = reading.keyframes().iter().rev().find(|point| point.at <= at);
    let (at, offset) = point.map_or((Moment(0), 0), |point| (point.at, point.offset));
    let picture = reading.header().picture;
    // A picture is in the recording itself; beside it there is no screen.
    let screen =
        if picture.is_some() { Screen::new(reading.header().size) } else { reading.screen_at(at)? };
    Ok(Frame {
        at,
        offset,
        size: screen.size(),
        modes: screen.modes(),
        title: screen.title().to_owned(),
        dump: screen.dump(),
        picture,
    })
}

/// `GET /recordings/{id}/bytes?from=…&to=…`: bytes of the recording, as many of these as there are.
async fn bytes(Opened { reading, .. }: Opened, query: Asked<Piece>) -> Result<Response, Problem> {
    let Piece { from, to } = asked(query)?;
    let range = piece(from, to, reading.len())?;
    let bytes = blocking(move || reading.bytes(range)).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

/// The bytes that are asked for of so many, or what is wrong with asking so.
fn piece(from: u64, to: u64, of: u64) -> Result<Range<u64>, Problem> {
    if to < from || to - from > MAX_BYTES {
        let words = format!("ask for 0 to {MAX_BYTES} bytes, the first one first");
        return Err(Problem::new(StatusCode::BAD_REQUEST, words));
    }
    if from > of {
        let words = format!("the recording has {of} bytes");
        return Err(Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, words));
    }
    Ok(from..to.min(of))
}

/// `GET /recordings/{id}/sizes`: when the owner's window had another size.
async fn sizes(State(web): State<Shared>, Opened { row, reading }: Opened) -> Result<Response, Problem> {
    let _turn = web.replays.turn().await;
    // A desktop's extents are in what is replayed; to look for them would be to read all its pictures.
    let is_terminal = row.screen && reading.header().picture.is_none();
    let sizes: Sizes = if is_terminal { blocking(move || sizes::of(&reading)).await? } else { Sizes::new() };
    Ok(encoded(&sizes))
}

/// `GET /recordings/{id}/found?text=…&from=MS`: where a text appeared from that moment on.
async fn found(
    State(web): State<Shared>,
    Opened { reading, .. }: Opened,
    query: Asked<Sought>,
) -> Result<Response, Problem> {
    let Sought { text, from } = asked(query)?;
    if text.chars().count() > MAX_TEXT {
        let words = format!("look for at most {MAX_TEXT} characters");
        return Err(Problem::new(StatusCode::BAD_REQUEST, words));
    }
    let _turn = web.replays.turn().await;
    let found =
        blocking(move || reading.find(&Find { text: &text, from, max_hits: MAX_HITS, max_bytes: SEARCHED }));
    let recording::Found { hits, next } = found.await?;
    Ok(encoded(&Found { hits: hits.into_iter().map(|hit| (hit.at, hit.line)).collect(), next }))
}

/// `GET /recordings/{id}/verdict`: whether it is as it was signed.
async fn verdict(
    State(web): State<Shared>,
    Signed(signed): Signed,
    SessionPath(id): SessionPath,
) -> Result<Response, Problem> {
    let row = web.session(&signed.known.viewer, id).await?;
    let _permit = web.replay(&signed.known.viewer, &row)?;
    let shelf = web.services.archive.shelf().clone();
    let data = web.services.config.data.clone();
    let _turn = web.replays.turn().await;
    let running = row.ended.is_none();
    let checked = spawn_blocking(move || check::verdict(&shelf, &data, id, running));
    match checked.await.map_err(Problem::failed)?.map_err(Problem::failed)? {
        Some(verdict) => Ok(encoded::<Verdict>(&verdict)),
        None => Err(web.absent(&row)),
    }
}

/// `GET /recordings/{id}/cast`: the recording as a file that asciinema and others play.
async fn cast(
    State(web): State<Shared>,
    Signed(signed): Signed,
    Peer(peer): Peer,
    SessionPath(id): SessionPath,
) -> Result<Response, Problem> {
    let row = web.session(&signed.known.viewer, id).await?;
    let permit = web.replay(&signed.known.viewer, &row)?;
    let reading = web.open(&permit, &row).await?;
    let length = reading.len();
    let event = by(permit.viewer(), Action::Exported)
        .on(format!("recording of {}", subject(&row.session)))
        .session(id)
        .from(peer);
    // Noted first: nothing leaves unseen.
    web.services.journal.note(event.detail(format!("{length} bytes")));
    let pieces = stream::try_unfold(0, move |from| {
        let reading = Arc::clone(&reading);
        async move {
            if from == length {
                return Ok(None);
            }
            let to = length.min(from + MAX_BYTES);
            let bytes = spawn_blocking(move || reading.bytes(from..to)).await.map_err(io::Error::other)??;
            Ok::<_, io::Error>(Some((Bytes::from(bytes), to)))
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "application/x-asciicast".to_owned()),
        (header::CONTENT_LENGTH, length.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.{CAST}\"")),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// The recording of the address, opened for the viewer, who may replay it.
struct Opened {
    row: SessionRow,
    reading: Arc<Reading>,
}

impl FromRequestParts<Shared> for Opened {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, web: &Shared) -> Result<Self, Problem> {
        let Signed(signed) = Signed::from_request_parts(parts, web).await?;
        let SessionPath(id) = SessionPath::from_request_parts(parts, web).await?;
        let row = web.session(&signed.known.viewer, id).await?;
        let permit = web.replay(&signed.known.viewer, &row)?;
        let reading = web.reading(&permit, &row, web.peer(parts)).await?;
        Ok(Self { row, reading })
    }
}

impl Web {
    /// The permit to replay a session that was recorded.
    fn replay(&self, viewer: &hub::Viewer, row: &SessionRow) -> Result<Permit<Replay>, Problem> {
        let permit = permit::<Replay>(viewer, &row.facts)?;
        if row.session.recorded {
            Ok(permit)
        } else {
            Err(Problem::new(StatusCode::NOT_FOUND, "this session was not recorded"))
        }
    }

    /// The recording that the viewer has open, or opens with this.
    async fn reading(
        &self,
        permit: &Permit<Replay>,
        row: &SessionRow,
        peer: std::net::IpAddr,
    ) -> Result<Arc<Reading>, Problem> {
        if let Some(reading) = self.replays.get(permit.viewer().user_id, row.session.id) {
            return Ok(reading);
        }
        let reading = self.open(permit, row).await?;
        self.replayed(permit, row, peer, &reading);
        Ok(reading)
    }

    /// Opens a recording as it is now.
    async fn open(&self, _permit: &Permit<Replay>, row: &SessionRow) -> Result<Arc<Reading>, Problem> {
        let id = row.session.id;
        let shelf = self.services.archive.shelf().clone();
        let opened = spawn_blocking(move || {
            let open = || shelf.find(id).map(|folder| Reading::open(&folder, id));
            match open() {
                // It was put away between finding and opening it.
                Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => open(),
                opened => opened,
            }
        });
        match opened.await.map_err(Problem::failed)? {
            Some(Ok(reading)) => Ok(Arc::new(reading)),
            Some(Err(error)) => {
                tracing::error!(session = %id, %error, "a recording cannot be read");
                let words = format!("the recording cannot be read: {error}");
                Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, words))
            }
            None => Err(self.absent(row)),
        }
    }

    /// Takes note that a replay begins, and keeps the recording open for it.
    fn replayed(
        &self,
        permit: &Permit<Replay>,
        row: &SessionRow,
        peer: std::net::IpAddr,
        reading: &Arc<Reading>,
    ) {
        let viewer = permit.viewer();
        let event = by(viewer, Action::Replayed).on(subject(&row.session)).session(row.session.id).from(peer);
        let detail = if row.ended.is_none() { "while it runs" } else { "" };
        self.services.journal.note(event.detail(detail));
        self.replays.put(viewer.user_id, row.session.id, Arc::clone(reading));
    }

    /// There is no recording here.
    fn absent(&self, row: &SessionRow) -> Problem {
        let node = &row.session.node;
        if *node == self.services.config.node {
            let words = "the recording is no longer kept: it was removed, and the audit says why";
            Problem::new(StatusCode::GONE, words)
        } else {
            let words = format!("the recording is kept by the node {node}: open this page there");
            Problem::new(StatusCode::NOT_FOUND, words)
        }
    }
}

fn asked<T>(query: Asked<T>) -> Result<T, Problem> {
    let bad = |rejection: QueryRejection| Problem::new(StatusCode::BAD_REQUEST, rejection.body_text());
    query.map(|Query(asked)| asked).map_err(bad)
}

/// Does what blocks, and is not to be waited for on an async thread.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let done = spawn_blocking(work).await.map_err(Problem::failed)?;
    done.map_err(|error| {
        tracing::error!(%error, "a recording cannot be read");
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("the recording cannot be read: {error}"))
    })
}

fn encoded<T: Serialize>(answer: &T) -> Response {
    ([(header::CONTENT_TYPE, "application/octet-stream")], wire::encode(answer)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_bounded_and_within_the_recording() {
        for (from, to, range) in [
            (0, 10, Ok(0..10)),
            (0, MAX_BYTES, Ok(0..100)),
            (90, 200, Ok(90..100)),
            (100, 200, Ok(100..100)),
            (101, 200, Err(416)),
            (10, 9, Err(400)),
            (0, MAX_BYTES + 1, Err(400)),
            (0, u64::MAX, Err(400)),
        ] {
            assert_eq!(piece(from, to, 100).map_err(|problem| problem.status().as_u16()), range);
        }
    }
}
