//! Finds in a recording when the owner's window had another size. Blocks.

use std::io;

use app::replay::answer::Sizes;
use memchr::memmem;
use recording::{Moment, Player, Reading, What};

/// What every line of a new size holds, and no other: within text, quotation marks are escaped.
const NEW_SIZE: &[u8] = br#","r","#;
/// Most sizes that are told: a window that is dragged has hundreds.
const MOST: usize = 2_000;

/// The sizes with their moments. Reads all of the recording, and lines only where there is one.
pub(super) fn of(reading: &Reading) -> io::Result<Sizes> {
    let start = (Moment(0), 0);
    let begins: Vec<_> =
        [start].into_iter().chain(reading.keyframes().iter().map(|point| (point.at, point.offset))).collect();
    let ends = begins.iter().skip(1).map(|&(_, offset)| offset).chain([reading.len()]);
    let mut sizes = Sizes::new();
    for (&(at, from), to) in begins.iter().zip(ends) {
        let bytes = reading.bytes(from..to)?;
        if memmem::find(&bytes, NEW_SIZE).is_none() {
            continue;
        }
        let mut player = Player::new(reading.header().facts.user.clone(), at);
        for line in bytes.split(|&byte| byte == b'\n') {
            let played = player.line(&String::from_utf8_lossy(line));
            if let Some(played) = played
                && let What::Resize(size) = played.what
            {
                sizes.push((played.at, size));
                if sizes.len() == MOST {
                    return Ok(sizes);
                }
            }
        }
    }
    Ok(sizes)
}
