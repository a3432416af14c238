//! One session's moments on their way into its recording: decoded, masked, bounded. Knows no file.

use hub::{KeysRule, MarkKind, Moment, PictureFrame, ScreenKind, visible_text};
use recording::{Event, Keyframe, Mark, Picture, Sight};
use screen::Decoder;
use sha2::{Digest, Sha256};
use wire::Millis;
use wire::desktop::Gesture;

use super::echo::{Echo, Typed};
use super::hands::Hands;
use super::trail::{Place, Trail};
use crate::crypto::hex;

/// Output of a command without a terminal that is recorded in full, in bytes: what people read is less,
/// and what is more is a transfer. Beyond it, its length and hash stand for it.
const COMMAND_BYTES: u64 = 16 << 20;

/// What a recording is to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// An event at its time.
    Event(Millis, Event),
    /// The whole terminal after the events before.
    Keyframe(Keyframe),
    /// The whole desktop after them.
    Picture(Picture),
}

/// Turns moments into lines of a recording.
pub(super) struct Script {
    decoder: Decoder,
    kind: Kind,
}

enum Kind {
    /// A terminal: input stands in the recording if it was echoed.
    Terminal(Echo),
    /// A log that a gateway writes.
    Log,
    /// A command without one: input and output are counted and hashed.
    Command { output: Stream, input: Stream },
    /// A desktop: what was done at it, in words.
    Desktop(Desktop),
    /// Marks alone.
    Files,
}

struct Desktop {
    keys: KeysRule,
    owner: Hands,
    /// The watcher who has, or last had, the lease.
    guest: Option<(String, Hands)>,
    trail: Trail,
}

impl Desktop {
    /// What `by` did, as the recording is to hold it.
    fn typed(&mut self, at: Millis, by: Option<String>, bytes: &[u8], out: &mut impl FnMut(Line)) {
        // The page's list was read by the gateway before.
        let Ok(gestures) = wire::decode::<Vec<Gesture>>(bytes) else { return };
        self.trail.take(at, &gestures).into_iter().for_each(|place| out(mouse(at, place)));
        let hands = match &by {
            None => &mut self.owner,
            Some(by) => {
                let guest = self.guest.take().filter(|(name, _)| name == by);
                &mut self.guest.insert(guest.unwrap_or_else(|| (by.clone(), Hands::default()))).1
            }
        };
        let text = hands.take(&gestures, self.keys);
        if !text.is_empty() {
            out(input(at, Typed { by, text }));
        }
    }
}

#[derive(Default)]
struct Stream {
    bytes: u64,
    hash: Sha256,
}

impl Stream {
    fn take(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.hash.update(bytes);
    }

    fn in_words(self, name: &str) -> String {
        format!("{name}: {} bytes, SHA-256 {}", self.bytes, hex(&self.hash.finalize()))
    }
}

impl Script {
    pub(super) fn new(screen: ScreenKind, keys: KeysRule) -> Self {
        let kind = match screen {
            ScreenKind::Terminal(_) => Kind::Terminal(Echo::default()),
            ScreenKind::Log(_) => Kind::Log,
            ScreenKind::Text(_) => Kind::Command { output: Stream::default(), input: Stream::default() },
            ScreenKind::Picture(_) => {
                Kind::Desktop(Desktop { keys, owner: Hands::default(), guest: None, trail: Trail::default() })
            }
            ScreenKind::None => Kind::Files,
        };
        Self { decoder: Decoder::default(), kind }
    }

    /// What a moment comes to, now.
    pub(super) fn take(&mut self, at: Millis, moment: Moment, out: &mut impl FnMut(Line)) {
        match moment {
            Moment::Output(bytes) => self.output(at, &bytes, out),
            Moment::Typed { by, bytes } => match &mut self.kind {
                Kind::Terminal(echo) => echo.typed(at, by.as_deref(), &String::from_utf8_lossy(&bytes)),
                Kind::Command { input, .. } => input.take(&bytes),
                Kind::Desktop(desktop) => desktop.typed(at, by, &bytes, out),
                Kind::Log | Kind::Files => {}
            },
            Moment::Resize(size) => out(Line::Event(at, Event::Resize(size))),
            // Of what is not recorded there is no screen either.
            Moment::Keyframe(_) if self.is_cut() => {}
            Moment::Keyframe(hub::Keyframe { size, modes, title, dump }) => {
                out(Line::Keyframe(Keyframe { size, modes, title, dump }));
            }
            Moment::Mark(mark) => out(Line::Event(at, Event::Mark(kept(mark)))),
            Moment::Exit(status) => {
                let status = i32::try_from(status).unwrap_or(i32::MAX);
                out(Line::Event(at, Event::Exit(status)));
            }
            Moment::Extent(extent) => out(seen(at, Sight::Extent(extent))),
            Moment::Drawn { seq, tiles } => out(seen(at, Sight::Drawn { seq, tiles })),
            Moment::Pointer { seq, pointer } => out(seen(at, Sight::Pointer { seq, pointer })),
            Moment::Picture(PictureFrame { seq, extent, pointer, tiles }) => {
                out(Line::Picture(Picture { seq, extent, pointer, tiles }));
            }
        }
        self.settle(at, out);
    }

    fn output(&mut self, at: Millis, bytes: &[u8], out: &mut impl FnMut(Line)) {
        let mut bytes = bytes;
        if let Kind::Command { output, .. } = &mut self.kind {
            let room = COMMAND_BYTES.saturating_sub(output.bytes);
            output.take(bytes);
            bytes = &bytes[..bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX))];
        }
        let text = self.decoder.decode(bytes);
        if text.is_empty() {
            return;
        }
        let text = match &mut self.kind {
            Kind::Terminal(echo) => {
                echo.output(&text);
                text.into_owned()
            }
            Kind::Log => text.into_owned(),
            Kind::Command { .. } | Kind::Desktop(_) | Kind::Files => visible_text(&text),
        };
        out(Line::Event(at, Event::Output(text)));
    }

    /// Whether the recording no longer takes output.
    const fn is_cut(&self) -> bool {
        matches!(&self.kind, Kind::Command { output, .. } if output.bytes > COMMAND_BYTES)
    }

    /// What is certain, or due, by now.
    pub(super) fn settle(&mut self, now: Millis, out: &mut impl FnMut(Line)) {
        match &mut self.kind {
            Kind::Terminal(echo) => echo.settled(now).into_iter().for_each(|typed| out(input(now, typed))),
            Kind::Desktop(desktop) => {
                desktop.trail.due(now).into_iter().for_each(|place| out(mouse(now, place)));
            }
            Kind::Log | Kind::Command { .. } | Kind::Files => {}
        }
    }

    /// Whether input waits for its echo, or the mouse's place for its time.
    pub(super) fn is_waiting(&self) -> bool {
        match &self.kind {
            Kind::Terminal(echo) => echo.is_waiting(),
            Kind::Desktop(desktop) => desktop.trail.is_waiting(),
            Kind::Log | Kind::Command { .. } | Kind::Files => false,
        }
    }

    /// What remains at the session's end.
    pub(super) fn finish(self, now: Millis, out: &mut impl FnMut(Line)) {
        let mut note = |text| {
            let mark = Mark { kind: recording::MarkKind::Note, by: None, text };
            out(Line::Event(now, Event::Mark(mark)));
        };
        match self.kind {
            Kind::Terminal(mut echo) => echo.rest().into_iter().for_each(|typed| out(input(now, typed))),
            Kind::Command { output, input } => {
                if output.bytes > COMMAND_BYTES {
                    note(format!("the first {COMMAND_BYTES} bytes of the output are recorded"));
                }
                note(output.in_words("output"));
                note(input.in_words("input"));
            }
            Kind::Desktop(mut desktop) => {
                desktop.trail.rest(now).into_iter().for_each(|place| out(mouse(now, place)));
            }
            Kind::Log | Kind::Files => {}
        }
    }
}

fn mouse(at: Millis, (x, y): Place) -> Line {
    seen(at, Sight::Mouse(x, y))
}

fn seen(at: Millis, sight: Sight) -> Line {
    Line::Event(at, Event::Shows(sight))
}

fn input(at: Millis, typed: Typed) -> Line {
    Line::Event(at, Event::Input { by: typed.by, text: typed.text })
}

fn kept(mark: hub::Mark) -> Mark {
    use recording::MarkKind as Kept;
    let kind = match mark.kind {
        MarkKind::Joined => Kept::Joined,
        MarkKind::Left => Kept::Left,
        MarkKind::Lease => Kept::Lease,
        MarkKind::LeaseEnded => Kept::LeaseEnded,
        MarkKind::Message => Kept::Message,
        MarkKind::Paused => Kept::Paused,
        MarkKind::Resumed => Kept::Resumed,
        MarkKind::File => Kept::File,
        MarkKind::Note => Kept::Note,
    };
    Mark { kind, by: Some(mark.by).filter(|by| !by.is_empty()), text: mark.text }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use wire::live::Size;

    use super::*;

    fn lines(kind: ScreenKind, moments: Vec<Moment>) -> Vec<Event> {
        let mut script = Script::new(kind, KeysRule::Masked);
        let mut events = Vec::new();
        let mut out = |line| {
            if let Line::Event(_, event) = line {
                events.push(event);
            }
        };
        for moment in moments {
            script.take(Millis(1), moment, &mut out);
        }
        script.finish(Millis(2), &mut out);
        events
    }

    fn output(text: &[u8]) -> Moment {
        Moment::Output(Bytes::copy_from_slice(text))
    }

    #[test]
    fn a_password_is_masked_and_its_author_stays() {
        let typed = |by: &str, text: &'static str| Moment::Typed {
            by: Some(by.to_owned()).filter(|by| !by.is_empty()),
            bytes: Bytes::from_static(text.as_bytes()),
        };
        let events = lines(
            ScreenKind::Terminal(Size::DEFAULT),
            vec![
                output(b"Password: "),
                typed("olga", "s3cret\r"),
                output(b"\r\n$ "),
                typed("", "w"),
                output(b"w"),
            ],
        );
        assert!(events.contains(&Event::Input { by: Some("olga".into()), text: "••••••\r".into() }));
        assert!(events.contains(&Event::Input { by: None, text: "w".into() }));
        assert!(!format!("{events:?}").contains("s3cret"));
    }

    #[test]
    fn characters_are_whole_and_a_command_obeys_nobody() {
        let terminal =
            lines(ScreenKind::Terminal(Size::DEFAULT), vec![output(b"\xc3"), output(b"\xa9\x1b[m")]);
        assert_eq!(terminal, [Event::Output("é\x1b[m".into())]);
        let command = lines(ScreenKind::Text(Size::DEFAULT), vec![output(b"a\n\x1b[2J")]);
        assert_eq!(command[0], Event::Output("a\r\n␛[2J".into()));
    }

    #[test]
    fn a_desktops_keys_are_masked_and_its_author_named() {
        let typed = |by: &str, gestures: &[Gesture]| Moment::Typed {
            by: Some(by.to_owned()).filter(|by| !by.is_empty()),
            bytes: wire::encode(&gestures.to_vec()).into(),
        };
        let key = |text| Gesture::Key { code: 0x1e, down: true, text: Some(text) };
        let moments = vec![
            typed("", &[key('p'), Gesture::Text('w')]),
            typed("olga", &[Gesture::Move { x: 1, y: 2 }]),
            typed("olga", &[Gesture::Press { button: wire::desktop::Button::Primary, down: true }]),
            Moment::Typed { by: None, bytes: Bytes::from_static(b"\xff\xff") },
        ];
        let events = lines(ScreenKind::Picture(wire::desktop::Extent::DEFAULT), moments);
        assert_eq!(
            events,
            [
                Event::Input { by: None, text: "••".into() },
                Event::Shows(Sight::Mouse(1, 2)),
                Event::Input { by: Some("olga".into()), text: "⟨click 1,2⟩".into() },
            ]
        );
    }

    #[test]
    fn of_a_transfer_the_hash_is_kept() {
        let piece = vec![b'x'; 1 << 20];
        let count = 20;
        let events = lines(ScreenKind::Text(Size::DEFAULT), vec![output(&piece); count]);
        let recorded: usize =
            events.iter().map(|event| if let Event::Output(text) = event { text.len() } else { 0 }).sum();
        assert_eq!(recorded as u64, COMMAND_BYTES);
        let hash: String =
            Sha256::digest(piece.repeat(count)).iter().map(|byte| format!("{byte:02x}")).collect();
        let said = format!("{events:?}");
        assert!(said.contains(&format!("output: {} bytes, SHA-256 {hash}", count << 20)), "{said}");
    }
}
