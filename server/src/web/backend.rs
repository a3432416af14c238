//! The app's [`Backend`]: what pages ask, answered for the person behind the request's cookie.

use app::backend::{
    AccountKind, AuditPage, AuditQuery, Backend, BackendError, Ending, ExportNote, Gate, LogPage, LogQuery,
    Me, MyAccount, MyAccounts, Shown, Views,
};
use app::look::Look;
use app::table::Sheet;
use async_trait::async_trait;
use axum::http::request::Parts;
use hub::{NotOpen, ReadAudit, Refusal, Replay, Watch, permit, permit_global, rights};
use url::Url;
use wire::{Rights, SessionId};

use super::Shared;
use super::asked::AskedError;
use super::sessions::{SessionError, by};
use crate::audit::Action;
use crate::console::SignedIn;
use crate::reports::Outcome;
use crate::store::{
    AgentKind, GrantKind, LOG_LAYOUT, LOOK, SESSIONS_LAYOUT, SessionRow, StoreError, UsableAccount,
};

/// Largest layout that is kept, in bytes: every column with its width and filters takes a few thousand.
const MAX_LAYOUT_BYTES: usize = 32 << 10;
/// Longest text of an export that is audited, in characters: its filter, its columns, its name.
const MAX_FILTER_CHARS: usize = 500;
/// Sessions on one page of the access log.
const LOG_PAGE: u32 = 100;

/// The server, as pages see it.
pub(super) struct Pages(pub(super) Shared);

impl Pages {
    async fn signed(&self, parts: &Parts) -> Result<SignedIn, BackendError> {
        self.0.signed_in(parts).await.map_err(failed)?.ok_or(BackendError::SignedOut)
    }
}

#[async_trait]
impl Backend for Pages {
    async fn me(&self, parts: &Parts) -> Result<Option<Me>, BackendError> {
        let Some(SignedIn { known, .. }) = self.0.signed_in(parts).await.map_err(failed)? else {
            return Ok(None);
        };
        let (mut layout, mut log_layout) = (None, None);
        if let Some(user) = known.viewer.user_id {
            let store = &self.0.services.store;
            layout = store.preference(user, SESSIONS_LAYOUT).await.map_err(failed)?;
            log_layout = store.preference(user, LOG_LAYOUT).await.map_err(failed)?;
        }
        let viewer = known.viewer;
        let reads_audit = permit_global::<ReadAudit>(&viewer).is_ok();
        let (name, full_name, role) = (viewer.name, viewer.full_name, known.role);
        Ok(Some(Me { name, full_name, role, reads_audit, layout, log_layout }))
    }

    async fn session(&self, parts: &Parts, id: SessionId) -> Result<Shown, BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        let SessionRow { session, facts, screen, ended } =
            self.0.session(&viewer, id).await.map_err(refused)?;
        if ended.is_some() {
            let replay = session.recorded && permit::<Replay>(&viewer, &facts).is_ok();
            let rights = Rights { replay, ..Rights::default() };
            return Ok(Shown { session, rights, ended, refusal: None });
        }
        let rights = rights(&viewer, &facts, screen).ok_or(BackendError::NotFound)?;
        let refusal = (!rights.watch).then(|| match permit::<Watch>(&viewer, &facts) {
            Err(refusal) => refusal.to_string(),
            Ok(_) if !screen => NotOpen::NoScreen.to_string(),
            // The role allows it, so it is the account's policy that does not.
            Ok(_) => Refusal::Forbidden("watch").to_string(),
        });
        Ok(Shown { session, rights, ended, refusal })
    }

    async fn accounts(&self, parts: &Parts) -> Result<MyAccounts, BackendError> {
        let signed = self.signed(parts).await?;
        let Some(user) = signed.known.viewer.user_id else { return Err(BackendError::Failed) };
        let services = &self.0.services;
        let usable = services.store.usable_accounts(user).await.map_err(failed)?;
        let host = host_of(&services.config.public_url);
        let gate = |port| Gate { host: host.clone(), port };
        Ok(MyAccounts {
            user: signed.known.viewer.name,
            accounts: usable.iter().map(shown).collect(),
            terminals: services.terminals.of(&signed.key),
            ssh: gate(services.ssh_port),
            postgres: services.pg_port.map(gate),
        })
    }

    async fn terminate(&self, parts: &Parts, id: SessionId, reason: String) -> Result<Ending, BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        let (_, outcome) = self.0.terminate(&viewer, id, &reason).await.map_err(refused)?;
        Ok(match outcome {
            Outcome::Ended(end) => Ending::Ended(end),
            Outcome::Waiting { .. } => Ending::Asked,
            Outcome::Refused(why) => Ending::Refused(why),
        })
    }

    async fn save_layout(&self, parts: &Parts, sheet: Sheet, layout: String) -> Result<(), BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&layout).is_ok();
        if layout.len() > MAX_LAYOUT_BYTES || !is_json {
            return Err(BackendError::Refused("this layout cannot be kept".into()));
        }
        let Some(user) = viewer.user_id else { return Err(BackendError::Failed) };
        let key = match sheet {
            Sheet::Sessions => SESSIONS_LAYOUT,
            Sheet::AccessLog => LOG_LAYOUT,
        };
        self.0.services.store.set_preference(user, key, &layout).await.map_err(failed)
    }

    async fn save_look(&self, parts: &Parts, look: String) -> Result<(), BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        let Some(user) = viewer.user_id else { return Err(BackendError::Failed) };
        // Written as it was understood: whatever else was sent is not kept.
        let look = Look::parse(&look).to_string();
        self.0.services.store.set_preference(user, LOOK, &look).await.map_err(failed)
    }

    async fn views(&self, parts: &Parts, sheet: Sheet) -> Result<Views, BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        self.0.views(&viewer, sheet).await.map_err(stored)
    }

    async fn save_view(
        &self,
        parts: &Parts,
        sheet: Sheet,
        id: Option<String>,
        name: String,
        value: String,
    ) -> Result<String, BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        self.0.save_view(&viewer, sheet, id, &name, &value, self.0.peer(parts)).await.map_err(stored)
    }

    async fn rename_view(&self, parts: &Parts, id: String, name: String) -> Result<(), BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        self.0.rename_view(&viewer, &id, &name, self.0.peer(parts)).await.map_err(stored)
    }

    async fn share_view(&self, parts: &Parts, id: String, shared: bool) -> Result<(), BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        self.0.share_view(&viewer, &id, shared, self.0.peer(parts)).await.map_err(stored)
    }

    async fn delete_view(&self, parts: &Parts, id: String) -> Result<(), BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        self.0.delete_view(&viewer, &id, self.0.peer(parts)).await.map_err(stored)
    }

    async fn audit(&self, parts: &Parts, query: AuditQuery) -> Result<AuditPage, BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        let permit = permit_global::<ReadAudit>(&viewer).map_err(|_| BackendError::NotFound)?;
        self.0.audit(&permit, &query).await.map_err(asked)
    }

    async fn access_log(&self, parts: &Parts, query: LogQuery) -> Result<LogPage, BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        self.0.access_log(&viewer, &query, LOG_PAGE).await.map_err(asked)
    }

    async fn note_export(&self, parts: &Parts, sheet: Sheet, note: ExportNote) -> Result<(), BackendError> {
        let viewer = self.signed(parts).await?.known.viewer;
        let detail = in_words(&note)?;
        let event = by(&viewer, Action::Exported).on(sheet.name()).from(self.0.peer(parts));
        self.0.services.journal.note(event.detail(detail));
        Ok(())
    }
}

fn shown(account: &UsableAccount) -> MyAccount {
    MyAccount {
        id: account.id(),
        login: account.login().to_owned(),
        agent: account.agent().to_owned(),
        display_name: account.display_name().to_owned(),
        service_url: account.service_url().to_owned(),
        kind: match account.kind() {
            AgentKind::Ssh => AccountKind::Terminal,
            AgentKind::Rdp => AccountKind::Desktop,
            AgentKind::Postgres => AccountKind::Database,
            AgentKind::Application => AccountKind::Application,
        },
        owner: account.grant() == GrantKind::Owner,
    }
}

/// The host of an address, an IPv6 one with its brackets: where people reach the server, they reach its gateways.
fn host_of(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// An export as the audit says it; refused when its digest is none.
fn in_words(note: &ExportNote) -> Result<String, BackendError> {
    let cut = |text: &str| text.chars().take(MAX_FILTER_CHARS).collect::<String>();
    let mut words = format!("{} rows, filter: {}", note.rows, cut(&note.filter));
    if !note.columns.is_empty() {
        words += &format!(", columns: {}", cut(&note.columns));
    }
    if !note.file.is_empty() {
        words += &format!(", file: {}", cut(&note.file));
    }
    if !note.sha256.is_empty() {
        if note.sha256.len() != 64 || !note.sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(BackendError::Refused("this is no SHA-256: it takes 64 hexadecimal digits".into()));
        }
        words += &format!(", SHA-256: {}", note.sha256.to_ascii_lowercase());
    }
    Ok(words)
}

fn failed(error: impl std::fmt::Display) -> BackendError {
    tracing::error!(%error, "a page could not be served");
    BackendError::Failed
}

/// A rule of the store is told as it is.
fn stored(error: StoreError) -> BackendError {
    match error {
        StoreError::Refused(words) => BackendError::Refused(words),
        error => failed(error),
    }
}

fn asked(error: AskedError) -> BackendError {
    match error {
        AskedError::Asked(words) => BackendError::Refused(words),
        AskedError::Store(error) => failed(error),
    }
}

fn refused(error: SessionError) -> BackendError {
    match error {
        SessionError::Refused(Refusal::Unknown) => BackendError::NotFound,
        SessionError::Refused(_) | SessionError::Ended | SessionError::Reason | SessionError::Source(_) => {
            BackendError::Refused(error.to_string())
        }
        SessionError::Store(error) => failed(error),
    }
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn gateways_are_where_the_pages_are() {
        for (url, host) in [
            ("http://127.0.0.1:3000", "127.0.0.1"),
            ("https://sightline.example", "sightline.example"),
            ("https://sightline.example/below", "sightline.example"),
            ("http://[::1]:3000", "[::1]"),
            ("https://[2001:db8::7]", "[2001:db8::7]"),
        ] {
            assert_eq!(host_of(url), host);
        }
    }
}
