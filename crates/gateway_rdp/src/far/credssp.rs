//! Proving an account to its target before there is a desktop (CredSSP, with NTLM inside).

use gateway::Connection;
use ironrdp_connector::credssp::CredsspSequence;
use ironrdp_connector::{ClientConnector, ClientConnectorState, ConnectorErrorKind, sspi};
use ironrdp_core::WriteBuf;
use ironrdp_tokio::{Framed, FramedRead, FramedWrite};

use super::fault::{Fault, innermost};
use super::key_of;
use crate::words::Trouble;

/// Signs in.
pub(super) async fn sign_in<S>(
    framed: &mut Framed<S>,
    connector: &mut ClientConnector,
    connection: &Connection,
    certificate: &[u8],
    buf: &mut WriteBuf,
) -> Result<(), Trouble>
where
    S: FramedRead + FramedWrite,
{
    let target = || connection.agent_name.clone();
    let broken = |why: &str| Trouble::Handshake { target: target(), why: why.into() };
    let ClientConnectorState::Credssp { selected_protocol } = connector.state else {
        return Err(broken("it asks for a sign-in out of turn"));
    };
    let key = key_of(certificate).ok_or_else(|| broken("its certificate cannot be read"))?;
    let (mut sequence, mut request) = CredsspSequence::init(
        connector.config.credentials.clone(),
        connector.config.domain.as_deref(),
        selected_protocol,
        connection.host.clone().into(),
        key,
        None,
    )
    .map_err(|error| broken(&innermost(&error)))?;
    // The second thing that we say has the proof; a target that ends afterwards did not take it.
    let mut said = 0;
    let outcome: Result<(), Refusal> = async {
        loop {
            let state = sequence
                .process_ts_request(request)
                .resolve_to_result()
                .map_err(|error| Refusal::of(&error, said))?;
            buf.clear();
            let written = sequence.handle_process_result(state, buf).map_err(Fault::from)?;
            if written.size().is_some() {
                framed.write_all(buf.filled()).await.map_err(Fault::from)?;
                said += 1;
            }
            let Some(hint) = sequence.next_pdu_hint() else { return Ok(()) };
            let pdu = framed.read_by_hint(hint).await.map_err(Fault::from)?;
            match sequence.decode_server_message(&pdu).map_err(Fault::from)? {
                Some(next) => request = next,
                None => return Ok(()),
            }
        }
    }
    .await;
    match outcome {
        Ok(()) => {
            connector.mark_credssp_as_done();
            Ok(())
        }
        Err(refusal) => Err(refusal.trouble(target(), connection.login.clone(), said)),
    }
}

/// Why there is no sign-in.
enum Refusal {
    /// The target does not take the proof.
    Denied,
    /// Anything else.
    Fault(Fault),
    /// The exchange makes no sense.
    Odd(String),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        let denied = matches!(
            &fault,
            Fault::Protocol(error) if matches!(error.kind(), ConnectorErrorKind::AccessDenied)
        );
        if denied { Self::Denied } else { Self::Fault(fault) }
    }
}

impl Refusal {
    fn of(error: &sspi::Error, said: usize) -> Self {
        tracing::debug!(%error, said, "a sign-in at a target came to nothing");
        // An error that the target names is its answer to the proof.
        let named = error.nstatus.is_some();
        if named || error.error_type == sspi::ErrorKind::LogonDenied {
            Self::Denied
        } else {
            Self::Odd(innermost(error))
        }
    }

    fn trouble(self, target: String, login: String, said: usize) -> Trouble {
        match self {
            Self::Denied => Trouble::SignIn { target, login },
            Self::Fault(fault) if fault.is_end() && said >= 2 => Trouble::SignIn { target, login },
            Self::Fault(fault) => fault.later(target),
            Self::Odd(why) => Trouble::Handshake { target, why },
        }
    }
}
