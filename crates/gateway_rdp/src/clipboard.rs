//! Text between the owner's clipboard and the desktop's, both ways; nothing but text, and not too much of it.

use std::mem;

use ironrdp_cliprdr::CliprdrClient;
use ironrdp_cliprdr::backend::CliprdrBackend;
use ironrdp_cliprdr::pdu::{
    ClipboardFormat, ClipboardFormatId, ClipboardGeneralCapabilityFlags, FileContentsRequest,
    FileContentsResponse, FormatDataRequest, FormatDataResponse, LockDataId, OwnedFormatDataResponse,
};
use ironrdp_core::impl_as_any;
use ironrdp_session::{ActiveStage, SessionError, SessionErrorExt, SessionResult};
use wire::desktop::Gesture;

use crate::hands::Who;

/// Text that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// One desktop's clipboard, and what waits on our side of it.
#[derive(Debug, Default)]
pub(crate) struct Clipboard {
    /// What the desktop may ask for.
    offered: Option<String>,
    /// How often we told what there is and had no answer.
    unanswered: u32,
    /// The desktop has text that is not asked for yet.
    copied: bool,
    /// Texts that come in pieces, of the owner and of the watcher.
    pieces: [Option<String>; 2],
}

/// What became of what the desktop said.
#[derive(Debug, Default)]
pub(crate) struct Attended {
    /// For the desktop.
    pub(crate) answers: Vec<Vec<u8>>,
    /// For the owner.
    pub(crate) texts: Vec<Result<String, TooLong>>,
    /// The desktop has taken notice of all that it was told, just now.
    pub(crate) settled: bool,
}

impl Clipboard {
    /// The channel that it goes through.
    pub(crate) fn channel() -> CliprdrClient {
        CliprdrClient::new(Box::<Backend>::default())
    }

    /// The same for another connection: nobody answers there what was told here.
    pub(crate) fn anew(self) -> Self {
        Self { unanswered: 0, ..self }
    }

    /// A piece of somebody's text; all of it with the last one.
    pub(crate) fn piece(&mut self, who: Who, text: &str, more: bool) -> Option<Result<String, TooLong>> {
        let slot = match who {
            Who::Owner => &mut self.pieces[0],
            Who::Watcher => &mut self.pieces[1],
        };
        let so_far = slot.get_or_insert_default();
        // One byte too many is enough to know.
        if so_far.len() <= Gesture::MAX_CLIP_BYTES {
            so_far.push_str(text);
        }
        if more {
            return None;
        }
        let whole = slot.take()?;
        Some(if whole.len() <= Gesture::MAX_CLIP_BYTES { Ok(whole) } else { Err(TooLong) })
    }

    /// Offers text to the desktop: what tells it so; none when it takes no text (yet). It is told twice: `xrdp` answers
    /// before it tells its programs, and what it is told next it hears when it has told them.
    pub(crate) fn offer(&mut self, stage: &mut ActiveStage, text: String) -> Option<SessionResult<Vec<u8>>> {
        let channel = stage.get_svc_processor_mut::<CliprdrClient>()?;
        if !channel.is_ready() {
            return None;
        }
        self.offered = Some(text);
        let twice = [(); 2].map(|()| self.say_what_is_there(stage));
        Some(twice.into_iter().collect::<SessionResult<Vec<_>>>().map(|said| said.concat()))
    }

    /// What tells the desktop what is on our side.
    fn say_what_is_there(&mut self, stage: &mut ActiveStage) -> SessionResult<Vec<u8>> {
        let Some(channel) = stage.get_svc_processor_mut::<CliprdrClient>() else { return Ok(Vec::new()) };
        let text = ClipboardFormat::new(ClipboardFormatId::CF_UNICODETEXT);
        let formats: &[_] = if self.offered.is_some() { &[text] } else { &[] };
        let said = channel.initiate_copy(formats).map_err(SessionError::pdu)?;
        self.unanswered += 1;
        stage.process_svc_processor_messages(said)
    }

    /// Looks what the desktop said, and answers.
    pub(crate) fn attend(&mut self, stage: &mut ActiveStage) -> SessionResult<Attended> {
        let mut attended = Attended::default();
        let heard = stage
            .get_svc_processor_mut::<CliprdrClient>()
            .and_then(|channel| channel.downcast_backend_mut::<Backend>())
            .map(|backend| mem::take(&mut backend.0));
        for heard in heard.into_iter().flatten() {
            let Some(channel) = stage.get_svc_processor_mut::<CliprdrClient>() else { break };
            let messages = match heard {
                Heard::WhatIsThere => {
                    attended.answers.push(self.say_what_is_there(stage)?);
                    continue;
                }
                Heard::Copied => {
                    self.copied = true;
                    continue;
                }
                Heard::Answered => {
                    self.unanswered = self.unanswered.saturating_sub(1);
                    attended.settled = self.unanswered == 0;
                    continue;
                }
                Heard::Wanted(format) => {
                    let text = self.offered.as_ref().filter(|_| format == ClipboardFormatId::CF_UNICODETEXT);
                    channel.submit_format_data(match text {
                        Some(text) => OwnedFormatDataResponse::new_unicode_string(text),
                        None => OwnedFormatDataResponse::new_error(),
                    })
                }
                Heard::Text(text) => {
                    // Desktops that keep our text as their own tell of it; that is no news.
                    if text.as_ref().ok() != self.offered.as_ref() && text.as_deref() != Ok("") {
                        attended.texts.push(text);
                    }
                    continue;
                }
            };
            let said = messages.map_err(SessionError::pdu)?;
            attended.answers.push(stage.process_svc_processor_messages(said)?);
        }
        // Its text may come before both sides have said what they can.
        if self.copied
            && let Some(channel) = stage.get_svc_processor_mut::<CliprdrClient>()
            && channel.is_ready()
        {
            self.copied = false;
            let said =
                channel.initiate_paste(ClipboardFormatId::CF_UNICODETEXT).map_err(SessionError::pdu)?;
            attended.answers.push(stage.process_svc_processor_messages(said)?);
        }
        Ok(attended)
    }
}

/// Text as it comes: UTF-16 up to its end, lines ending in CR LF or LF. What goes there goes as the person has it:
/// no desktop says which it wants, those of Windows take both, and `xrdp` pastes a CR as one line more.
fn from_desktop(data: &[u8]) -> Result<String, TooLong> {
    // In UTF-8 it is never shorter than half.
    if data.len() > 2 * Gesture::MAX_CLIP_BYTES + 2 {
        return Err(TooLong);
    }
    let (pairs, _) = data.as_chunks::<2>();
    let units = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).take_while(|unit| *unit != 0);
    let text: String = char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{FFFD}')).collect();
    let text = text.replace("\r\n", "\n");
    if text.len() <= Gesture::MAX_CLIP_BYTES { Ok(text) } else { Err(TooLong) }
}

/// One thing that the desktop said.
#[derive(Debug)]
enum Heard {
    /// It asks what there is on our side.
    WhatIsThere,
    /// It has text on its clipboard.
    Copied,
    /// It has heard what is there on our side.
    Answered,
    /// It wants what we offered.
    Wanted(ClipboardFormatId),
    /// The text that it had.
    Text(Result<String, TooLong>),
}

/// What it says between two looks, at most: a desktop says much less.
const HEARD: usize = 64;

#[derive(Debug, Default)]
struct Backend(Vec<Heard>);

impl_as_any!(Backend);

impl Backend {
    fn hear(&mut self, heard: Heard) {
        if self.0.len() < HEARD {
            self.0.push(heard);
        }
    }
}

impl CliprdrBackend for Backend {
    /// There are no files.
    fn temporary_directory(&self) -> &str {
        "."
    }

    fn client_capabilities(&self) -> ClipboardGeneralCapabilityFlags {
        ClipboardGeneralCapabilityFlags::USE_LONG_FORMAT_NAMES
    }

    fn on_ready(&mut self) {}

    fn on_request_format_list(&mut self) {
        self.hear(Heard::WhatIsThere);
    }

    fn on_format_list_response(&mut self, _: bool) {
        self.hear(Heard::Answered);
    }

    fn on_process_negotiated_capabilities(&mut self, _: ClipboardGeneralCapabilityFlags) {}

    fn on_remote_copy(&mut self, formats: &[ClipboardFormat]) {
        if formats.iter().any(|format| format.id() == ClipboardFormatId::CF_UNICODETEXT) {
            self.hear(Heard::Copied);
        }
    }

    fn on_format_data_request(&mut self, request: FormatDataRequest) {
        self.hear(Heard::Wanted(request.format));
    }

    fn on_format_data_response(&mut self, response: FormatDataResponse<'_>) {
        if !response.is_error() {
            self.hear(Heard::Text(from_desktop(response.data())));
        }
    }

    fn on_file_contents_request(&mut self, _: FileContentsRequest) {}

    fn on_file_contents_response(&mut self, _: FileContentsResponse<'_>) {}

    fn on_lock(&mut self, _: LockDataId) {}

    fn on_unlock(&mut self, _: LockDataId) {}
}

#[cfg(test)]
mod tests {
    use wire::desktop::Gesture;

    use super::{Clipboard, TooLong, from_desktop};
    use crate::hands::Who;

    #[test]
    fn text_of_a_desktop_is_read_whatever_it_is() {
        let utf16: Vec<u8> = "ß\r\n🦀\0rest".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(from_desktop(&utf16).as_deref(), Ok("ß\n🦀"));
        assert_eq!(from_desktop(&[0x00, 0xD8, 1]).as_deref(), Ok("\u{FFFD}"));
        assert_eq!(from_desktop(&vec![1; 2 * Gesture::MAX_CLIP_BYTES + 4]), Err(TooLong));
    }

    #[test]
    fn texts_in_pieces_are_kept_apart_and_bounded() {
        let mut clipboard = Clipboard::default();
        assert_eq!(clipboard.piece(Who::Owner, "a", true), None);
        assert_eq!(clipboard.piece(Who::Watcher, "b", false), Some(Ok("b".into())));
        assert_eq!(clipboard.piece(Who::Owner, "c", false), Some(Ok("ac".into())));
        let piece = "x".repeat(1 << 14);
        let mut said = None;
        for _ in 0..100 {
            assert_eq!(said, None);
            said = clipboard.piece(Who::Owner, &piece, true);
        }
        assert_eq!(clipboard.piece(Who::Owner, "", false), Some(Err(TooLong)));
        assert_eq!(clipboard.piece(Who::Owner, "", false), Some(Ok(String::new())));
    }
}
