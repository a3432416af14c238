//! The half that speaks to the target: connects, sees who it is, signs the account in, and agrees on a desktop.
//!
//! The target's certificate is compared with the pinned one before anything secret is said. Of drives, printers,
//! sound and compression in bulk the target hears nothing: they are off.

mod config;
mod credssp;
mod fault;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use gateway::tls::{certificate_fingerprint, certificate_line};
use gateway::{Connection, HostKeyCheck, der, io_error, keep_alive};
use ironrdp_connector::{ClientConnector, ConnectionOutcome, ConnectionResult, Sequence};
use ironrdp_core::WriteBuf;
use ironrdp_tokio::{Framed, FramedRead, FramedWrite, MovableTokioFramed, MovableTokioStream, StreamWrapper};
use rustls::pki_types::ServerName;
use tokio::io::ReadHalf;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use wire::desktop::Extent;

use crate::clipboard::Clipboard;
use crate::gateway::Shared;
use crate::outbox::Outbox;
use crate::stage;
use crate::words::Trouble;
pub(crate) use fault::{Fault, innermost};

/// What comes from the target.
pub(crate) type Inbox = Framed<MovableTokioStream<ReadHalf<TlsStream<TcpStream>>>>;

/// A target that agreed on a desktop. Dropping it cuts the connection.
pub(crate) struct Far {
    pub(crate) inbox: Inbox,
    pub(crate) outbox: Outbox,
    pub(crate) agreed: ConnectionResult,
}

impl Far {
    /// The size that both agreed on.
    pub(crate) fn extent(&self) -> Result<Extent, Fault> {
        stage::extent(self.agreed.desktop_size)
    }

    /// Connects to an account's target and signs in, within the configured time in all. `clipboard` says whether
    /// there is to be one.
    pub(crate) async fn connect(
        shared: &Shared,
        connection: &Connection,
        extent: Extent,
        clipboard: bool,
    ) -> Result<Self, Trouble> {
        let time = shared.config.target_timeout;
        let heard = AtomicBool::new(false);
        timeout(time, reach(shared, connection, extent, clipboard, &heard)).await.unwrap_or_else(|_| {
            let (target, seconds) = (connection.agent_name.clone(), time.as_secs());
            Err(match heard.load(Ordering::Relaxed) {
                true => Trouble::Handshake { target, why: format!("not ready within {seconds} s") },
                false => Trouble::Unreachable { target, seconds },
            })
        })
    }
}

async fn reach(
    shared: &Shared,
    connection: &Connection,
    extent: Extent,
    clipboard: bool,
    heard: &AtomicBool,
) -> Result<Far, Trouble> {
    let target = || connection.agent_name.clone();
    let refused = |error: std::io::Error| Trouble::Refused { target: target(), why: io_error(&error) };
    let broken = |why: String| Trouble::Handshake { target: target(), why };
    let mut connector = connector(connection, &shared.config.node, extent, clipboard)?;
    let stream = TcpStream::connect((connection.host.as_str(), connection.port)).await.map_err(refused)?;
    connector.client_addr = stream.local_addr().map_err(refused)?;
    stream.set_nodelay(true).map_err(refused)?;
    keep_alive(&stream).map_err(refused)?;

    let mut framed = MovableTokioFramed::new(stream);
    let mut buf = WriteBuf::new();
    while !connector.should_perform_security_upgrade() {
        if connector.next_pdu_hint().is_some() && !answers_rdp(framed.get_inner().0).await.map_err(refused)? {
            return Err(Trouble::NoRdp { target: target(), why: "its answer is of another kind".into() });
        }
        step(&mut framed, &mut connector, &mut buf).await.map_err(|fault| fault.at_first(target()))?;
    }
    heard.store(true, Ordering::Relaxed);
    let (stream, ahead) = framed.into_inner();
    if !ahead.is_empty() {
        return Err(broken("it says something in the clear where TLS begins".into()));
    }
    let (stream, certificate) = secured(shared, connection, stream).await?;
    connector.mark_security_upgrade_as_done();
    let mut framed = MovableTokioFramed::new(stream);
    if connector.should_perform_credssp() {
        credssp::sign_in(&mut framed, &mut connector, connection, &certificate, &mut buf).await?;
    }
    let agreed = agree(&mut framed, connector, &mut buf).await.map_err(|fault| fault.later(target()))?;
    let (stream, ahead) = framed.into_inner();
    let (reader, writer) = tokio::io::split(stream);
    let inbox = Framed::new_with_leftover(reader, ahead);
    Ok(Far { inbox, outbox: Outbox::new(writer), agreed })
}

/// Whether what comes first begins as answers do (RFC 1006, section 6): others may say so little that their length,
/// read as one of ours, would be waited for in vain.
async fn answers_rdp(stream: &TcpStream) -> std::io::Result<bool> {
    const VERSION: u8 = 3;
    let mut first = [0];
    // Nothing is an end, which reading will tell.
    Ok(stream.peek(&mut first).await? == 0 || first[0] == VERSION)
}

/// What connects, before it does.
pub(crate) fn connector(
    connection: &Connection,
    node: &str,
    extent: Extent,
    clipboard: bool,
) -> Result<ClientConnector, Trouble> {
    let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let mut connector = ClientConnector::new(config::config(connection, node, extent)?, nowhere);
    if clipboard {
        connector.attach_static_channel(Clipboard::channel());
    }
    connector.attach_static_channel(config::dynamic_channels());
    Ok(connector)
}

/// TLS, with the certificate that the target should have.
async fn secured(
    shared: &Shared,
    connection: &Connection,
    stream: TcpStream,
) -> Result<(TlsStream<TcpStream>, Vec<u8>), Trouble> {
    let target = || connection.agent_name.clone();
    let broken = |why: String| Trouble::Handshake { target: target(), why };
    let name = ServerName::try_from(connection.host.clone())
        .map_err(|_| broken("its name cannot stand in a certificate".into()))?;
    let stream = shared
        .connector
        .connect(name, stream)
        .await
        .map_err(|error| broken(format!("TLS: {}", io_error(&error))))?;
    let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    let der = shown.map(|der| der.to_vec()).ok_or_else(|| broken("TLS: it shows no certificate".into()))?;
    match shared.office.check_host_key(connection.agent, certificate_line(&der)).await? {
        HostKeyCheck::Known => Ok((stream, der)),
        HostKeyCheck::Changed { pinned } => {
            let shown = certificate_fingerprint(&der);
            Err(Trouble::Certificate { target: target(), pinned, shown })
        }
    }
}

/// Everything after the sign-in, until there is a desktop.
async fn agree<S>(
    framed: &mut Framed<S>,
    mut connector: ClientConnector,
    buf: &mut WriteBuf,
) -> Result<ConnectionResult, Fault>
where
    S: StreamWrapper + FramedRead + FramedWrite,
{
    loop {
        if connector.should_perform_multitransport() {
            buf.clear();
            let written = connector.skip_multitransport(buf)?;
            if written.size().is_some() {
                framed.write_all(buf.filled()).await?;
            }
            continue;
        }
        step(framed, &mut connector, buf).await?;
        match connector.state.take_outcome() {
            None => {}
            Some(ConnectionOutcome::Connected(agreed)) => return Ok(agreed),
            Some(ConnectionOutcome::Redirected(_)) => return Err(Fault::Redirected),
        }
    }
}

/// One step of a sequence: hears what it waits for, if it does, and says what it has to say.
pub(crate) async fn step<S>(
    framed: &mut Framed<S>,
    sequence: &mut (dyn Sequence + Send),
    buf: &mut WriteBuf,
) -> Result<(), Fault>
where
    S: FramedRead + FramedWrite,
{
    buf.clear();
    let written = match sequence.next_pdu_hint() {
        Some(hint) => {
            let pdu = framed.read_by_hint(hint).await?;
            #[cfg(test)]
            crate::fuzz::record::heard(&pdu);
            sequence.step(&pdu, framed.last_read_at(), buf)?
        }
        None => sequence.step_no_input(buf)?,
    };
    if written.size().is_some() {
        framed.write_all(buf.filled()).await?;
    }
    Ok(())
}

/// The key of a certificate, which proofs are bound to.
fn key_of(certificate: &[u8]) -> Option<Vec<u8>> {
    der::public_key(certificate).map(<[u8]>::to_vec)
}
