//! The half that speaks to the target: connects, sees who it is, and signs the account in.
//!
//! The target's certificate is compared with the pinned one before anything secret is said.

mod sign_in;

use std::net::SocketAddr;
use std::sync::Arc;

use gateway::tls::{certificate_fingerprint, certificate_line};
use gateway::{Connection, HostKeyCheck, io_error, keep_alive};
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::cancel::Way;
use crate::gateway::Shared;
use crate::startup::{CancelKey, Startup, ssl_request};
use crate::stream::{Stream, Talk};
use crate::words::Trouble;

/// A target that is ready for its first statement.
pub(crate) struct Far {
    pub(crate) talk: Talk,
    /// What it said of itself, for the client: whole messages.
    pub(crate) said: Vec<u8>,
    /// That it is ready, for the client.
    pub(crate) ready: Vec<u8>,
    /// How its statements are cancelled.
    pub(crate) way: Arc<Way>,
}

/// A certificate that a target showed under a name.
pub(crate) struct Certificate {
    pub(crate) name: ServerName<'static>,
    pub(crate) der: CertificateDer<'static>,
}

/// Connects to an account's target and signs in, within the time for it.
pub(crate) async fn connect(
    shared: &Shared,
    connection: &Connection,
    startup: &Startup,
) -> Result<Far, Trouble> {
    let time = shared.config.target_timeout;
    let target = connection.agent_name.clone();
    match timeout(time, reach(shared, connection, startup)).await {
        Ok(reached) => reached,
        Err(_) => Err(Trouble::Unreachable { target, seconds: time.as_secs() }),
    }
}

async fn reach(shared: &Shared, connection: &Connection, startup: &Startup) -> Result<Far, Trouble> {
    let target = || connection.agent_name.clone();
    let refused = |error| Trouble::Refused { target: target(), why: io_error(&error) };
    let stream = TcpStream::connect((connection.host.as_str(), connection.port)).await.map_err(refused)?;
    let address = stream.peer_addr().map_err(refused)?;
    stream.set_nodelay(true).map_err(refused)?;
    keep_alive(&stream).map_err(refused)?;
    let (stream, certificate) = secured(shared, connection, stream, address).await?;
    let mut talk = Talk::new(stream);
    let signed_in = sign_in::sign_in(&mut talk, connection, certificate.as_ref(), startup).await?;
    let sign_in::SignedIn { said, ready, process, secret } = signed_in;
    let way = Way { address, key: CancelKey { process, secret }, certificate };
    Ok(Far { talk, said, ready, way: Arc::new(way) })
}

/// Under TLS, with the certificate that it should have; or in the clear, if the target is on this machine.
async fn secured(
    shared: &Shared,
    connection: &Connection,
    stream: TcpStream,
    address: SocketAddr,
) -> Result<(Stream, Option<Certificate>), Trouble> {
    let target = || connection.agent_name.clone();
    let broken = |why: String| Trouble::Handshake { target: target(), why };
    let name = ServerName::try_from(connection.host.clone())
        .map_err(|_| broken("its name cannot stand in a certificate".into()))?;
    match ask_for_tls(stream).await.map_err(|error| broken(io_error(&error)))? {
        Asked::Yes(stream) => {
            let (stream, certificate) = handshake(stream, &name, &shared.connector)
                .await
                .map_err(|error| broken(format!("TLS: {error}")))?
                .ok_or_else(|| broken("TLS: it shows no certificate".into()))?;
            let line = certificate_line(&certificate.der);
            match shared.office.check_host_key(connection.agent, line).await? {
                HostKeyCheck::Known => Ok((stream, Some(certificate))),
                HostKeyCheck::Changed { pinned } => {
                    let shown = certificate_fingerprint(&certificate.der);
                    Err(Trouble::Certificate { target: target(), pinned, shown })
                }
            }
        }
        Asked::No(_) if connection.pinned_key.is_some() => Err(Trouble::TlsLost { target: target() }),
        Asked::No(stream) if address.ip().to_canonical().is_loopback() => Ok((Stream::Plain(stream), None)),
        Asked::No(_) => Err(Trouble::NoTls { target: target() }),
        Asked::Else => Err(broken("it does not speak PostgreSQL's protocol".into())),
    }
}

/// What a target answers to the question for TLS.
enum Asked {
    Yes(TcpStream),
    No(TcpStream),
    Else,
}

async fn ask_for_tls(mut stream: TcpStream) -> std::io::Result<Asked> {
    stream.write_all(&ssl_request()).await?;
    // Exactly one byte: what follows is TLS, or somebody put it there.
    let mut answer = [0];
    stream.read_exact(&mut answer).await?;
    Ok(match answer[0] {
        b'S' => Asked::Yes(stream),
        b'N' => Asked::No(stream),
        _ => Asked::Else,
    })
}

async fn handshake(
    stream: TcpStream,
    name: &ServerName<'static>,
    connector: &TlsConnector,
) -> std::io::Result<Option<(Stream, Certificate)>> {
    let stream = connector.connect(name.clone(), stream).await?;
    let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    let Some(der) = shown.map(|der| der.clone().into_owned()) else { return Ok(None) };
    let certificate = Certificate { name: name.clone(), der };
    Ok(Some((Stream::Tls(Box::new(stream.into())), certificate)))
}

/// A connection that must be under TLS; none when the target does not offer it.
pub(crate) async fn under_tls(
    stream: TcpStream,
    name: &ServerName<'static>,
    connector: &TlsConnector,
) -> std::io::Result<Option<(Stream, Certificate)>> {
    match ask_for_tls(stream).await? {
        Asked::Yes(stream) => handshake(stream, name, connector).await,
        Asked::No(_) | Asked::Else => Ok(None),
    }
}
