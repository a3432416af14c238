//! Nothing is changed, taken away, added or moved without being named, at its place.

use std::ops::Range;

use proptest::prelude::*;
use recording::{Body, Fault, Moment, Parts, Which, Wrong};

use crate::support::{Files, closed, later, output, signer, small, stranger};

struct Recorded {
    files: Files,
    cast: Vec<u8>,
    index: Vec<u8>,
}

/// The links of an index: their lines, with the bytes of both files that are theirs.
struct Link {
    line: Range<usize>,
    covers: Range<u64>,
    at: Moment,
}

impl Recorded {
    fn new() -> Self {
        let files = Files::new();
        small(&mut files.create());
        let (cast, index) = (files.cast(), files.index());
        Self { files, cast, index }
    }

    fn links(&self) -> Vec<Link> {
        let mut at = 0;
        let lines = self.index.split_inclusive(|&byte| byte == b'\n');
        lines
            .map(|line| {
                let body = Body::parse(Parts::split(line).expect("parts").body).expect("a body");
                let range = at..at + line.len();
                at = range.end;
                Link { line: range, covers: body.from..body.to, at: body.at }
            })
            .collect()
    }

    fn with(&self, cast: &[u8], index: &[u8]) -> Fault {
        self.files.put(cast, index);
        self.files.verify().expect_err("altered")
    }

    fn line(&self, n: usize) -> &[u8] {
        &self.index[self.links()[n].line.clone()]
    }

    fn with_links(&self, order: &[usize]) -> Fault {
        let index: Vec<u8> = order.iter().flat_map(|&n| self.line(n).to_vec()).collect();
        self.with(&self.cast, &index)
    }
}

/// The fault is in the bytes of that link, and all before it is still good.
fn is_at(fault: &Fault, links: &[Link], n: usize) {
    assert_eq!(fault.good_links, n as u64, "{fault}");
    let (bytes, moment) = n.checked_sub(1).map_or((0, Moment(0)), |n| (links[n].covers.end, links[n].at));
    assert_eq!((fault.good_bytes, fault.good_until), (bytes, moment), "{fault}");
}

#[test]
fn any_other_byte_of_the_recording_is_named_at_its_link() {
    let recorded = Recorded::new();
    let links = recorded.links();
    for at in 0..recorded.cast.len() {
        for bit in 0..8 {
            let mut cast = recorded.cast.clone();
            cast[at] ^= 1 << bit;
            let fault = recorded.with(&cast, &recorded.index);
            let n = links.iter().position(|link| link.covers.contains(&(at as u64))).expect("covered");
            is_at(&fault, &links, n);
            assert_eq!((fault.which, fault.wrong), (Which::Cast, Wrong::Changed));
            assert_eq!(fault.bytes, links[n].covers);
        }
    }
}

#[test]
fn any_other_byte_of_the_index_is_named_at_its_line() {
    let recorded = Recorded::new();
    let links = recorded.links();
    for at in 0..recorded.index.len() {
        for bit in 0..8 {
            let mut index = recorded.index.clone();
            index[at] ^= 1 << bit;
            let fault = recorded.with(&recorded.cast, &index);
            let n = links.iter().position(|link| link.line.contains(&at)).expect("a line");
            is_at(&fault, &links, n);
            assert_eq!(fault.which, Which::Index, "{at}: {fault}");
            let bytes = fault.bytes.start..fault.bytes.end.max(fault.bytes.start + 1);
            assert!(bytes.contains(&(at as u64)), "{at}: {fault:?}");
            assert!(links[n].line.contains(&(bytes.start as usize)), "{at}: {fault:?}");
        }
    }
}

#[test]
fn a_recording_that_is_shorter_lacks_something_there() {
    let recorded = Recorded::new();
    let links = recorded.links();
    for length in 0..recorded.cast.len() {
        let fault = recorded.with(&recorded.cast[..length], &recorded.index);
        let n = links.iter().position(|link| link.covers.contains(&(length as u64))).expect("covered");
        is_at(&fault, &links, n);
        assert_eq!((fault.which, fault.wrong), (Which::Cast, Wrong::Missing));
        assert_eq!(fault.bytes, length as u64..links[n].covers.end);
    }
}

#[test]
fn an_index_that_is_shorter_no_longer_covers_the_recording() {
    let recorded = Recorded::new();
    let links = recorded.links();
    for length in 0..recorded.index.len() {
        let fault = recorded.with(&recorded.cast, &recorded.index[..length]);
        let n = links.iter().position(|link| link.line.contains(&length)).expect("a line");
        is_at(&fault, &links, n);
        let start = links[n].line.start;
        let expected = match (length, n) {
            (0, _) => (Which::Index, Wrong::Missing, 0..0),
            _ if length == start => {
                (Which::Cast, Wrong::Unsigned, links[n].covers.start..recorded.cast.len() as u64)
            }
            _ => (Which::Index, Wrong::CutShort, start as u64..length as u64),
        };
        assert_eq!((fault.which, fault.wrong, fault.bytes), expected);
    }
}

#[test]
fn bytes_at_the_end_are_named() {
    let recorded = Recorded::new();
    let links = recorded.links();
    let more = b"[0.000,\"o\",\"rm -rf /\"]\n";
    let fault = recorded.with(&[&recorded.cast[..], more].concat(), &recorded.index);
    is_at(&fault, &links, links.len());
    assert_eq!((fault.which, fault.wrong), (Which::Cast, Wrong::Added));
    assert_eq!(fault.bytes, recorded.cast.len() as u64..(recorded.cast.len() + more.len()) as u64);
    for (more, wrong) in [(&b"x"[..], Wrong::CutShort), (b"x\n", Wrong::NotALink), (b"\n", Wrong::NotALink)] {
        let fault = recorded.with(&recorded.cast, &[&recorded.index[..], more].concat());
        is_at(&fault, &links, links.len());
        assert_eq!((fault.which, fault.wrong), (Which::Index, wrong));
        assert_eq!(fault.bytes.start, recorded.index.len() as u64);
    }
}

#[test]
fn links_keep_their_order_and_their_number() {
    let recorded = Recorded::new();
    let links = recorded.links();
    assert_eq!(links.len(), 5);
    for (order, n, wrong) in [
        (&[0, 2, 3, 4][..], 1, Wrong::Missing),
        (&[0, 1, 2, 4], 3, Wrong::Missing),
        (&[0, 2, 1, 3, 4], 1, Wrong::Missing),
        (&[0, 1, 1, 2, 3, 4], 2, Wrong::Added),
        (&[0, 1, 2, 3, 3, 4], 4, Wrong::Added),
        (&[0, 1, 2, 3, 4, 4], 5, Wrong::Added),
        (&[0, 1, 2, 3, 4, 0], 5, Wrong::Added),
    ] {
        let fault = recorded.with_links(order);
        is_at(&fault, &links, n);
        assert_eq!((fault.which, fault.wrong), (Which::Index, wrong), "{order:?}");
    }
    // Who signs is in the first link.
    assert_eq!(recorded.with_links(&[1, 2, 3, 4]).good_links, 0);
}

#[test]
fn a_link_of_a_stranger_is_no_link() {
    let recorded = Recorded::new();
    let other = Files::new();
    let mut writer =
        recording::Writer::create(other.path(), &crate::support::header(), stranger()).expect("a recording");
    small(&mut writer);
    let stranger = other.index();
    let lines: Vec<_> = stranger.split_inclusive(|&byte| byte == b'\n').collect();
    // The same bytes and the same session, signed by somebody else from the second link on: the
    // chain differs from the first link, so it is made to fit.
    let fault = recorded.with(&recorded.cast, &[recorded.line(0), lines[1]].concat());
    is_at(&fault, &recorded.links(), 1);
    let parts = Parts::split(recorded.line(1).trim_ascii_end()).expect("parts");
    let theirs = Parts::split(lines[1].trim_ascii_end()).expect("parts");
    let forged = [parts.body, b" ", parts.hash, b" ", theirs.signature, b"\n"].concat();
    let fault = recorded.with(&recorded.cast, &[recorded.line(0), &forged].concat());
    is_at(&fault, &recorded.links(), 1);
    assert_eq!(fault.wrong, Wrong::Signature);
    let fault = recorded.with(&other.cast(), &stranger);
    assert!(matches!(fault.wrong, Wrong::ForeignKey(_)), "{fault}");
}

#[test]
fn a_recording_of_another_session_does_not_fit() {
    let recorded = Recorded::new();
    let other = Files::new();
    let mut writer = other.create();
    writer.event(later(1), &output("x"));
    writer.close(&closed(1)).expect("closed");
    assert_eq!(recorded.with(&other.cast(), &recorded.index).which, Which::Cast);
    assert_eq!(recorded.with(&recorded.cast, &other.index()).wrong, Wrong::Changed);
}

#[test]
fn a_file_that_is_not_there_is_said() {
    let files = Files::new();
    let fault = files.verify().expect_err("nothing there");
    assert!(matches!(fault.wrong, Wrong::Unreadable(_)));
    let text = fault.to_string();
    assert!(text.starts_with("the recording cannot be read: No such file"), "{text}");
}

#[test]
fn a_fault_says_where_and_until_when() {
    let recorded = Recorded::new();
    let mut cast = recorded.cast.clone();
    let last = recorded.links().pop().expect("a link").covers;
    cast[last.start as usize] = b'{';
    let fault = recorded.with(&cast, &recorded.index);
    let (start, end) = (last.start, last.end);
    assert_eq!(
        fault.to_string(),
        format!(
            "the recording was changed between byte {start} and byte {end}; it is good up to 0:00:12.800 (byte \
             {start})"
        )
    );
}

proptest! {
    #[test]
    fn no_files_are_too_strange(
        cast in proptest::collection::vec(any::<u8>(), 0..200),
        index in proptest::collection::vec(any::<u8>(), 0..200),
        from in 0..4000_usize,
        to in 0..4000_usize,
    ) {
        let recorded = Recorded::new();
        recorded.with(&cast, &index);
        let cut = |bytes: &[u8], middle: &[u8]| {
            let (from, to) = (from.min(bytes.len()), to.min(bytes.len()));
            [&bytes[..from], middle, &bytes[to..]].concat()
        };
        for (cast, index) in [
            (cut(&recorded.cast, &cast), recorded.index.clone()),
            (recorded.cast.clone(), cut(&recorded.index, &index)),
        ] {
            if (&cast, &index) != (&recorded.cast, &recorded.index) {
                recorded.with(&cast, &index);
            }
            recorded.files.put(&cast, &index);
            _ = recording::Reading::open(recorded.files.path(), crate::support::session())
                .and_then(|reading| reading.screen_at(Moment(9999)));
            _ = recording::repair(
                recorded.files.path(), crate::support::session(), &signer(), &closed(1)
            );
        }
    }
}
