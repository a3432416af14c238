//! Input for targets that know the slow form alone (MS-RDPBCGR section 2.2.8.1.1.3). Pure.

use ironrdp_pdu::input::fast_path::{FastPathInputEvent, KeyboardFlags, SynchronizeFlags};
use ironrdp_pdu::input::scan_code::KeyboardFlags as ScanFlags;
use ironrdp_pdu::input::sync::SyncToggleFlags;
use ironrdp_pdu::input::unicode::KeyboardFlags as UnicodeFlags;
use ironrdp_pdu::input::{InputEvent, ScanCodePdu, SyncPdu, UnicodePdu};

/// The same event in the slow form; none for what has no such form.
pub(super) fn event(event: &FastPathInputEvent) -> Option<InputEvent> {
    Some(match *event {
        FastPathInputEvent::KeyboardEvent(flags, code) => {
            let mut slow = ScanFlags::empty();
            slow.set(ScanFlags::EXTENDED, flags.contains(KeyboardFlags::EXTENDED));
            slow.set(ScanFlags::EXTENDED_1, flags.contains(KeyboardFlags::EXTENDED1));
            slow.set(ScanFlags::RELEASE, flags.contains(KeyboardFlags::RELEASE));
            InputEvent::ScanCode(ScanCodePdu { flags: slow, key_code: code.into() })
        }
        FastPathInputEvent::UnicodeKeyboardEvent(flags, unicode_code) => {
            let mut slow = UnicodeFlags::empty();
            slow.set(UnicodeFlags::RELEASE, flags.contains(KeyboardFlags::RELEASE));
            InputEvent::Unicode(UnicodePdu { flags: slow, unicode_code })
        }
        FastPathInputEvent::MouseEvent(mouse) => InputEvent::Mouse(mouse),
        FastPathInputEvent::MouseEventEx(mouse) => InputEvent::MouseX(mouse),
        FastPathInputEvent::SyncEvent(locks) => {
            let mut slow = SyncToggleFlags::empty();
            slow.set(SyncToggleFlags::CAPS_LOCK, locks.contains(SynchronizeFlags::CAPS_LOCK));
            slow.set(SyncToggleFlags::NUM_LOCK, locks.contains(SynchronizeFlags::NUM_LOCK));
            InputEvent::Sync(SyncPdu { flags: slow })
        }
        FastPathInputEvent::MouseEventRel(_) | FastPathInputEvent::QoeEvent(_) => return None,
    })
}
