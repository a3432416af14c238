use proptest::prelude::*;
use proptest::sample::Index;

use super::operation::What;
use super::packets::{DATA, Lost, Packets, WRITE};
use super::{Follower, Operation};

const OPEN: u8 = 3;
const CLOSE: u8 = 4;
const READ: u8 = 5;
const READDIR: u8 = 12;
const REMOVE: u8 = 13;
const EXTENDED: u8 = 200;
const STATUS: u8 = 101;
const HANDLE: u8 = 102;
const NAME: u8 = 104;

/// A packet in the making.
#[derive(Clone)]
struct Made(Vec<u8>);

fn made(kind: u8, id: u32) -> Made {
    Made(vec![kind]).u32(id)
}

impl Made {
    fn u32(mut self, number: u32) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    fn u64(mut self, number: u64) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    fn text(mut self, text: impl AsRef<[u8]>) -> Self {
        let text = text.as_ref();
        self = self.u32(u32::try_from(text.len()).expect("short"));
        self.0.extend(text);
        self
    }

    fn packet(self) -> Vec<u8> {
        let mut packet = u32::try_from(self.0.len()).expect("short").to_be_bytes().to_vec();
        packet.extend(self.0);
        packet
    }
}

fn status(id: u32, code: u32) -> Vec<u8> {
    made(STATUS, id).u32(code).text("Words").text("").packet()
}

fn handle(id: u32, handle: &[u8]) -> Vec<u8> {
    made(HANDLE, id).text(handle).packet()
}

fn open(id: u32, path: impl AsRef<[u8]>, mode: u32) -> Vec<u8> {
    made(OPEN, id).text(path).u32(mode).u32(0).packet()
}

fn read(id: u32, handle: &[u8]) -> Vec<u8> {
    made(READ, id).text(handle).u64(0).u32(1 << 15).packet()
}

fn write(id: u32, handle: &[u8], content: &[u8]) -> Vec<u8> {
    made(WRITE, id).text(handle).u64(0).text(content).packet()
}

fn data(id: u32, content: &[u8]) -> Vec<u8> {
    made(DATA, id).text(content).packet()
}

fn close(id: u32, handle: &[u8]) -> Vec<u8> {
    made(CLOSE, id).text(handle).packet()
}

fn remove(id: u32, path: impl AsRef<[u8]>) -> Vec<u8> {
    made(REMOVE, id).text(path).packet()
}

fn names(id: u32, names: &[&str]) -> Vec<u8> {
    let count = u32::try_from(names.len()).expect("few");
    names.iter().fold(made(NAME, id).u32(count), |made, name| made.text(name).text("-rw").u32(0)).packet()
}

/// A request and its answer, in turns.
type Turns = Vec<(Vec<u8>, Vec<u8>)>;

fn lines(operations: &[Operation]) -> Vec<String> {
    operations.iter().map(ToString::to_string).collect()
}

fn follow(turns: &[(Vec<u8>, Vec<u8>)]) -> Vec<Operation> {
    let mut follower = Follower::default();
    let mut all = Vec::new();
    for (request, answer) in turns {
        follower.from_person(request);
        all.extend(follower.from_target(answer));
    }
    all.extend(follower.rest());
    all
}

fn told(turns: &[(Vec<u8>, Vec<u8>)]) -> Vec<String> {
    lines(&follow(turns))
}

fn file(mode: u32, between: Turns) -> Turns {
    let opened = (open(1, "/tmp/x", mode), handle(1, b"h"));
    [opened].into_iter().chain(between).chain([(close(99, b"h"), status(99, 0))]).collect()
}

#[test]
fn a_request_and_its_answer_are_one_line() {
    let path = |kind| made(kind, 7).text("/a");
    let extended = |name| made(EXTENDED, 7).text(name);
    let facts = || made(105, 7).u32(1).u64(5).packet();
    let reply = || made(201, 7).u64(1).packet();
    let cases = [
        (remove(7, "/a"), status(7, 0), "removed /a"),
        (remove(7, "/a"), status(7, 3), "removed /a: permission denied"),
        (remove(7, "/a"), status(7, 4), "removed /a: Words"),
        (remove(7, "/a"), made(STATUS, 7).u32(4).text("Failure").text("").packet(), "removed /a: failure"),
        (remove(7, "/a"), made(STATUS, 7).u32(4).packet(), "removed /a: failure"),
        (remove(7, "/a"), made(STATUS, 7).u32(11).packet(), "removed /a: failure 11"),
        (remove(7, ""), status(7, 2), "removed \"\": no such file"),
        (path(14).u32(4).u32(0o755).packet(), status(7, 0), "made folder /a"),
        (path(15).packet(), status(7, 0), "removed folder /a"),
        (path(18).text("/b").packet(), status(7, 0), "renamed /a to /b"),
        (path(20).text("/b").packet(), status(7, 0), "linked /b to /a"),
        (path(17).packet(), facts(), "looked at /a"),
        (path(7).packet(), status(7, 2), "looked at /a: no such file"),
        (path(16).packet(), names(7, &["/root/a"]), "looked at /a (/root/a)"),
        (path(16).packet(), names(7, &["/a"]), "looked at /a"),
        (path(19).packet(), names(7, &["/b"]), "looked at /a (/b)"),
        (path(9).u32(4).u32(0o100_644).packet(), status(7, 0), "changed attributes of /a (mode 0644)"),
        (
            path(9).u32(15).u64(5).u32(0).u32(6).u32(0o4755).u32(1).u32(2).packet(),
            status(7, 0),
            "changed attributes of /a (mode 4755, owner 0:6, size 5, times)",
        ),
        (path(9).u32(0).packet(), status(7, 0), "changed attributes of /a (none)"),
        (path(11).packet(), status(7, 3), "listed /a: permission denied"),
        (open(7, "/a", 1), status(7, 3), "downloaded /a: permission denied"),
        (open(7, "/a", 0x1a), status(7, 3), "uploaded /a: permission denied"),
        (
            extended("posix-rename@openssh.com").text("/a").text("/b").packet(),
            status(7, 0),
            "renamed /a to /b",
        ),
        (
            extended("hardlink@openssh.com").text("/a").text("/b").packet(),
            status(7, 0),
            "hard-linked /b to /a",
        ),
        (extended("statvfs@openssh.com").text("/a").packet(), reply(), "looked at /a"),
        (
            extended("lsetstat@openssh.com").text("/a").u32(2).u32(1).u32(2).packet(),
            status(7, 0),
            "changed attributes of /a (owner 1:2)",
        ),
        (extended("expand-path@openssh.com").text("~").packet(), names(7, &["/root"]), "looked at ~ (/root)"),
        (
            extended("home-directory").text("eve").packet(),
            names(7, &["/home/eve"]),
            "looked at ~eve (/home/eve)",
        ),
        (
            extended("new@example.com").u64(1).packet(),
            status(7, 8),
            "asked for new@example.com: operation unsupported",
        ),
        (path(21).packet(), status(7, 8), "asked for request 21: operation unsupported"),
        (remove(7, "/a"), Vec::new(), "removed /a: no answer"),
        (open(7, "/a", 1), Vec::new(), "downloaded /a: no answer"),
        (path(11).packet(), Vec::new(), "listed /a: no answer"),
    ];
    for (request, answer, line) in cases {
        assert_eq!(told(&[(request, answer)]), [line]);
    }
}

#[test]
fn an_opened_file_is_one_line() {
    let read_two = || vec![(read(2, b"h"), data(2, b"12345")), (read(3, b"h"), status(3, 1))];
    let write_two = || vec![(write(4, b"h", b"123"), status(4, 0)), (write(5, b"h", b"4"), status(5, 0))];
    let other = |request: Made, answer| (request.packet(), answer);
    let extended = |name| made(EXTENDED, 7).text(name).text("h");
    let cases = [
        (1, Vec::new(), vec!["downloaded /tmp/x, 0 bytes"]),
        (1, read_two(), vec!["downloaded /tmp/x, 5 bytes"]),
        (2, Vec::new(), vec!["uploaded /tmp/x, 0 bytes"]),
        (0x1a, write_two(), vec!["uploaded /tmp/x, 4 bytes"]),
        (3, [read_two(), write_two()].concat(), vec!["read and wrote /tmp/x, 5 bytes read, 4 bytes written"]),
        (1, vec![(read(2, b"h"), data(2, b"1"))], vec!["downloaded /tmp/x, 1 byte"]),
        (1, vec![(read(2, b"h"), status(2, 4))], vec!["downloaded /tmp/x, 0 bytes: failure"]),
        (2, vec![(write(2, b"h", b"1"), status(2, 4))], vec!["uploaded /tmp/x, 0 bytes: failure"]),
        (1, vec![(read(2, b"other"), data(2, b"1"))], vec!["downloaded /tmp/x, 0 bytes"]),
        (
            2,
            vec![
                other(made(10, 7).text("h").u32(4).u32(0o600), status(7, 0)),
                other(made(8, 7).text("h"), made(105, 7).u32(0).packet()),
                other(extended("fsync@openssh.com"), status(7, 0)),
                other(extended("fstatvfs@openssh.com"), made(201, 7).packet()),
                other(extended("copy-data").u64(0).u64(9).text("h").u64(0), status(7, 0)),
                other(extended("copy-data").u64(0).u64(0).text("?").u64(0), status(7, 4)),
                other(made(EXTENDED, 7).text("limits@openssh.com"), made(201, 7).packet()),
                other(made(EXTENDED, 7).text("users-groups-by-id@openssh.com"), made(201, 7).packet()),
            ],
            vec![
                "changed attributes of /tmp/x (mode 0600)",
                "looked at /tmp/x",
                "flushed /tmp/x",
                "looked at /tmp/x",
                "copied /tmp/x to /tmp/x, 9 bytes",
                "copied /tmp/x to a file that is not open: Words",
                "uploaded /tmp/x, 0 bytes",
            ],
        ),
    ];
    for (mode, between, expected) in cases {
        assert_eq!(told(&file(mode, between)), expected);
    }
}

#[test]
fn a_listed_folder_is_one_line() {
    let folder = |entries: &[&str]| {
        vec![
            (made(11, 1).text("/home").packet(), handle(1, b"h")),
            (made(READDIR, 2).text("h").packet(), names(2, entries)),
            (made(READDIR, 3).text("h").packet(), status(3, 1)),
            (close(4, b"h"), status(4, 0)),
        ]
    };
    assert_eq!(told(&folder(&[".", "..", "a", "b"])), ["listed /home, 2 entries"]);
    assert_eq!(told(&folder(&["a"])), ["listed /home, 1 entry"]);
    assert_eq!(told(&folder(&[])), ["listed /home, 0 entries"]);
}

#[test]
fn looks_are_told_apart() {
    let turns = [(made(17, 1).text("/a").packet(), status(1, 2)), (remove(2, "/a"), status(2, 0))];
    let looks: Vec<bool> = follow(&turns).iter().map(|operation| operation.what.is_look()).collect();
    assert_eq!(looks, [true, false]);
}

#[test]
fn the_session_may_end_in_the_middle() {
    let turns = [
        (open(1, "/a", 1), handle(1, b"a")),
        (read(2, b"a"), data(2, b"1234")),
        (remove(3, "/b"), Vec::new()),
        (open(4, "/c", 2), handle(4, b"c")),
        (write(5, b"c", b"12"), status(5, 0)),
        (write(6, b"c", b"34"), Vec::new()),
    ];
    assert_eq!(
        told(&turns),
        [
            "downloaded /a, 4 bytes: never closed",
            "removed /b: no answer",
            "uploaded /c, 2 bytes: never closed"
        ]
    );
}

/// A client that guesses the next handle cannot have its writes told of the file before.
#[test]
fn a_handle_is_what_it_is_when_the_target_answers() {
    let mut follower = Follower::default();
    follower.from_person(&open(1, "/old", 1));
    assert!(follower.from_target(&handle(1, b"h")).is_empty());
    follower.from_person(&[close(2, b"h"), open(3, "/new", 2), write(4, b"h", b"123")].concat());
    let answers = [status(2, 0), handle(3, b"h"), status(4, 0)].concat();
    assert_eq!(lines(&follower.from_target(&answers)), ["downloaded /old, 0 bytes"]);
    follower.from_person(&close(5, b"h"));
    assert_eq!(lines(&follower.from_target(&status(5, 0))), ["uploaded /new, 3 bytes"]);
}

#[test]
fn a_path_obeys_nobody() {
    let cases: [(&[u8], &str); 5] = [
        ("/Zoë 東京".as_bytes(), "removed /Zoë 東京"),
        (b"/a\xff\xe2\x82b", "removed /a<0xFF><0xE2><0x82>b"),
        (b"/a\nremoved /b\x1b[2J", "removed /a<U+000A>removed /b<U+001B>[2J"),
        ("/\u{202e}txt.exe".as_bytes(), "removed /<U+202E>txt.exe"),
        (b"\0", "removed <U+0000>"),
    ];
    for (path, line) in cases {
        assert_eq!(told(&[(remove(1, path), status(1, 0))]), [line]);
    }
    let hostile = made(STATUS, 1).u32(4).text("no\x1b]0;\n").text("").packet();
    assert_eq!(told(&[(remove(1, "/a"), hostile)]), ["removed /a: no<U+001B>]0;<U+000A>"]);
    let long = told(&[(remove(1, vec![b'a'; 100_000]), status(1, 0))]);
    assert_eq!(long, [format!("removed {}...", "a".repeat(4096))]);
    let far = told(&[(made(19, 1).text("/a").packet(), names(1, &[&"b".repeat(100_000)]))]);
    assert_eq!(far, [format!("looked at /a ({}...)", "b".repeat(4096))]);
}

#[test]
fn what_cannot_be_read_is_said_once() {
    let greeting = |version: u32| made(2, version).packet();
    let cases = [
        ((1_u32 << 20).to_be_bytes().to_vec(), Vec::new(), "a packet of 1048576 bytes"),
        (vec![0; 4], Vec::new(), "a packet of 0 bytes"),
        (made(REMOVE, 9).u32(50).packet(), Vec::new(), "a packet that cannot be read"),
        (made(WRITE, 9).text("h").u64(0).u32(1).packet(), Vec::new(), "a packet that cannot be read"),
        (made(WRITE, 9).text([0; 257]).u64(0).u32(0).packet(), Vec::new(), "a packet that cannot be read"),
        (Made(vec![WRITE]).packet(), Vec::new(), "a packet that cannot be read"),
        (Vec::new(), Made(vec![STATUS]).packet(), "a packet that cannot be read"),
        (Vec::new(), made(DATA, 9).u32(1).packet(), "a packet that cannot be read"),
        (Vec::new(), made(WRITE, 9).text("h").u64(0).text("").packet(), "a packet that cannot be read"),
        (Vec::new(), greeting(6), "version 6 of the protocol"),
        (remove(9, "/b"), data(9, b"1"), "an answer that does not fit its request"),
        (open(9, "/b", 1), status(9, 0), "an answer that does not fit its request"),
        ([remove(9, "/b"), remove(9, "/c")].concat(), Vec::new(), "two requests of one number at once"),
    ];
    for (request, answer, why) in cases {
        let mut follower = Follower::default();
        follower.from_person(&open(1, "/a", 1));
        assert!(follower.from_target(&[greeting(3), handle(1, b"h")].concat()).is_empty());
        follower.from_person(&request);
        let mut told = lines(&follower.from_target(&answer));
        assert_eq!(told.pop(), Some(format!("cannot follow any further: {why}")));
        assert_eq!(told[0], "downloaded /a, 0 bytes: not followed to its end");
        follower.from_person(&remove(10, "/d"));
        assert!(follower.from_target(&status(10, 0)).is_empty());
        assert!(follower.rest().is_empty());
    }
}

#[test]
fn no_more_is_held_than_has_room() {
    type Ask = fn(&mut Follower, u32);
    let requests: Ask = |follower, id| follower.from_person(&remove(id, "/a"));
    let long: Ask = |follower, id| follower.from_person(&remove(id, [b'a'; 4096]));
    let files: Ask = |follower, id| {
        follower.from_person(&open(id, "/a", 1));
        follower.ready = follower.from_target(&handle(id, &id.to_be_bytes()));
    };
    for (ask, most) in [(requests, 4096), (long, 256), (files, 4096)] {
        let mut follower = Follower::default();
        for id in 0..most {
            ask(&mut follower, id);
            assert!(!follower.is_lost, "lost at {id}");
        }
        ask(&mut follower, most);
        let told = lines(&follower.rest());
        assert_eq!(
            told.last().map(String::as_str),
            Some("cannot follow any further: too many requests or files at once")
        );
        assert_eq!(follower.book.held(), 0);
    }
}

#[test]
fn what_is_settled_is_no_longer_held() {
    let mut follower = Follower::default();
    for id in 0..1000 {
        follower.from_person(&open(id, [b'a'; 3000], 1));
        follower.from_target(&handle(id, b"handle"));
        follower.from_person(&close(id, b"handle"));
        assert_eq!(follower.from_target(&status(id, 0)).len(), 1);
    }
    assert_eq!(follower.book.held(), 0);
}

#[test]
fn content_is_skipped_and_not_held() {
    let content = vec![b'x'; (256 << 10) - 100];
    for (packet, kind) in [(write(1, b"h", &content), WRITE), (data(1, &content), DATA)] {
        let mut packets = Packets::default();
        let mut kinds = Vec::new();
        for piece in packet.chunks(7).chain(packet.chunks(1000)) {
            let read = packets.feed(piece, |packet| {
                kinds.push(packet.kind);
                Ok(())
            });
            assert_eq!(read, Ok(()));
            assert!(packets.held() < 200, "{} bytes", packets.held());
        }
        assert_eq!(kinds, [kind, kind]);
    }
}

#[test]
fn a_large_packet_leaves_no_buffer() {
    let packet = remove(1, vec![b'a'; 200_000]);
    let mut packets = Packets::default();
    for piece in packet.chunks(1000) {
        packets.feed(piece, |_| Ok(())).expect("readable");
    }
    assert!(packets.held() <= 4096, "{} bytes", packets.held());
}

#[test]
fn the_first_packet_that_is_not_liked_is_the_last() {
    let mut count = 0;
    let read = Packets::default().feed(&[status(1, 0), status(2, 0)].concat(), |_| {
        count += 1;
        Err(Lost::Crowded)
    });
    assert_eq!((read, count), (Err(Lost::Crowded), 1));
}

/// What a request and its answer are made of.
fn turn() -> impl Strategy<Value = (u8, u8, Vec<u8>, u32)> {
    (any::<u8>(), any::<u8>(), prop::collection::vec(any::<u8>(), 0..40), 0..5_u32)
}

fn turns(drawn: &[(u8, u8, Vec<u8>, u32)]) -> Turns {
    let turn = |(number, (request, answer, text, code)): (usize, &(u8, u8, Vec<u8>, u32))| {
        let id = u32::try_from(number).expect("few");
        let name = [text.first().copied().unwrap_or_default() % 3];
        let request = match request % 8 {
            0 | 1 => open(id, text, *code),
            2 => close(id, &name),
            3 => read(id, &name),
            4 => write(id, &name, text),
            5 => remove(id, text),
            6 => made(11, id).text(text).packet(),
            _ => made(READDIR, id).text(name).packet(),
        };
        let fitting = match request[4] {
            OPEN | 11 => handle(id, &name),
            READ => data(id, text),
            READDIR => names(id, &["a", "."]),
            _ => status(id, 0),
        };
        (request, if answer % 4 == 0 { status(id, code + 1) } else { fitting })
    };
    drawn.iter().enumerate().map(turn).collect()
}

fn pieces<'a>(mut bytes: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    for length in lengths.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (piece, rest) = bytes.split_at((*length).min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}

proptest! {
    #[test]
    fn cutting_changes_nothing(
        drawn in prop::collection::vec(turn(), 1..40),
        asked in prop::collection::vec(1..60_usize, 1..20),
        answered in prop::collection::vec(1..60_usize, 1..20),
    ) {
        let turns = turns(&drawn);
        let requests: Vec<u8> = turns.iter().flat_map(|(request, _)| request.clone()).collect();
        let answers: Vec<u8> = turns.iter().flat_map(|(_, answer)| answer.clone()).collect();
        let mut follower = Follower::default();
        for piece in pieces(&requests, &asked) {
            follower.from_person(piece);
        }
        let mut all = Vec::new();
        for piece in pieces(&answers, &answered) {
            all.extend(follower.from_target(piece));
        }
        all.extend(follower.rest());
        prop_assert_eq!(lines(&all), told(&turns));
        prop_assert!(all.iter().all(|operation| operation.what != What::Lost));
    }

    #[test]
    fn rubbish_is_survived(
        both in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u8>(), 0..200)), 0..60),
    ) {
        let mut follower = Follower::default();
        let mut all = Vec::new();
        for (person, bytes) in &both {
            if *person {
                follower.from_person(bytes);
            } else {
                all.extend(follower.from_target(bytes));
            }
        }
        all.extend(follower.rest());
        let lost = all.iter().position(|operation| operation.what == What::Lost);
        prop_assert!(lost.is_none_or(|at| at + 1 == all.len()));
    }

    /// A transfer in which something is not as it should be.
    #[test]
    fn changed_bytes_are_survived(
        drawn in prop::collection::vec(turn(), 1..40),
        changes in prop::collection::vec((any::<Index>(), any::<bool>(), any::<Index>(), any::<u8>()), 1..6),
    ) {
        let mut turns = turns(&drawn);
        for (turn, request, at, byte) in changes {
            let (asked, answered) = turn.get_mut(&mut turns);
            let packet = if request { asked } else { answered };
            *at.get_mut(packet) = byte;
        }
        let mut follower = Follower::default();
        let mut all = Vec::new();
        for (request, answer) in &turns {
            follower.from_person(request);
            all.extend(follower.from_target(answer));
            prop_assert!(follower.person.held() + follower.target.held() < 100_000);
        }
        all.extend(follower.rest());
        prop_assert_eq!(follower.book.held(), 0);
        let lost = all.iter().position(|operation| operation.what == What::Lost);
        prop_assert!(lost.is_none_or(|at| at + 1 == all.len()));
    }
}
