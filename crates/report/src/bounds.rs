//! What a report may hold at most.

/// Reports of one batch.
pub const BATCH: usize = 1000;
/// Bytes of one request.
pub const BODY_BYTES: usize = 4 << 20;
/// Longest key, user name or account name, in characters.
pub const NAME_CHARS: usize = 128;
/// Longest full name, service provider or note, in characters.
pub const TEXT_CHARS: usize = 200;
/// Longest host name, in characters (DNS).
pub const HOST_CHARS: usize = 253;
/// Longest service URL, in characters.
pub const URL_CHARS: usize = 500;
/// Longest reason, in characters.
pub const REASON_CHARS: usize = 500;
/// Shortest lease, in seconds.
pub const LEASE_MIN: u32 = 10;
/// Longest lease, in seconds: a day.
pub const LEASE_MAX: u32 = 86_400;
/// The lease of a report that names none, in seconds.
pub const LEASE: u32 = 120;
/// Longest wait for commands, in seconds.
pub const WAIT_MAX: u64 = 60;
/// How far a source's clock may be ahead, in milliseconds.
pub const AHEAD_MS: i64 = 60_000;
/// The earliest time that a report may name: 2000-01-01T00:00:00Z, in milliseconds since 1970.
pub const EARLIEST_MS: i64 = 946_684_800_000;

/// Whether a character is not seen or changes how others are seen: control, bidirectional, zero-width,
/// separators of lines, the byte order mark. No text of a report may hold one.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}
