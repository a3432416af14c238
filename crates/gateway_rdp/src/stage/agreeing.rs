//! What a target says while both sides agree anew, on another size mostly (MS-RDPBCGR section 1.3.1.3).
//!
//! A target goes on with its work meanwhile: its channels speak, and `xrdp` draws for the new size before it has heard
//! an answer. What belongs to the agreement takes a step; what channels say is kept until the target has its answer,
//! for nothing may be said to it before; drawing counts from the answer on.

use ironrdp_connector::connection_activation::{ConnectionActivationSequence, ConnectionActivationState};
use ironrdp_connector::{DesktopSize, MonotonicInstant, Sequence};
use ironrdp_core::WriteBuf;
use ironrdp_pdu::Action;
use ironrdp_pdu::mcs::decode_send_data_indication;
use ironrdp_pdu::rdp::capability_sets::InputFlags;
use ironrdp_pdu::rdp::headers::{
    IoChannelPdu, ShareControlPdu, ShareDataPdu, decode_io_channel, decode_share_control,
};

use super::Undrawable;
use crate::far::Fault;

/// What channels may say before the target has its answer, in bytes.
const MOST_KEPT: usize = 4 << 20;

/// A frame, and when it was read.
pub(super) type Frame = (Vec<u8>, Option<MonotonicInstant>);

/// An agreement that is not reached yet.
pub(super) struct Agreeing {
    sequence: ConnectionActivationSequence,
    kept: Vec<Frame>,
    bytes: usize,
}

/// What the target offers.
#[derive(Clone, Copy)]
pub(super) struct Offer {
    pub(super) size: DesktopSize,
    pub(super) share_id: u32,
    pub(super) input: InputFlags,
    pub(super) chunk_size: usize,
    pub(super) refresh: bool,
    pub(super) suppress: bool,
}

/// What came of a frame.
pub(super) enum Progress {
    /// It is for what runs.
    Runs,
    /// Nothing.
    Nothing,
    /// The target made its offer, and this answers it; what channels said until then is for what runs.
    Answered(Offer, Vec<Vec<u8>>, Vec<Frame>),
    /// Both agree.
    Agreed,
    /// The target deactivates its desktop once more: all begins again.
    Again,
    /// It would be served by another one.
    Redirected,
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Offer,
    Deactivation,
    /// A step after the offer.
    Finalization,
    Redirection,
    Channel,
    Drawing,
    /// An end, or nothing that is known: it counts whenever it comes.
    Other,
}

impl Agreeing {
    pub(super) const fn new(sequence: ConnectionActivationSequence) -> Self {
        Self { sequence, kept: Vec::new(), bytes: 0 }
    }

    /// The same from its beginning.
    pub(super) fn again(&mut self, sequence: ConnectionActivationSequence) {
        self.sequence = sequence;
    }

    /// Takes one frame of the target.
    pub(super) fn take(
        &mut self,
        action: Action,
        frame: &[u8],
        at: Option<MonotonicInstant>,
    ) -> Result<Progress, Undrawable> {
        let answered = !matches!(
            self.sequence.connection_activation_state(),
            ConnectionActivationState::CapabilitiesExchange
        );
        match kind(action, frame, self.sequence.io_channel_id()) {
            Kind::Deactivation => Ok(Progress::Again),
            Kind::Offer if !answered => self.answer(frame, at),
            Kind::Offer => Err(Undrawable("it offers another desktop before both agree on one".into())),
            Kind::Finalization if answered => self.step(frame, at),
            Kind::Redirection => self.step(frame, at),
            Kind::Other => Ok(Progress::Runs),
            Kind::Channel | Kind::Drawing if answered => Ok(Progress::Runs),
            Kind::Channel => self.keep(frame, at),
            // What was drawn for the size before counts for nothing.
            Kind::Drawing | Kind::Finalization => Ok(Progress::Nothing),
        }
    }

    fn keep(&mut self, frame: &[u8], at: Option<MonotonicInstant>) -> Result<Progress, Undrawable> {
        self.bytes += frame.len();
        if self.bytes > MOST_KEPT {
            return Err(Undrawable("it says too much and offers no desktop".into()));
        }
        self.kept.push((frame.to_vec(), at));
        Ok(Progress::Nothing)
    }

    fn answer(&mut self, frame: &[u8], at: Option<MonotonicInstant>) -> Result<Progress, Undrawable> {
        let mut buf = WriteBuf::new();
        let mut written = self.sequence.step(frame, at, &mut buf).map_err(Fault::from)?;
        let mut answers = Vec::new();
        loop {
            if written.size().is_some() {
                answers.push(buf.filled().to_vec());
            }
            if self.sequence.next_pdu_hint().is_some() || self.sequence.state().is_terminal() {
                break;
            }
            buf.clear();
            written = self.sequence.step_no_input(&mut buf).map_err(Fault::from)?;
        }
        let ConnectionActivationState::ConnectionFinalization {
            desktop_size,
            share_id,
            input_flags,
            static_channel_chunk_size,
            refresh_rect_support,
            suppress_output_support,
            window_support_level: _,
            connection_finalization: _,
        } = self.sequence.connection_activation_state()
        else {
            return Ok(self.reached());
        };
        let offer = Offer {
            size: desktop_size,
            share_id,
            input: input_flags,
            chunk_size: static_channel_chunk_size,
            refresh: refresh_rect_support,
            suppress: suppress_output_support,
        };
        self.bytes = 0;
        Ok(Progress::Answered(offer, answers, std::mem::take(&mut self.kept)))
    }

    fn step(&mut self, frame: &[u8], at: Option<MonotonicInstant>) -> Result<Progress, Undrawable> {
        self.sequence.step(frame, at, &mut WriteBuf::new()).map_err(Fault::from)?;
        Ok(self.reached())
    }

    fn reached(&self) -> Progress {
        match self.sequence.connection_activation_state() {
            ConnectionActivationState::Finalized { .. } => Progress::Agreed,
            ConnectionActivationState::Redirected { .. } => Progress::Redirected,
            _ => Progress::Nothing,
        }
    }
}

fn kind(action: Action, frame: &[u8], io_channel: u16) -> Kind {
    if action == Action::FastPath {
        return Kind::Drawing;
    }
    let Ok(data) = decode_send_data_indication(frame) else { return Kind::Other };
    if data.channel_id != io_channel {
        return Kind::Channel;
    }
    let again = || decode_send_data_indication(frame).and_then(decode_share_control);
    match decode_io_channel(data) {
        Ok(IoChannelPdu::DeactivateAll(_)) => Kind::Deactivation,
        Ok(IoChannelPdu::ServerRedirection(_)) => Kind::Redirection,
        Ok(IoChannelPdu::MultitransportRequest(_)) => Kind::Other,
        Ok(IoChannelPdu::Data(data)) => match data.pdu {
            ShareDataPdu::Synchronize(_)
            | ShareDataPdu::Control(_)
            | ShareDataPdu::FontMap(_)
            | ShareDataPdu::MonitorLayout(_) => Kind::Finalization,
            ShareDataPdu::ServerSetErrorInfo(_) => Kind::Other,
            _ => Kind::Drawing,
        },
        Err(_) => match again().map(|control| control.pdu) {
            Ok(ShareControlPdu::ServerDemandActive(_)) => Kind::Offer,
            _ => Kind::Other,
        },
    }
}
