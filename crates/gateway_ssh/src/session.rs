//! One session, from what the person asked for to its end.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use gateway::Wish;
use hub::{OpenSession, Opening, ScreenKind};
use russh::ChannelWriteHalf;
use russh::client::Msg;
use tokio::time::timeout;
use wire::live::Size;
use wire::{End, EndReason, Millis, SessionType};

use crate::far::Far;
use crate::gateway::Shared;
use crate::near::Terminal;
use crate::person::Person;
use crate::pipe::{Event, Reader, Stream};
use crate::relay::{self, OnScreen, Outcome};
use crate::teller::Teller;
use crate::terminal::AlternateScreen;
use crate::transfer::Transfer;
use crate::words::{Trouble, greeting};
use crate::{Connection, Refused, User, picker};

/// What a person started.
#[derive(Clone, Debug)]
pub(crate) enum Start {
    /// A shell.
    Shell,
    /// One command.
    Command(Vec<u8>),
    /// A file transfer.
    Sftp,
}

impl Start {
    const fn words(&self) -> &'static str {
        match self {
            Self::Shell => "a shell",
            Self::Command(_) => "the command",
            Self::Sftp => "file transfers (SFTP)",
        }
    }
}

/// A session that a signed-in person asks for.
pub(crate) struct Request {
    pub(crate) user: User,
    pub(crate) wish: Wish,
    pub(crate) from: IpAddr,
    pub(crate) start: Start,
    pub(crate) terminal: Option<Terminal>,
    pub(crate) variables: Vec<(String, String)>,
    /// What the person's client says.
    pub(crate) words: Reader,
}

/// Why a session did not come about: something to tell, or nobody to tell it to.
enum Failure {
    Trouble(Trouble),
    PersonGone,
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// Runs a session to its end and tells the person how it ended, if that was not their doing.
pub(crate) async fn run(shared: Arc<Shared>, mut request: Request, near: impl Person) {
    let (connection, far, open) = match prepare(&shared, &mut request, &near).await {
        Ok(ready) => ready,
        Err(Failure::Trouble(trouble)) => return near.end(&trouble, Vec::new(), &request.words).await,
        Err(Failure::PersonGone) => return,
    };
    near.opened(&open);
    let (trouble, before) = converse(&shared, &mut request, &near, &connection, far, open).await;
    if let Some(trouble) = trouble {
        let before = if near.has_terminal() { before } else { Vec::new() };
        near.end(&trouble, before, &request.words).await;
    }
}

/// Finds the account, connects to its target and has the session written down. What fails is noted
/// for the audit here, once.
async fn prepare(
    shared: &Shared,
    request: &mut Request,
    near: &impl Person,
) -> Result<(Connection, Far, OpenSession), Failure> {
    let mut account = String::new();
    let result = tokio::select! {
        result = find_and_connect(shared, request, near, &mut account) => result,
        () = shared.stop.cancelled() => Err(Trouble::from(gateway::Trouble::Stopping).into()),
    };
    if let Err(Failure::Trouble(trouble)) = &result
        && *trouble != Trouble::NotPicked
    {
        let reason = trouble.to_string();
        tracing::info!(user = ?request.user.name, from = %request.from, ?account, ?reason, "no session");
        let refused = Refused { user: request.user.clone(), from: request.from, account, reason };
        shared.office.refused(refused).await;
    }
    result
}

async fn find_and_connect(
    shared: &Shared,
    request: &mut Request,
    near: &impl Person,
    account: &mut String,
) -> Result<(Connection, Far, OpenSession), Failure> {
    let (login, agent) = match request.wish.clone() {
        Wish::Account { login, agent } => (login, agent),
        Wish::Malformed => return Err(Trouble::Malformed { user: request.user.name.clone() }.into()),
        Wish::Pick => pick(shared, request, near).await?,
    };
    *account = format!("{login}@{agent}");
    let hung_up = request.words.hung_up();
    let reach = async {
        let connection = shared
            .office
            .connection(request.user.id, login, agent)
            .await
            .map_err(Trouble::from)?
            .ok_or_else(|| Trouble::NotYours { account: account.clone() })?;
        let far = Far::connect(shared, &connection).await?;
        let opening = opening(shared, request, &connection);
        let open = shared.hub.open(opening).await.map_err(Trouble::from)?;
        Ok((connection, far, open))
    };
    tokio::select! {
        reached = reach => reached.map_err(Failure::Trouble),
        () = hung_up => Err(Failure::PersonGone),
    }
}

async fn pick(
    shared: &Shared,
    request: &mut Request,
    near: &impl Person,
) -> Result<(String, String), Failure> {
    let Some(terminal) = &mut request.terminal else {
        return Err(Trouble::NoAccount { user: request.user.name.clone() }.into());
    };
    let accounts = shared.office.accounts(request.user.id).await.map_err(Trouble::from)?;
    if accounts.is_empty() {
        return Err(Trouble::NoAccounts.into());
    }
    match picker::pick(accounts, &mut terminal.window, &mut request.words, near).await {
        picker::Choice::Account(account) => Ok((account.login, account.agent)),
        picker::Choice::None => Err(Trouble::NotPicked.into()),
        picker::Choice::PersonGone => Err(Failure::PersonGone),
    }
}

fn opening(shared: &Shared, request: &Request, connection: &Connection) -> Opening {
    let screen = match (&request.terminal, &request.start) {
        (Some(terminal), _) => ScreenKind::Terminal(Size::clamped(terminal.window[0], terminal.window[1])),
        (None, Start::Sftp) => ScreenKind::None,
        (None, Start::Shell | Start::Command(_)) => ScreenKind::Text(Size::DEFAULT),
    };
    let place = (shared.config.node.as_str(), shared.port);
    connection.opening(SessionType::PamSsh, &request.user, request.from, place, screen)
}

/// The session itself: ends its row in every case, and says what the person is to be told, and what
/// sets their terminal right for it.
async fn converse(
    shared: &Shared,
    request: &mut Request,
    near: &impl Person,
    connection: &Connection,
    mut far: Far,
    open: OpenSession,
) -> (Option<Trouble>, Vec<u8>) {
    let mut screen = AlternateScreen::default();
    let transfer = Transfer::of(&request.start, connection.recording);
    let mut teller = Teller::default();
    let target = || connection.agent_name.clone();
    let seconds = shared.config.target_timeout;
    let starting = async {
        let channel = match timeout(seconds, start(&mut far, request)).await {
            Ok(Some(channel)) => channel,
            Ok(None) | Err(_) => return Err(Outcome::NotStarted),
        };
        if near.has_terminal()
            && let Some(greeting) = greeting(connection.policy)
        {
            let notice = Bytes::from(format!("{greeting}\r\n"));
            if near.data(Stream::Main, notice.clone()).await.is_ok() {
                open.output(notice).await;
            }
        }
        Ok(channel)
    };
    let started = tokio::select! {
        started = starting => started,
        terminated = open.terminated() => Err(Outcome::Terminated(terminated)),
        () = request.words.hung_up() => Err(Outcome::PersonGone),
        () = shared.stop.cancelled() => Err(Outcome::Stopping),
    };
    let outcome = match started {
        Ok(channel) => {
            let has_screen = !matches!((&request.terminal, &request.start), (None, Start::Sftp));
            let on_screen = OnScreen { screen: &mut screen, teller: &mut teller, has_screen };
            let relayed =
                relay::relay(&mut request.words, near, &mut far, &channel, &open, on_screen, &transfer);
            tokio::select! {
                outcome = relayed => outcome,
                terminated = open.terminated() => Outcome::Terminated(terminated),
                () = shared.stop.cancelled() => Outcome::Stopping,
            }
        }
        Err(outcome) => outcome,
    };
    // First the target, whoever ended the session and however long the person takes to hear of it.
    drop(far);
    transfer.end(&open);
    let (reason, trouble) = match outcome {
        Outcome::Closed => (EndReason::Closed, None),
        Outcome::PersonGone if near.is_broken() => (EndReason::ClientLost, None),
        Outcome::PersonGone => (EndReason::Closed, None),
        Outcome::NotStarted => (
            EndReason::TargetLost,
            Some(Trouble::NotStarted { target: target(), what: request.start.words() }),
        ),
        Outcome::TargetLost => (EndReason::TargetLost, Some(Trouble::TargetLost { target: target() })),
        Outcome::Terminated(terminated) => (EndReason::Terminated, Some(terminated.into())),
        Outcome::Unfollowed => (EndReason::RecordingLost, Some(Trouble::Unfollowed)),
        Outcome::Stopping => (EndReason::NodeLost, Some(gateway::Trouble::Stopping.into())),
    };
    open.close(End::new(reason, Millis::now()));
    (trouble, [teller.restore(), screen.restore()].concat())
}

/// Asks the target for what the person asked for; `None` when it refuses or goes.
async fn start(far: &mut Far, request: &Request) -> Option<ChannelWriteHalf<Msg>> {
    let channel = far.channel().await?;
    let mut replies = 1;
    if let Some(Terminal { term, window: [columns, rows, wide, high], modes }) = &request.terminal {
        channel.request_pty(true, term, *columns, *rows, *wide, *high, modes).await.ok()?;
        replies += 1;
    }
    for (name, value) in &request.variables {
        // Targets take few variables (OpenSSH: AcceptEnv) and nobody expects to hear which.
        channel.set_env(false, name.as_str(), value.as_str()).await.ok()?;
    }
    match &request.start {
        Start::Shell => channel.request_shell(true).await.ok()?,
        Start::Command(command) => channel.exec(true, command.as_slice()).await.ok()?,
        Start::Sftp => channel.request_subsystem(true, "sftp").await.ok()?,
    }
    // Replies come in the order of the requests and before anything that was started says a word.
    for _ in 0..replies {
        if !matches!(far.words.next().await?, Event::Success) {
            return None;
        }
    }
    Some(channel)
}
