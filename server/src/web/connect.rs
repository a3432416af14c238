//! `/ws/connect/{account}`: a page that is the terminal, or the desktop, of its person's own session.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, rejection::PathRejection};
use axum::http::StatusCode;
use axum::response::Response;
use bytes::Bytes;
use hub::Window;
use tokio::time::timeout;
use wire::connect::{ConnectAnswer, ConnectRequest, Room};
use wire::{AccountId, encode};

use super::feed::ended;
use super::gauges::Kind;
use super::peer::Peer;
use super::problem::Problem;
use super::signed_in::Signed;
use super::socket::{Close, Gone, Heard, Socket, bounded_for_requests};
use super::{Shared, Web};
use crate::console::SignedIn;
use crate::store::UsableAccount;
use crate::terminals::{Misfit, NoPage, Page, Terminals};

/// How long a page has to say what it wants.
const FIRST_WITHIN: Duration = Duration::from_secs(10);

/// `GET /ws/connect/{account}`.
pub(super) async fn upgrade(
    State(web): State<Shared>,
    Signed(signed): Signed,
    Peer(from): Peer,
    account: Result<Path<String>, PathRejection>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let account = account.ok().and_then(|Path(text)| text.parse().ok()).ok_or_else(no_account)?;
    let usable = web.usable(&signed, account).await?.ok_or_else(no_account)?;
    if !Terminals::has_room_for(usable.kind()) {
        return Err(Problem::new(StatusCode::NOT_FOUND, "this account opens nothing in the browser"));
    }
    Ok(bounded_for_requests(upgrade).on_upgrade(move |socket| async move {
        let open = web.gauges.opened(Kind::Own);
        Connecting { web: Arc::clone(&web), signed, account: usable, from }.run(Socket::new(socket)).await;
        drop(open);
    }))
}

fn no_account() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "there is no such account")
}

impl Web {
    /// The account, if the person may connect to it now.
    async fn usable(&self, signed: &SignedIn, account: AccountId) -> Result<Option<UsableAccount>, Problem> {
        let Some(user) = signed.known.viewer.user_id else { return Ok(None) };
        self.services.store.usable_account(user, account).await.map_err(Problem::failed)
    }
}

/// One page that connects, or is connected.
struct Connecting {
    web: Arc<Web>,
    signed: SignedIn,
    account: UsableAccount,
    from: IpAddr,
}

/// Why a page is not connected.
enum Stop {
    /// It is told a sentence.
    Failed(String),
    /// It is told this.
    Close(Close),
    /// Nobody is left to tell.
    Lost,
}

/// What happens on the socket of a connected page.
enum Turn {
    /// The page said something.
    Heard(Heard<ConnectRequest>),
    /// The target takes keys again.
    Room,
    /// There is something for the page.
    Frame(Option<Bytes>),
}

impl Connecting {
    async fn run(mut self, mut socket: Socket) {
        let stop = match self.begin(&mut socket).await {
            Ok(page) => self.serve(page, &mut socket).await,
            Err(stop) => stop,
        };
        match stop {
            Stop::Failed(words) => {
                socket.close(Some(encode(&ConnectAnswer::Failed(words))), Close::Done).await;
            }
            Stop::Close(close) => socket.close(None, close).await,
            Stop::Lost => {}
        }
    }

    /// Opens the session that the page asks for, or takes it up again.
    async fn begin(&mut self, socket: &mut Socket) -> Result<Page, Stop> {
        let stopping = self.web.services.stopping.clone();
        let first = tokio::select! {
            () = stopping.cancelled() => return Err(Stop::Close(Close::Stopping)),
            _ = ended(&mut self.signed) => return Err(Stop::Close(Close::SignedOut)),
            first = timeout(FIRST_WITHIN, socket.heard(true)) => first,
        };
        match first {
            Ok(Heard::Request(ConnectRequest::Open(room))) => self.open(room, socket).await,
            Ok(Heard::Request(ConnectRequest::Return(session, room))) => {
                let page = self.web.services.terminals.take_up(session, &self.account, &self.signed);
                let page = page.ok_or_else(|| Stop::Failed(GONE.into()))?;
                page.own().resize(room).map_err(|_| Stop::Close(Close::Unreadable))?;
                Ok(page)
            }
            Ok(Heard::Request(_)) => Err(Stop::Close(Close::Unreadable)),
            Ok(Heard::Wrong(close)) => Err(Stop::Close(close)),
            Ok(Heard::Lost) => Err(Stop::Lost),
            Err(_) => Err(Stop::Close(Close::Unexpected)),
        }
    }

    async fn open(&mut self, room: Room, socket: &mut Socket) -> Result<Page, Stop> {
        let services = Arc::clone(&self.web.services);
        let signed = self.signed.clone();
        let opening = services.terminals.open(&self.account, &signed, self.from, room);
        tokio::select! {
            biased;
            opened = opening => opened.map_err(|none| match none {
                NoPage::Failed(words) => Stop::Failed(words),
                NoPage::Misfit => Stop::Close(Close::Unreadable),
            }),
            _ = ended(&mut self.signed) => Err(Stop::Close(Close::SignedOut)),
            // Whoever leaves, or types before there is anything to type into, gets no session.
            gone = socket.gone() => Err(match gone {
                Gone::Lost => Stop::Lost,
                Gone::Spoke => Stop::Close(Close::Unexpected),
            }),
        }
    }

    /// Shows the session and carries what is typed, until there is a reason to stop.
    async fn serve(&mut self, mut page: Page, socket: &mut Socket) -> Stop {
        let opened = match (page.window(), self.web.services.hub.session(page.session())) {
            (Ok(window), Some(listed)) => Some((window, listed.session)),
            _ => None,
        };
        let Some((mut window, session)) = opened else { return Stop::Failed(GONE.into()) };
        if socket.send(encode(&ConnectAnswer::Opened(Box::new(session)))).await.is_err() {
            return Stop::Lost;
        }
        self.forward(&mut page, &mut window, socket).await
    }

    async fn forward(&mut self, page: &mut Page, window: &mut Window, socket: &mut Socket) -> Stop {
        let mut directory = self.web.services.directory.clone();
        let stopping = self.web.services.stopping.clone();
        // Whatever changed between the upgrade's check and now is looked at first.
        directory.mark_changed();
        // For as long as the server waits for the session's own end.
        let mut left = false;
        loop {
            let (own, replaced) = page.parts();
            let is_full = own.is_backlogged();
            let turn = async {
                tokio::select! {
                    heard = socket.heard(!is_full) => Turn::Heard(heard),
                    () = own.room(), if is_full => Turn::Room,
                    frame = window.next() => Turn::Frame(frame),
                }
            };
            let turn = tokio::select! {
                biased;
                () = stopping.cancelled() => return Stop::Close(Close::Stopping),
                _ = ended(&mut self.signed) => return Stop::Close(Close::SignedOut),
                () = replaced => return Stop::Close(Close::Replaced),
                changed = directory.changed() => {
                    if changed.is_err() {
                        return Stop::Close(Close::Stopping);
                    }
                    match self.recheck().await {
                        Ok(true) => continue,
                        Ok(false) => {
                            page.own().leave();
                            return Stop::Close(Close::Forbidden);
                        }
                        // The session goes on, and the page comes back to it when the database answers.
                        Err(_) => return Stop::Close(Close::Failed),
                    }
                }
                turn = turn => turn,
            };
            let frame = match turn {
                Turn::Heard(Heard::Lost) => return Stop::Lost,
                Turn::Heard(Heard::Wrong(close)) => return Stop::Close(close),
                Turn::Heard(Heard::Request(request)) => {
                    if left {
                        continue;
                    }
                    let own = page.own();
                    let taken = match request {
                        ConnectRequest::Input(bytes) => own.input(&bytes),
                        ConnectRequest::Resize(room) => own.resize(room),
                        ConnectRequest::Answer { question, yes } => own.answer(question, yes),
                        ConnectRequest::End => {
                            own.leave();
                            left = true;
                            Ok(())
                        }
                        ConnectRequest::Open(_) | ConnectRequest::Return(..) => Err(Misfit),
                    };
                    if taken.is_err() {
                        return Stop::Close(Close::Unreadable);
                    }
                    continue;
                }
                Turn::Room => continue,
                Turn::Frame(None) => return Stop::Close(Close::Done),
                Turn::Frame(Some(frame)) => frame,
            };
            let sent = tokio::select! {
                biased;
                () = stopping.cancelled() => return Stop::Close(Close::Stopping),
                _ = ended(&mut self.signed) => return Stop::Close(Close::SignedOut),
                () = page.replaced() => return Stop::Close(Close::Replaced),
                sent = socket.send_ready(frame, window) => sent,
            };
            if sent.is_err() {
                return Stop::Lost;
            }
        }
    }

    /// Asks again whether the person may connect to the account.
    async fn recheck(&self) -> Result<bool, Problem> {
        self.web.usable(&self.signed, self.account.id()).await.map(|usable| usable.is_some())
    }
}

/// What the page is told of a session that it cannot have back.
const GONE: &str = "this session is over";
