//! What the parts of a running server share, made once by `serve`.

use hub::Hub;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::applications::Applications;
use crate::archive::Archive;
use crate::auth::Auth;
use crate::config::Config;
use crate::console::Console;
use crate::journal::Journal;
use crate::oidc::Provider;
use crate::reports::Reports;
use crate::set_up::SetUp;
use crate::store::Store;
use crate::terminals::Terminals;

/// The running server, as the web part sees it; lives in an `Arc`.
pub struct Services {
    /// The database.
    pub store: Store,
    /// Recordings.
    pub archive: Archive,
    /// What is open.
    pub hub: Hub,
    /// Passwords, keys and API tokens, with throttling.
    pub auth: Auth,
    /// Web sign-ins and their `CONSOLE` sessions.
    pub console: Console,
    /// Sign-ins to applications and their `WebSSO` sessions.
    pub applications: Applications,
    /// Signs people in to applications by OpenID Connect.
    pub oidc: Provider,
    /// The one-time set-up while there is no user.
    pub set_up: SetUp,
    /// Audit events and session ends, queued and written in order.
    pub journal: Journal,
    /// Sessions that other systems report.
    pub reports: Reports,
    /// Sessions whose terminal is a page.
    pub terminals: Terminals,
    /// Port of the SSH gateway.
    pub ssh_port: u16,
    /// Port of the PostgreSQL gateway, when it is on.
    pub pg_port: Option<u16>,
    /// How the server was told to run.
    pub config: Config,
    /// Counts changes of users, roles, accounts and grants: on a change, ask [`Auth::viewer`] again.
    pub directory: watch::Receiver<i64>,
    /// Cancelled when the server is to stop: close sockets, finish requests.
    pub stopping: CancellationToken,
}
