//! The time, written by a program on the target and read by who watches it, on the same clock.

use std::io::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Time between two stamps: far more than a frame needs to arrive.
const EVERY: Duration = Duration::from_millis(5);

/// Nanoseconds since 1970.
pub(crate) fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos())
}

/// Writes `@NANOSECONDS;` so many times.
pub(crate) fn write(count: u32) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    for _ in 0..count {
        std::thread::sleep(EVERY);
        write!(out, "@{};", now())?;
        out.flush()?;
    }
    Ok(())
}

/// Finds stamps in text that comes in pieces.
#[derive(Debug, Default)]
pub(crate) struct Reader(String);

impl Reader {
    /// The stamps that are whole with this piece.
    pub(crate) fn take(&mut self, text: &str) -> Vec<u128> {
        self.0.push_str(text);
        let whole = self.0.rfind(';').map_or(0, |end| end + 1);
        let rest = self.0.split_off(whole);
        let stamps = self.0.split(';').filter_map(|piece| piece.rsplit('@').next()?.parse().ok()).collect();
        self.0 = rest;
        stamps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_found_across_pieces() {
        let mut reader = Reader::default();
        assert_eq!(reader.take("noise@12"), [] as [u128; 0]);
        assert_eq!(reader.take("3;@4;@5"), [123, 4]);
        assert_eq!(reader.take("6;"), [56]);
    }
}
