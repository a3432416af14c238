//! A desktop that runs: what the target sends becomes pixels, pointers and sizes. Knows no socket and no hub.
//!
//! Everything in here reads bytes of the target; whoever calls it is ready for a panic.

mod agreeing;
mod slow_path;

use agreeing::{Agreeing, Offer, Progress};
use ironrdp_connector::connection_activation::ConnectionActivationFactory;
use ironrdp_connector::{ConnectionResult, DesktopSize, MonotonicInstant};
use ironrdp_core::WriteBuf;
use ironrdp_graphics::image_processing::PixelFormat;
use ironrdp_pdu::Action;
use ironrdp_pdu::geometry::InclusiveRectangle;
use ironrdp_pdu::input::InputEventPdu;
use ironrdp_pdu::input::fast_path::{FastPathInput, FastPathInputEvent};
use ironrdp_pdu::rdp::capability_sets::InputFlags;
use ironrdp_pdu::rdp::headers::ShareDataPdu;
use ironrdp_session::image::DecodedImage;
use ironrdp_session::{
    ActiveStage, ActiveStageBuilder, ActiveStageOutput, GracefulDisconnectReason, SessionError,
    SessionErrorExt,
};
use wire::desktop::{Extent, Pointer, Rect};

use crate::far::{Fault, innermost};
use crate::shape;

/// What a target may send without anything coming of it, in bytes: more than the largest picture that comes in
/// pieces.
const MOST_WITHOUT_EFFECT: usize = 48 << 20;

/// One thing that came of what the target sent.
#[derive(Debug)]
pub(crate) enum Effect {
    /// This goes to the target.
    Say(Vec<u8>),
    /// This part looks different now.
    Drawn(Rect),
    /// The mouse's pointer.
    Pointer(Pointer),
    /// The desktop has another size; nothing is drawn on it yet.
    Extent(Extent),
    /// The target ends the session: as the person asked it to, or for a reason.
    Over(Option<String>),
}

impl Effect {
    /// The part that looks different.
    pub(crate) const fn part(&self) -> Option<Rect> {
        match self {
            Self::Drawn(rect) => Some(*rect),
            _ => None,
        }
    }
}

/// Bytes that are no desktop, and why.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Undrawable(pub(crate) String);

impl From<SessionError> for Undrawable {
    fn from(error: SessionError) -> Self {
        Self(innermost(&error))
    }
}

impl From<Fault> for Undrawable {
    fn from(fault: Fault) -> Self {
        Self(fault.why())
    }
}

/// A running desktop.
pub(crate) struct Stage {
    pub(crate) active: ActiveStage,
    image: DecodedImage,
    extent: Extent,
    factory: ConnectionActivationFactory,
    /// Both sides agree anew, on another size mostly.
    agreeing: Option<Box<Agreeing>>,
    /// Whether the target draws the pointer's shapes for us, and whether they are drawn into the picture.
    pointers: (bool, bool),
    input: InputFlags,
    refresh: bool,
    suppress: bool,
    without_effect: usize,
}

impl Stage {
    /// What was agreed on, before the first pixel.
    pub(crate) fn new(agreed: ConnectionResult) -> Result<Self, Fault> {
        let image = image(agreed.desktop_size)?;
        let active = ActiveStageBuilder {
            static_channels: agreed.static_channels,
            user_channel_id: agreed.user_channel_id,
            io_channel_id: agreed.io_channel_id,
            message_channel_id: agreed.message_channel_id,
            share_id: agreed.share_id,
            compression_type: agreed.compression_type,
            enable_server_pointer: agreed.enable_server_pointer,
            pointer_software_rendering: agreed.pointer_software_rendering,
        }
        .build();
        Ok(Self {
            active,
            image,
            extent: extent(agreed.desktop_size)?,
            factory: agreed.activation_factory,
            agreeing: None,
            pointers: (agreed.enable_server_pointer, agreed.pointer_software_rendering),
            input: agreed.input_flags,
            refresh: agreed.refresh_rect_support,
            suppress: agreed.suppress_output_support,
            without_effect: 0,
        })
    }

    /// Its size, as everybody else has it.
    pub(crate) const fn extent(&self) -> Extent {
        self.extent
    }

    /// Whether it takes input now.
    pub(crate) const fn is_active(&self) -> bool {
        self.agreeing.is_none()
    }

    /// Whether it takes characters.
    pub(crate) fn takes_characters(&self) -> bool {
        self.input.contains(InputFlags::UNICODE)
    }

    /// The pixels of a part, four bytes each, a row every [`Stage::stride`] bytes.
    pub(crate) fn pixels(&self, rect: Rect) -> &[u8] {
        let start = usize::from(rect.y) * self.stride() + usize::from(rect.x) * 4;
        self.image.data().get(start..).unwrap_or_default()
    }

    /// Bytes from one row to the next.
    pub(crate) fn stride(&self) -> usize {
        usize::from(self.image.width()) * 4
    }

    /// Takes one frame of the target.
    pub(crate) fn take(
        &mut self,
        action: Action,
        frame: &[u8],
        at: Option<MonotonicInstant>,
    ) -> Result<Vec<Effect>, Undrawable> {
        let progress = self.agreeing.as_mut().map(|agreeing| agreeing.take(action, frame, at)).transpose()?;
        let mut effects = match progress {
            None | Some(Progress::Runs) => self.run(action, frame, at)?,
            Some(Progress::Nothing) => Vec::new(),
            Some(Progress::Answered(offer, answers, kept)) => {
                let mut effects: Vec<_> = answers.into_iter().map(Effect::Say).collect();
                effects.push(self.another(offer)?);
                for (frame, at) in kept {
                    effects.extend(self.run(Action::X224, &frame, at)?);
                }
                effects
            }
            Some(Progress::Agreed) => {
                self.agreeing = None;
                self.redraw()?.collect()
            }
            Some(Progress::Again) => {
                let sequence = self.factory.create();
                self.agreeing.iter_mut().for_each(|agreeing| agreeing.again(sequence.clone()));
                Vec::new()
            }
            Some(Progress::Redirected) => return Err(Fault::Redirected.into()),
        };
        effects.retain(|effect| !matches!(effect, Effect::Say(bytes) if bytes.is_empty()));
        self.without_effect = if effects.is_empty() { self.without_effect + frame.len() } else { 0 };
        if self.without_effect > MOST_WITHOUT_EFFECT {
            return Err(Undrawable("it sends more and more, and nothing comes of it".into()));
        }
        Ok(effects)
    }

    /// Takes one frame of what runs.
    fn run(
        &mut self,
        action: Action,
        frame: &[u8],
        at: Option<MonotonicInstant>,
    ) -> Result<Vec<Effect>, Undrawable> {
        let outputs = self.active.process(&mut self.image, action, frame, at)?;
        let mut effects = Vec::new();
        for output in outputs {
            match output {
                ActiveStageOutput::ResponseFrame(bytes) => effects.push(Effect::Say(bytes)),
                ActiveStageOutput::PointerDefault => effects.push(Effect::Pointer(Pointer::Default)),
                ActiveStageOutput::PointerHidden => effects.push(Effect::Pointer(Pointer::Hidden)),
                ActiveStageOutput::PointerBitmap(decoded) => {
                    // A known shape is announced by a hidden one.
                    effects.retain(|effect| !matches!(effect, Effect::Pointer(_)));
                    effects.push(Effect::Pointer(shape::pointer(&decoded)));
                }
                ActiveStageOutput::DeactivateAll => {
                    self.agreeing = Some(Box::new(Agreeing::new(self.factory.create())));
                }
                ActiveStageOutput::Terminate(reason) => effects.push(Effect::Over(reason_of(&reason))),
                ActiveStageOutput::ServerRedirection(_) => return Err(Fault::Redirected.into()),
                _ => {}
            }
        }
        effects.extend(self.active.take_damage_regions().iter().filter_map(|region| self.part(region)));
        // Where both sides agree anew, all is asked for in the end.
        if self.active.take_bitmap_recovery_request() && self.is_active() {
            effects.extend(self.redraw()?);
        }
        Ok(effects)
    }

    /// The desktop that the target offers, with nothing drawn on it.
    fn another(&mut self, offer: Offer) -> Result<Effect, Undrawable> {
        let (io, user) = (self.factory.io_channel_id(), self.factory.user_channel_id());
        let (pointers, drawn) = self.pointers;
        self.image = image(offer.size)?;
        if !self.active.reactivate(io, user, offer.share_id, pointers, drawn, offer.chunk_size) {
            return Err(Undrawable("it takes channels in pieces of no size".into()));
        }
        self.input = offer.input;
        (self.refresh, self.suppress) = (offer.refresh, offer.suppress);
        self.extent = extent(offer.size)?;
        Ok(Effect::Extent(self.extent))
    }

    /// What asks for the whole picture again, where the target takes that.
    fn redraw(&self) -> Result<impl Iterator<Item = Effect> + use<>, Undrawable> {
        let (width, height) = (self.image.width(), self.image.height());
        let again = self.active.request_full_redraw(width, height, self.refresh, self.suppress)?;
        Ok(again.into_iter().map(Effect::Say))
    }

    /// Input as the target takes it.
    pub(crate) fn input(&self, events: &[FastPathInputEvent]) -> Result<Vec<u8>, Undrawable> {
        let mut bytes = Vec::new();
        if self.input.intersects(InputFlags::FASTPATH_INPUT | InputFlags::FASTPATH_INPUT_2) {
            for events in events.chunks(FastPathInput::MAX_EVENTS) {
                let input = FastPathInput::new(events.to_vec()).map_err(SessionError::decode)?;
                bytes.extend(ironrdp_core::encode_vec(&input).map_err(SessionError::encode)?);
            }
        } else {
            let events = events.iter().filter_map(slow_path::event).collect();
            let mut buf = WriteBuf::new();
            self.active.encode_static(&mut buf, ShareDataPdu::Input(InputEventPdu(events)))?;
            bytes.extend_from_slice(buf.filled());
        }
        Ok(bytes)
    }

    /// Asks for another size; none where the target has no way to, `Some(false)` where it has not said yet.
    pub(crate) fn resizable(&mut self) -> Option<bool> {
        self.active.display_control_ready()
    }

    /// What asks for another size.
    pub(crate) fn resize(&mut self, extent: Extent) -> Result<Option<Vec<u8>>, Undrawable> {
        let encoded = self.active.encode_resize(extent.width.into(), extent.height.into(), None, None);
        Ok(encoded.transpose()?)
    }

    fn part(&self, region: &InclusiveRectangle) -> Option<Effect> {
        let right = region.right.min(self.image.width() - 1);
        let bottom = region.bottom.min(self.image.height() - 1);
        (region.left <= right && region.top <= bottom).then(|| {
            Effect::Drawn(Rect {
                x: region.left,
                y: region.top,
                width: right - region.left + 1,
                height: bottom - region.top + 1,
            })
        })
    }
}

/// A picture of that size; none that no desktop has, whatever a target says.
fn image(size: DesktopSize) -> Result<DecodedImage, Fault> {
    extent(size).map(|_| DecodedImage::new(PixelFormat::RgbA32, size.width, size.height))
}

/// A size as everybody else has it: what is missing stays black.
pub(crate) fn extent(size: DesktopSize) -> Result<Extent, Fault> {
    let DesktopSize { width, height } = size;
    let sound = (1..=Extent::MAX.width).contains(&width) && (1..=Extent::MAX.height).contains(&height);
    if !sound {
        return Err(Fault::Extent(width, height));
    }
    Ok(Extent::clamped(u32::from(width).next_multiple_of(2), height.into()))
}

/// Why the target ends the session; nothing where it was asked to.
fn reason_of(reason: &GracefulDisconnectReason) -> Option<String> {
    match reason {
        GracefulDisconnectReason::UserInitiated | GracefulDisconnectReason::ServerInitiated => None,
        GracefulDisconnectReason::Other(why) => Some(why.clone()),
    }
}
