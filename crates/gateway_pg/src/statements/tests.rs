use std::time::{Duration, Instant};

use proptest::prelude::*;
use wire::Millis;

use super::{Now, Statements, WAITING, is_read_of_client, is_read_of_server};
use crate::backend::message;
use crate::frames::Frames;

/// What is said, by whom, and how many milliseconds later.
enum Said {
    Client(Vec<u8>),
    Server(Vec<u8>),
    After(u64),
}
use Said::{After, Client, Server};

fn log(said: &[Said]) -> String {
    let mut statements = Statements::default();
    let (mut client, mut server) = (Frames::new(is_read_of_client), Frames::new(is_read_of_server));
    let begun = Instant::now();
    let mut passed = 0;
    for said in said {
        let now = Now {
            wall: Millis(45_296_789 + i64::try_from(passed).expect("short")),
            steady: begun + Duration::from_millis(passed),
        };
        match said {
            Client(bytes) => drop(client.read(bytes, |message| statements.asked(&message, now))),
            Server(bytes) => drop(server.read(bytes, |message| statements.answered(&message, now))),
            After(ms) => passed += ms,
        }
    }
    statements.take().replace("\r\n", "\n")
}

fn query(text: &str) -> Said {
    Client(message(b'Q', &[text.as_bytes(), b"\0"].concat()))
}

fn parse(name: &str, text: &str) -> Vec<u8> {
    message(b'P', format!("{name}\0{text}\0\0\0").as_bytes())
}

fn bind(portal: &str, name: &str, values: &[Option<&str>]) -> Vec<u8> {
    let mut body = format!("{portal}\0{name}\0\0\0").into_bytes();
    body.extend_from_slice(&u16::try_from(values.len()).expect("few").to_be_bytes());
    for value in values {
        let length = value.map_or(-1, |value| i32::try_from(value.len()).expect("short"));
        body.extend_from_slice(&length.to_be_bytes());
        body.extend_from_slice(value.unwrap_or_default().as_bytes());
    }
    body.extend_from_slice(b"\0\0");
    message(b'B', &body)
}

fn execute(portal: &str) -> Vec<u8> {
    message(b'E', format!("{portal}\0\0\0\0\0").as_bytes())
}

fn done(tag: &str) -> Vec<u8> {
    message(b'C', format!("{tag}\0").as_bytes())
}

fn failed(text: &str) -> Vec<u8> {
    message(b'E', format!("SERROR\0VERROR\0C42601\0M{text}\0\0").as_bytes())
}

fn ready() -> Vec<u8> {
    message(b'Z', b"I")
}

#[test]
fn a_statement_stands_there_with_its_time_and_its_rows() {
    let rows = [message(b'T', b"\0\0"), message(b'D', b"\0\0"), done("SELECT 1"), ready()].concat();
    assert_eq!(
        log(&[query("SELECT now();"), After(12), Server(rows)]),
        "12:34:56.789  SELECT now();\n              1 row in 12.00 ms\n"
    );
    assert_eq!(
        log(&[query("SELECT 1,\n\t2")]),
        "12:34:56.789  SELECT 1,\n                  2\n",
        "before its end"
    );
}

#[test]
fn each_of_several_statements_has_its_result() {
    let first = done("BEGIN");
    let rest = [done("INSERT 0 2"), failed("no"), ready()].concat();
    assert_eq!(
        log(&[query("BEGIN; INSERT …; x"), After(1), Server(first), After(1500), Server(rest), query(" ")]),
        "12:34:56.789  BEGIN; INSERT …; x\n              BEGIN in 1.00 ms\n              \
         INSERT: 2 rows in 1.500 s\n              \x1b[31mERROR 42601: no\x1b[0m in 0.00 ms\n\
         12:34:58.290  (empty)\n"
    );
}

#[test]
fn prepared_statements_stand_there_with_their_values() {
    let sync = message(b'S', b"");
    let begun = [parse("s", "SELECT $1, password = $2"), bind("", "s", &[Some("it's"), Some("hunter2")])];
    let again = [bind("", "s", &[None, Some("x")]), execute(""), sync.clone()].concat();
    let answers = [message(b'1', b""), message(b'2', b""), done("SELECT 0"), ready()].concat();
    let text = log(&[
        Client([begun.concat(), execute(""), sync].concat()),
        Server(answers),
        Client(again),
        Server([message(b'2', b""), message(b's', b""), ready()].concat()),
    ]);
    assert_eq!(
        text,
        "12:34:56.789  SELECT $1, password = $2\n              $1 = 'it''s', $2 = •••\n              \
         0 rows in 0.00 ms\n\
         12:34:56.789  SELECT $1, password = $2\n              $1 = NULL, $2 = •••\n              \
         0 rows, more to come in 0.00 ms\n"
    );
}

#[test]
fn a_statement_that_cannot_be_prepared_stands_there_once() {
    let all = [parse("", "SELEC"), bind("", "", &[]), execute(""), message(b'S', b"")].concat();
    let alone = [parse("", "SELEC"), message(b'D', b"S\0"), message(b'S', b"")].concat();
    let refused = [failed("syntax"), ready()].concat();
    let one = "12:34:56.789  SELEC\n              \x1b[31mERROR 42601: syntax\x1b[0m in 0.00 ms\n";
    assert_eq!(log(&[Client(all), Server(refused.clone())]), one);
    assert_eq!(log(&[Client(alone), Server(refused)]), one);
}

#[test]
fn pipelined_statements_stand_above_their_own_results() {
    let one = |text: &str| [parse("", text), bind("", "", &[]), execute("")].concat();
    let sent = [one("first"), one("second"), one("third"), message(b'S', b"")].concat();
    let good = [message(b'1', b""), message(b'2', b""), done("DO")].concat();
    let answers = [good, message(b'1', b""), message(b'2', b""), failed("no"), ready()].concat();
    let text = log(&[Client(sent), Server(answers), query("after")]);
    let lines: Vec<_> = text.lines().map(|line| line.trim_start_matches("12:34:56.789").trim()).collect();
    assert_eq!(
        lines,
        ["first", "DO in 0.00 ms", "second", "\x1b[31mERROR 42601: no\x1b[0m in 0.00 ms", "after"]
    );
}

#[test]
fn a_copy_is_counted_both_ways() {
    let data = |bytes: &[u8]| message(b'd', bytes);
    let to_us =
        [message(b'H', b"\0\0\0"), data(b"1\n"), data(b"22\n"), message(b'c', b""), done("COPY 2"), ready()];
    assert!(
        log(&[query("COPY t TO STDOUT"), Server(to_us.concat())])
            .contains("COPY: 2 rows, 5 bytes of data in 2 pieces in")
    );
    let text = log(&[
        query("COPY t FROM STDIN"),
        Server(message(b'G', b"\0\0\0")),
        Client([data(b"1\n"), data(b"x\n"), message(b'c', b"")].concat()),
        Server([done("COPY 2"), ready()].concat()),
    ]);
    assert!(text.contains("COPY: 2 rows, 4 bytes of data in 2 pieces in"), "{text}");
}

#[test]
fn what_comes_from_outside_obeys_nobody_and_keeps_its_secrets() {
    let text = log(&[
        query("ALTER ROLE a\x1b[2J PASSWORD hunter2\u{202e}"),
        Server([failed("at \"hunter2\"\x07"), ready()].concat()),
        query("SELECT 1"),
        Server([done("SELECT\x1b[H 1"), ready()].concat()),
    ]);
    assert!(text.contains("a<U+001B>[2J PASSWORD •••") && text.contains("at \"•••\"<U+0007>"), "{text}");
    assert!(!text.contains("hunter2") && !text.contains("\x1b[H"), "{text}");
}

#[test]
fn a_client_that_never_waits_is_followed_in_bounded_memory() {
    let mut statements = Statements::default();
    let mut frames = Frames::new(is_read_of_client);
    let long = format!("SELECT '{}'", "x".repeat(10_000));
    let sent = [parse("", &long), bind("", "", &[]), execute("")].concat();
    let mut written = 0;
    while !statements.is_full() {
        frames.read(&sent, |message| statements.asked(&message, Now::read())).expect("messages");
        written += statements.take().len();
    }
    assert!(statements.waiting.len() <= WAITING + 3);
    assert!(statements.waiting_bytes <= (1 << 20) + 3 * long.len());
    assert!(written > WAITING / 3 * 10_000 - (2 << 20), "what waits no more is written: {written}");
    for name in 0..2000 {
        let named = parse(&format!("name {name}"), &long);
        frames.read(&named, |message| statements.asked(&message, Now::read())).expect("messages");
    }
    assert!(statements.take().contains("not kept, shown here: SELECT 'xxx"));
}

proptest! {
    #[test]
    fn any_messages_in_any_pieces_make_the_same_log(
        said in prop::collection::vec((any::<bool>(), prop::sample::select(b"QPBEDCSFHXdcfTCIsEZVn123GHWA".to_vec()), prop::collection::vec(any::<u8>(), 0..40)), 0..40),
        cut in 1_usize..30,
    ) {
        let whole: Vec<_> = said.iter().map(|(client, kind, body)| {
            let bytes = message(*kind, body);
            if *client { Client(bytes) } else { Server(bytes) }
        }).collect();
        let pieces: Vec<_> = said.iter().flat_map(|(client, kind, body)| {
            let bytes = message(*kind, body);
            bytes.chunks(cut).map(|piece| if *client { Client(piece.to_vec()) } else { Server(piece.to_vec()) }).collect::<Vec<_>>()
        }).collect();
        let text = log(&whole);
        prop_assert_eq!(&text, &log(&pieces));
        let obeyed = text.replace("\x1b[31m", "").replace("\x1b[0m", "");
        prop_assert!(!obeyed.contains(|c: char| c.is_control() && c != '\n'), "{:?}", text);
    }
}
