//! The database: all SQL of the product, on SQLite and PostgreSQL alike.
//!
//! One file per family of tables. Statements are portable: TEXT and BIGINT columns, numbered
//! parameters. Every write to the directory bumps its epoch in the same transaction. Never decides
//! who may do what and never sees a secret in the clear.

mod access_log;
mod accounts;
mod agent_tokens;
mod agent_url;
mod agents;
mod application_sign_ins;
mod applications;
mod audit_check;
mod audit_events;
mod desktop_rules;
mod directory;
mod grants;
mod host_keys;
mod oidc_grants;
mod oidc_keys;
mod oidc_sign_ins;
mod preferences;
mod public_keys;
mod reports;
mod roles;
mod rows;
mod schema;
mod session_ends;
mod session_rows;
mod session_watches;
mod sessions;
mod sign_ins;
mod tokens;
mod usable_accounts;
mod users;
mod verifiers;
mod views;

use std::path::Path;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, Transaction};

pub use access_log::{LogFilter, LogPlace, LogState};
pub use accounts::{AccountRow, NewAccount, SealedAccount, SecretKind};
pub use agent_tokens::Source;
pub use agent_url::{AgentKind, AgentUrl};
pub use agents::{AgentRow, NewAgent};
pub use applications::{Application, ApplicationChange, NewApplication, OpenTo, WebAddress};
pub use audit_check::{AuditFault, AuditHead};
pub use audit_events::{AuditFilter, AuditRow};
pub use desktop_rules::DesktopRules;
pub use grants::GrantKind;
pub use host_keys::PinnedKey;
pub use oidc_grants::{OidcCode, OidcToken, TakenCode};
pub use oidc_keys::OidcKey;
pub use oidc_sign_ins::{Logout, OidcSignIn};
pub use preferences::{LOG_LAYOUT, LOOK, SESSIONS_LAYOUT};
pub use reports::{Directory, Keyed, LeftOpen, Reported};
pub use rows::{policy_from_text, policy_text, recording_text};
pub use session_ends::{EndRequest, Polled};
pub use sessions::SessionRow;
pub use sign_ins::SignInRow;
pub use tokens::TokenRow;
pub use usable_accounts::UsableAccount;
pub use users::{NewUser, User};
pub use verifiers::Provable;
pub use views::{Changer, ViewRow};

/// How long a writer waits for another one on SQLite before it gives up.
const BUSY_TIMEOUT_MS: u32 = 10_000;
/// Connections to SQLite: one writes at a time, the others read.
const SQLITE_CONNECTIONS: u32 = 6;
/// Memory that a connection to SQLite may keep pages in, in KiB: many sessions that are opened at once reach
/// into every index, and a page that is not kept is read and written again for each.
const SQLITE_CACHE_KIB: u32 = 32 << 10;
/// Pages of 4 KiB in SQLite's log before they are brought into the file: each goes there once, however often it was
/// written.
const SQLITE_LOG_PAGES: u32 = 8 << 10;
/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long to wait for a free connection, or for the database to answer at all.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A rule of the directory stands against it; the text is for the person who asked.
    #[error("{0}")]
    Refused(String),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables could not be brought up to date.
    #[error("the tables could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A row holds what this build cannot read.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
}

impl StoreError {
    fn refused<T>(text: impl Into<String>) -> Result<T, Self> {
        Err(Self::Refused(text.into()))
    }

    /// Words for a row that is there already, instead of the database's own.
    fn if_taken(error: sqlx::Error, text: impl FnOnce() -> String) -> Self {
        match error {
            sqlx::Error::Database(error) if error.is_unique_violation() => Self::Refused(text()),
            error => Self::Database(error),
        }
    }
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: AnyPool,
    begin: &'static str,
}

impl Store {
    /// The URL of a SQLite database in a file that is made when missing.
    #[must_use]
    pub fn sqlite_url(file: &Path) -> String {
        let mut url = String::from("sqlite://");
        for byte in file.as_os_str().as_encoded_bytes() {
            match byte {
                b'/' | b'-' | b'_' | b'.' | b'~' => url.push(char::from(*byte)),
                byte if byte.is_ascii_alphanumeric() => url.push(char::from(*byte)),
                byte => url.push_str(&format!("%{byte:02X}")),
            }
        }
        url + "?mode=rwc"
    }

    /// Connects, and brings the tables up to date.
    ///
    /// # Errors
    /// When the database does not answer, or is of a newer build.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let sqlite = url.starts_with("sqlite:");
        let mut options = AnyPoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT);
        if sqlite {
            // FULL: a commit is on the disk when it returns, so what was accepted survives a power cut.
            let pragmas = sqlx::AssertSqlSafe(format!(
                "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; \
                 PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                 PRAGMA cache_size = -{SQLITE_CACHE_KIB}; PRAGMA wal_autocheckpoint = {SQLITE_LOG_PAGES};"
            ));
            options = options.max_connections(SQLITE_CONNECTIONS).test_before_acquire(false).after_connect(
                move |connection, _| {
                    let pragmas = pragmas.0.clone();
                    Box::pin(async move {
                        connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(pragmas))).await?;
                        Ok(())
                    })
                },
            );
        } else {
            options = options.max_connections(POSTGRES_CONNECTIONS);
        }
        // Not through the pool, which would try a refused connection again until its time is over.
        let first = tokio::time::timeout(ACQUIRE_TIMEOUT, AnyConnection::connect(url));
        first.await.map_err(|_| sqlx::Error::PoolTimedOut)??.close().await?;
        let pool = options.connect(url).await?;
        schema::migrate(&pool).await?;
        // SQLite: a transaction that reads first and writes later fails at once when another writer
        // came between, whatever the busy timeout; so take the write lock at the beginning.
        Ok(Self { pool, begin: if sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" } })
    }

    /// Closes every connection; waits for those in use.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    async fn write(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(self.pool.begin_with(self.begin).await?)
    }
}
