//! The half that people's clients speak to: signs them in and starts a session for each shell,
//! command or file transfer. Refuses everything else and goes on.

mod end;
mod sign_in;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use gateway::{Slot, Wish};
use russh::server::{
    Auth, ChannelOpenHandle, Handle, Handler, Msg, PublicKeyOffer, Response, Session, VerifiedPublicKey,
};
use russh::{Channel, ChannelId, ChannelOpenFailure, Error, Pty, Sig};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use end::NearEnd;

use crate::User;
use crate::connection::WINDOW_BYTES;
use crate::gateway::Shared;
use crate::line::Cutter;
use crate::pipe::{Event, Reader, Stream, Writer, pipe};
use crate::session::{self, Request, Start};

/// Sessions that one connection may have at a time, as OpenSSH's server has it.
const CHANNELS: usize = 10;
/// Environment variables of one session, and bytes of a name with its value.
const VARIABLES: usize = 64;
const VARIABLE_BYTES: usize = 4096;
/// Longest name of a terminal type, in bytes.
const TERM_BYTES: usize = 128;
/// Window given to a client whose data nobody takes: it may trickle, so that the library asks again
/// and the window can open.
const TRICKLE_BYTES: u32 = 16;
/// How long one packet of such a client is held. Bounded: behind it may be the very window adjustment
/// that the other direction waits for.
const STALL: Duration = Duration::from_millis(20);

/// A terminal as the client described it.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    /// Its type (`TERM`).
    pub(crate) term: String,
    /// Columns, rows, pixels wide, pixels high.
    pub(crate) window: [u32; 4],
    /// Its modes (RFC 4254 section 8).
    pub(crate) modes: Vec<(Pty, u32)>,
}

/// One connection's handler.
pub(crate) struct Near {
    shared: Arc<Shared>,
    from: IpAddr,
    slot: Option<Slot>,
    signed_in: CancellationToken,
    handle: Arc<OnceLock<Handle>>,
    cutter: Cutter,
    person: Option<(User, Wish)>,
    /// Why nobody signs in on this connection any more.
    turned_away: Option<&'static str>,
    channels: HashMap<ChannelId, Open>,
    /// Sessions that run on this connection.
    running: Arc<AtomicUsize>,
}

/// An open channel.
struct Open {
    writer: Writer,
    waiting: Option<Waiting>,
}

/// A channel on which nothing was started yet.
struct Waiting {
    reader: Reader,
    channel: russh::ChannelWriteHalf<Msg>,
    terminal: Option<Terminal>,
    variables: Vec<(String, String)>,
}

impl Near {
    pub(crate) fn new(
        shared: Arc<Shared>,
        from: IpAddr,
        slot: Slot,
        signed_in: CancellationToken,
        handle: Arc<OnceLock<Handle>>,
        cutter: Cutter,
    ) -> Self {
        Self {
            shared,
            from,
            slot: Some(slot),
            signed_in,
            handle,
            cutter,
            person: None,
            turned_away: None,
            channels: HashMap::new(),
            running: Arc::default(),
        }
    }

    fn waiting(&mut self, channel: ChannelId) -> Option<&mut Waiting> {
        self.channels.get_mut(&channel)?.waiting.as_mut()
    }

    fn event(&self, channel: ChannelId, event: Event) {
        if let Some(open) = self.channels.get(&channel) {
            open.writer.event(event);
        }
    }

    async fn data(&self, channel: ChannelId, data: &[u8]) {
        let Some(open) = self.channels.get(&channel) else { return };
        open.writer.data(Stream::Main, data);
        if open.writer.is_backlogged() {
            // Whether room came or time passed, the connection goes on.
            let _ = timeout(STALL, open.writer.room()).await;
        }
    }

    /// Starts a session on a channel, once.
    fn start(&mut self, channel: ChannelId, start: Start, session: &mut Session) -> Result<(), Error> {
        let waiting = self.channels.get_mut(&channel).and_then(|open| open.waiting.take());
        let (Some(waiting), Some((user, wish)), Some(handle)) = (waiting, &self.person, self.handle.get())
        else {
            return session.channel_failure(channel);
        };
        session.channel_success(channel)?;
        let near = NearEnd::new(
            waiting.channel,
            handle.clone(),
            self.cutter.clone(),
            waiting.terminal.is_some(),
            Arc::clone(&self.running),
        );
        let request = Request {
            user: user.clone(),
            wish: wish.clone(),
            from: self.from,
            start,
            terminal: waiting.terminal,
            variables: waiting.variables,
            words: waiting.reader,
        };
        let task = session::run(Arc::clone(&self.shared), request, near);
        tokio::spawn(self.shared.tasks.track_future(task));
        Ok(())
    }
}

fn no_forwarding() -> ChannelOpenFailure {
    ChannelOpenFailure::Other {
        code: ChannelOpenFailure::AdministrativelyProhibited.code(),
        reason: "Sightline forwards no ports".into(),
    }
}

impl Handler for Near {
    type Error = Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Error> {
        Ok(self.sign_in_by_password(user, password).await)
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Error> {
        let answer = response.map(|mut response| response.next().unwrap_or_default());
        Ok(self.sign_in_by_answer(user, answer.as_deref()).await)
    }

    async fn auth_publickey_offered(&mut self, user: &str, offer: PublicKeyOffer<'_>) -> Result<Auth, Error> {
        Ok(self.sign_in_by_key(user, offer.public_key, offer.algorithm, false).await)
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Error> {
        Ok(self.sign_in_by_key(user, key.public_key, key.algorithm, true).await)
    }

    async fn auth_succeeded(&mut self, _session: &mut Session) -> Result<(), Error> {
        self.slot = None;
        self.signed_in.cancel();
        Ok(())
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Error> {
        if self.channels.len() >= CHANNELS {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
            return Ok(());
        }
        let (writer, reader) = pipe();
        // Data comes through this handler. The channel's own queue must have no reader: it is
        // bounded, and full it would hold up the whole connection.
        let (unused, channel) = channel.split();
        drop(unused);
        let id = channel.id();
        let waiting = Waiting { reader, channel, terminal: None, variables: Vec::new() };
        self.channels.insert(id, Open { writer, waiting: Some(waiting) });
        reply.accept().await;
        Ok(())
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        _channel: Channel<Msg>,
        _host: &str,
        _port: u32,
        _originator: &str,
        _originator_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Error> {
        reply.reject(no_forwarding()).await;
        Ok(())
    }

    async fn channel_open_direct_streamlocal(
        &mut self,
        _channel: Channel<Msg>,
        _path: &str,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Error> {
        reply.reject(no_forwarding()).await;
        Ok(())
    }

    async fn x11_request(
        &mut self,
        channel: ChannelId,
        _single: bool,
        _protocol: &str,
        _cookie: &str,
        _screen: u32,
        session: &mut Session,
    ) -> Result<(), Error> {
        session.channel_failure(channel)
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        term: &str,
        columns: u32,
        rows: u32,
        wide: u32,
        high: u32,
        modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Error> {
        match self.waiting(channel) {
            Some(waiting) if waiting.terminal.is_none() && term.len() <= TERM_BYTES => {
                let window = [columns, rows, wide, high];
                waiting.terminal = Some(Terminal { term: term.into(), window, modes: modes.to_vec() });
                session.channel_success(channel)
            }
            _ => session.channel_failure(channel),
        }
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        value: &str,
        session: &mut Session,
    ) -> Result<(), Error> {
        match self.waiting(channel) {
            Some(waiting)
                if waiting.variables.len() < VARIABLES && name.len() + value.len() <= VARIABLE_BYTES =>
            {
                waiting.variables.push((name.into(), value.into()));
                session.channel_success(channel)
            }
            _ => session.channel_failure(channel),
        }
    }

    async fn shell_request(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), Error> {
        self.start(channel, Start::Shell, session)
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), Error> {
        self.start(channel, Start::Command(command.into()), session)
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), Error> {
        if name == "sftp" {
            self.start(channel, Start::Sftp, session)
        } else {
            session.channel_failure(channel)
        }
    }

    async fn window_change_request(
        &mut self,
        channel: ChannelId,
        columns: u32,
        rows: u32,
        wide: u32,
        high: u32,
        _session: &mut Session,
    ) -> Result<(), Error> {
        let window = [columns, rows, wide, high];
        match self.waiting(channel) {
            Some(waiting) => {
                if let Some(terminal) = &mut waiting.terminal {
                    terminal.window = window;
                }
            }
            None => self.event(channel, Event::Window(window)),
        }
        Ok(())
    }

    async fn signal(&mut self, channel: ChannelId, signal: Sig, _session: &mut Session) -> Result<(), Error> {
        self.event(channel, Event::Signal(signal));
        Ok(())
    }

    async fn data(&mut self, channel: ChannelId, data: &[u8], _session: &mut Session) -> Result<(), Error> {
        Self::data(self, channel, data).await;
        Ok(())
    }

    fn adjust_window(&mut self, channel: ChannelId, _current: u32) -> u32 {
        match self.channels.get(&channel) {
            Some(open) if open.writer.is_backlogged() => TRICKLE_BYTES,
            _ => WINDOW_BYTES,
        }
    }

    async fn channel_eof(&mut self, channel: ChannelId, _session: &mut Session) -> Result<(), Error> {
        self.event(channel, Event::Eof);
        Ok(())
    }

    async fn channel_close(&mut self, channel: ChannelId, _session: &mut Session) -> Result<(), Error> {
        self.event(channel, Event::Close);
        self.channels.remove(&channel);
        Ok(())
    }
}
