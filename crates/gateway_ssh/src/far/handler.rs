//! What a target says, put into the session's pipe in the order in which it came.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use russh::client::{ChannelOpenHandle, DisconnectReason, Handler, Msg, Session};
use russh::keys::PublicKeyOrCertificate;
use russh::{Channel, ChannelId, Error, Sig};
use tokio::sync::Notify;
use wire::AgentId;

use super::Met;
use crate::office::Office;
use crate::pipe::{Event, Stream, Writer};
use crate::words::Trouble;
use crate::{HostKeyCheck, keys};

/// Lets a target's loop turn a few more times although nobody takes what the target says, so that
/// the person's words (Ctrl+C before all) get out to the target.
#[derive(Default)]
pub(crate) struct Nudge {
    turns: AtomicU32,
    given: Notify,
}

impl Nudge {
    /// Turns for one message: in each the library picks at random between reading and writing.
    const TURNS: u32 = 8;

    /// Something waits to be written to the target.
    pub(crate) fn give(&self) {
        self.turns.store(Self::TURNS, Ordering::Relaxed);
        self.given.notify_one();
    }

    async fn take(&self) {
        let take = |turns: u32| turns.checked_sub(1);
        while self.turns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err() {
            self.given.notified().await;
        }
    }
}

/// A target connection's handler.
pub(super) struct FarHandler {
    pub(super) office: Office,
    pub(super) agent: AgentId,
    pub(super) target: String,
    pub(super) login: String,
    pub(super) writer: Writer,
    pub(super) met: Met,
    pub(super) nudge: Arc<Nudge>,
}

impl FarHandler {
    /// Holds the connection's loop while the person's half is behind: the target then waits as it
    /// would for a slow terminal.
    async fn data(&self, stream: Stream, data: &[u8]) {
        self.writer.data(stream, data);
        if self.writer.is_flooded() {
            self.writer.room().await;
        } else if self.writer.is_backlogged() {
            tokio::select! {
                () = self.writer.room() => {}
                () = self.nudge.take() => {}
            }
        }
    }
}

/// Channels that a target opens were never asked for; dropping the reply refuses them.
macro_rules! refuse_channels {
    ($($name:ident($($argument:ty),*);)*) => {$(
        async fn $name(
            &mut self,
            _channel: Channel<Msg>,
            $(_: $argument,)*
            reply: ChannelOpenHandle,
            _session: &mut Session,
        ) -> Result<(), Error> {
            drop(reply);
            Ok(())
        }
    )*};
}

impl Handler for FarHandler {
    type Error = Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Error> {
        let Ok(line) = keys::line_of(&key.public_key()) else { return Ok(false) };
        let shown = keys::fingerprint(&line).unwrap_or_default();
        match self.office.check_host_key(self.agent, line).await {
            Ok(HostKeyCheck::Known) => Ok(true),
            Ok(HostKeyCheck::Changed { pinned }) => {
                tracing::error!(agent = ?self.target, %pinned, %shown, "a host key changed");
                self.met.set(Trouble::HostKey { target: self.target.clone(), pinned, shown });
                Ok(false)
            }
            Err(error) => {
                self.met.set(error.into());
                Ok(false)
            }
        }
    }

    async fn data(&mut self, _channel: ChannelId, data: &[u8], _session: &mut Session) -> Result<(), Error> {
        Self::data(self, Stream::Main, data).await;
        Ok(())
    }

    async fn extended_data(
        &mut self,
        _channel: ChannelId,
        _code: u32,
        data: &[u8],
        _session: &mut Session,
    ) -> Result<(), Error> {
        Self::data(self, Stream::Error, data).await;
        Ok(())
    }

    async fn channel_success(&mut self, _channel: ChannelId, _session: &mut Session) -> Result<(), Error> {
        self.writer.event(Event::Success);
        Ok(())
    }

    async fn channel_failure(&mut self, _channel: ChannelId, _session: &mut Session) -> Result<(), Error> {
        self.writer.event(Event::Failure);
        Ok(())
    }

    async fn exit_status(
        &mut self,
        _channel: ChannelId,
        status: u32,
        _session: &mut Session,
    ) -> Result<(), Error> {
        self.writer.event(Event::ExitStatus(status));
        Ok(())
    }

    async fn exit_signal(
        &mut self,
        _channel: ChannelId,
        signal: Sig,
        core_dumped: bool,
        message: &str,
        _language: &str,
        _session: &mut Session,
    ) -> Result<(), Error> {
        self.writer.event(Event::ExitSignal { signal, core_dumped, message: message.into() });
        Ok(())
    }

    async fn channel_eof(&mut self, _channel: ChannelId, _session: &mut Session) -> Result<(), Error> {
        self.writer.event(Event::Eof);
        Ok(())
    }

    async fn channel_close(&mut self, _channel: ChannelId, _session: &mut Session) -> Result<(), Error> {
        self.writer.event(Event::Close);
        Ok(())
    }

    async fn disconnected(&mut self, reason: DisconnectReason<Error>) -> Result<(), Error> {
        tracing::debug!(agent = ?self.target, ?reason, "target connection ended");
        if matches!(reason, DisconnectReason::Error(Error::NoAuthMethod)) {
            self.met.set(Trouble::SignIn { target: self.target.clone(), login: self.login.clone() });
        }
        Ok(())
    }

    refuse_channels! {
        server_channel_open_forwarded_tcpip(&str, u32, &str, u32);
        server_channel_open_forwarded_streamlocal(&str);
        server_channel_open_agent_forward();
        server_channel_open_session();
        server_channel_open_direct_tcpip(&str, u32, &str, u32);
        server_channel_open_direct_streamlocal(&str);
        server_channel_open_x11(&str, u32);
    }
}
