//! Recordings to look at.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;
use recording::{
    Event, Facts, Fault, Header, Keyframe, Mark, MarkKind, Report, Signer, Writer, cast_path, index_path,
    verify,
};
use screen::Screen;
use tempfile::TempDir;
use wire::live::Size;
use wire::{End, EndReason, Millis, SessionId, SessionType};

/// The key of RFC 8032 section 7.1 test 1, as RFC 8410 writes one: what it signs is always the same.
const KEY: [&str; 3] = [
    "3051020101300506032b657004220420",
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "812100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
];

pub(crate) fn signer() -> Arc<Signer> {
    let digits = KEY.concat();
    let bytes = (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16));
    let bytes: Vec<u8> = bytes.collect::<Result<_, _>>().expect("digits");
    Arc::new(Signer::from_pkcs8(&bytes).expect("a key"))
}

/// Another key, a new one every time.
pub(crate) fn stranger() -> Arc<Signer> {
    let key = Signer::generate().expect("a key");
    Arc::new(Signer::from_pkcs8(&key).expect("its own form"))
}

pub(crate) const START: Millis = Millis(1_795_453_392_250);

pub(crate) fn session() -> SessionId {
    "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000".parse().expect("an id")
}

pub(crate) fn header() -> Header {
    header_of(Size { cols: 40, rows: 6 })
}

pub(crate) fn header_of(size: Size) -> Header {
    Header {
        size,
        picture: None,
        terminal: Some("xterm-256color".into()),
        title: "root@db-1".into(),
        facts: Facts {
            session: session(),
            user: "alice".into(),
            full_name: "Alice Nová\u{85}k".into(),
            device: "192.0.2.7".into(),
            client: "gw-1.example.org".into(),
            node: "gw-1".into(),
            kind: SessionType::PamSsh,
            agent: Some("db-1".into()),
            account: "root".into(),
            service_url: "ssh://db-1:22".into(),
            started_at: START,
        },
    }
}

pub(crate) fn later(ms: i64) -> Millis {
    Millis(START.0 + ms)
}

pub(crate) fn closed(ms: i64) -> End {
    End::new(EndReason::Closed, later(ms))
}

pub(crate) fn output(text: &str) -> Event {
    Event::Output(text.to_owned())
}

pub(crate) fn input(by: Option<&str>, text: &str) -> Event {
    Event::Input { by: by.map(str::to_owned), text: text.to_owned() }
}

pub(crate) fn mark(kind: MarkKind, text: &str) -> Event {
    Event::Mark(Mark { kind, by: Some("olga".into()), text: text.to_owned() })
}

pub(crate) fn keyframe(screen: &Screen) -> Keyframe {
    Keyframe {
        size: screen.size(),
        modes: screen.modes(),
        title: screen.title().to_owned(),
        dump: screen.dump(),
    }
}

/// A recording in a folder of its own, as its two files.
pub(crate) struct Files {
    pub(crate) folder: TempDir,
}

impl Files {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn create(&self) -> Writer {
        Writer::create(self.path(), &header(), signer()).expect("a recording")
    }

    pub(crate) fn cast_path(&self) -> PathBuf {
        cast_path(self.path(), session())
    }

    pub(crate) fn index_path(&self) -> PathBuf {
        index_path(self.path(), session())
    }

    pub(crate) fn cast(&self) -> Vec<u8> {
        fs::read(self.cast_path()).expect("a recording")
    }

    pub(crate) fn index(&self) -> Vec<u8> {
        fs::read(self.index_path()).expect("an index")
    }

    pub(crate) fn put(&self, cast: &[u8], index: &[u8]) {
        fs::write(self.cast_path(), cast).expect("written");
        fs::write(self.index_path(), index).expect("written");
    }

    pub(crate) fn verify(&self) -> Result<Report, Fault> {
        verify(&self.cast_path(), &self.index_path(), Some(signer().public_key()))
    }
}

/// A small recording with everything in it: links of one or more lines, a keyframe, an end.
pub(crate) fn small(writer: &mut Writer) {
    let mut screen = Screen::new(header().size);
    let said = |writer: &mut Writer, screen: &mut Screen, ms, text: &str| {
        screen.feed(text);
        writer.event(later(ms), &output(text));
    };
    said(writer, &mut screen, 3, "\x1b]2;db-1\x07\x1b[1mroot@db-1\x1b[m# ");
    writer.event(later(1200), &input(None, "l"));
    said(writer, &mut screen, 1207, "l");
    writer.event(later(1300), &input(None, "s\r"));
    said(writer, &mut screen, 1311, "s\r\n\"a\\b\"  \u{7f}\u{85}\u{2028}é世🎉\r\n# ");
    writer.commit().expect("committed");
    writer.event(later(2000), &mark(MarkKind::Joined, ""));
    writer.event(later(2500), &mark(MarkKind::Lease, "shared"));
    writer.event(later(2600), &input(Some("olga"), "exit"));
    said(writer, &mut screen, 2605, "exit");
    writer.keyframe(keyframe(&screen));
    writer.commit().expect("committed");
    writer.event(later(2700), &input(Some("olga"), "\r"));
    writer.event(later(2650), &input(None, "\x03"));
    writer.event(later(2750), &mark(MarkKind::Message, "that was me"));
    writer.event(later(12_750), &Event::Resize(Size { cols: 100, rows: 30 }));
    writer.commit().expect("committed");
    writer.event(later(12_751), &Event::Exit(1));
    writer.close(&closed(12_760)).expect("closed");
}

/// Text as targets write it, and any other.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[ -~]{0,20}",
        2 => Just("\r\n".to_owned()),
        2 => "\x1b\\[[0-9;]{0,4}[A-Za-ac-z]",
        1 => proptest::sample::select(vec!["\x1b[?1049h", "\x1b[?1049l", "\x1b[?2004h", "\x1b]2;title\x07", "\x1b[?25"])
            .prop_map(str::to_owned),
        1 => "[é世ｱ🎉\u{7f}-\u{9f}\u{2028}]{1,4}",
        1 => any::<String>(),
    ]
}

pub(crate) fn size() -> impl Strategy<Value = Size> {
    (1..40_u16, 1..12_u16).prop_map(|(cols, rows)| Size { cols, rows })
}

pub(crate) fn event() -> impl Strategy<Value = Event> {
    let by = proptest::option::of(proptest::sample::select(vec!["olga", "tom\n", "alice"]));
    prop_oneof![
        6 => text().prop_map(Event::Output),
        3 => (by, text()).prop_map(|(by, text)| input(by, &text)),
        1 => size().prop_map(Event::Resize),
        1 => text().prop_map(|text| mark(MarkKind::Message, &text)),
        1 => any::<i32>().prop_map(Event::Exit),
    ]
}
