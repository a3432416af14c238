//! Recordings through the web: for whom, how much of them at a time, and what is said when they are not
//! as they were.

use std::fs;
use std::time::Instant;

use app::replay::answer::{Found, Frame, Outline, Sizes, Verdict};
use bytes::Bytes;
use hub::{Mark, MarkKind, OpenSession, ScreenKind};
use recording::{Moment, Player, Reading, What, cast_path, index_path};
use server::archive::Shelf;
use server::serve::open_store;
use server::store::AuditFilter;
use tokio::time::sleep;
use wire::live::Size;
use wire::{End, EndReason, Millis, SessionId};

use crate::web_client::{Browser, PATIENCE, Reply};
use crate::web_world::World;

/// More than one keyframe's worth, in lines that can be told apart.
const LINES: usize = 12_000;

/// Ends a session, and waits until its recording is put away.
async fn end(world: &World, open: OpenSession) -> SessionId {
    let id = open.id();
    open.close(End { note: Some("enough".into()), ..End::new(EndReason::Closed, Millis::now()) });
    let began = Instant::now();
    loop {
        let row = world.services().store.session(id).await.expect("the database").expect("a row");
        let folder = shelf(world).find(id);
        if row.ended.is_some() && folder.is_some_and(|folder| !folder.ends_with("open")) {
            return id;
        }
        assert!(began.elapsed() < PATIENCE, "the recording is not put away");
        // A folder offers nothing to wait on.
        sleep(std::time::Duration::from_millis(5)).await;
    }
}

fn shelf(world: &World) -> Shelf {
    world.services().archive.shelf().clone()
}

/// A session of uma with text, another size and a mark, ended.
async fn recorded(world: &World) -> SessionId {
    let open = world.open("uma", "root").await;
    open.output(Bytes::from_static(b"\x1b[31mred\x1b[m hello\r\n")).await;
    open.resize(Size { cols: 60, rows: 9 }).await;
    for part in 0..LINES / 1_000 {
        let lines: String =
            (0..1_000).map(|n| format!("line {:06} of a long output\r\n", part * 1_000 + n)).collect();
        open.output(Bytes::from(lines)).await;
    }
    open.mark(Mark { kind: MarkKind::Message, by: "otto".into(), text: "please stop".into() });
    open.output(Bytes::from_static(b"the last words")).await;
    end(world, open).await
}

async fn ask<T: serde::de::DeserializeOwned>(browser: &Browser, id: SessionId, what: &str) -> T {
    let reply = browser.get(&format!("/recordings/{id}/{what}")).await;
    assert_eq!(reply.status, 200, "{what}: {}", reply.text());
    wire::decode(reply.bytes()).expect("an answer")
}

const EVERY_WAY: [&str; 7] =
    ["outline", "frame?at=5", "bytes?from=0&to=10", "sizes", "found?text=x", "verdict", "cast"];

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_for_those_who_may_replay_it() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    let id = end(&world, open).await;
    for (user, status) in
        [("otto", 200), ("olaf", 200), ("anna", 200), ("root", 200), ("uma", 403), ("ned", 404)]
    {
        let browser = world.signed_in(user).await;
        for way in EVERY_WAY {
            let reply = browser.get(&format!("/recordings/{id}/{way}")).await;
            assert_eq!(reply.status, status, "{user} asks for {way}: {}", reply.text());
        }
        let page = browser.get(&format!("/sessions/{id}")).await;
        assert_eq!(page.text().contains("Recorded session"), status == 200, "{user} sees a replay");
    }
    let browser = world.signed_in("otto").await;
    for way in EVERY_WAY {
        world.browser().get(&format!("/recordings/{id}/{way}")).await.problem(401);
        browser.get(&format!("/recordings/{}/{way}", SessionId::generate())).await.problem(404);
        browser.get(&format!("/recordings/nonsense/{way}")).await.problem(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_and_bytes_make_the_screen_of_any_moment() {
    let world = World::start().await;
    let id = recorded(&world).await;
    let browser = world.signed_in("otto").await;
    let outline: Outline = ask(&browser, id, "outline").await;
    assert_eq!((outline.user.as_str(), outline.running, outline.screen), ("uma", false, true));
    assert!(!outline.keyframes.is_empty(), "the recording is long enough for keyframes");
    let marks: Vec<_> = outline.marks.iter().map(|mark| mark.words()).collect();
    assert_eq!(marks, ["message from otto: please stop"]);
    let sizes: Sizes = ask(&browser, id, "sizes").await;
    assert_eq!(sizes.iter().map(|(_, size)| *size).collect::<Vec<_>>(), [Size { cols: 60, rows: 9 }]);

    let folder = shelf(&world).find(id).expect("a recording");
    let reading = Reading::open(&folder, id).expect("readable");
    let moments: Vec<u64> = (0..=10).map(|tenth| outline.duration.0 * tenth / 10).collect();
    for at in moments {
        let frame: Frame = ask(&browser, id, &format!("frame?at={at}")).await;
        assert!(frame.at <= Moment(at));
        let mut screen = screen::Screen::restore(frame.size, frame.modes, frame.title.clone(), &frame.dump);
        let mut player = Player::new("uma".into(), frame.at);
        let mut rest = Vec::new();
        let mut from = frame.offset;
        while from < outline.bytes {
            let reply =
                browser.get(&format!("/recordings/{id}/bytes?from={from}&to={}", from + 100_000)).await;
            assert_eq!(reply.status, 200);
            from += reply.bytes().len() as u64;
            rest.extend_from_slice(reply.bytes());
        }
        for line in String::from_utf8(rest).expect("text").lines() {
            match player.line(line) {
                Some(played) if played.at > Moment(at) => break,
                Some(played) if played.at > frame.at => recording::apply(&mut screen, &played.what),
                _ => {}
            }
        }
        assert_eq!(screen.text(), reading.screen_at(Moment(at)).expect("readable").text(), "at {at}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_is_bounded() {
    let world = World::start().await;
    let id = recorded(&world).await;
    let browser = world.signed_in("otto").await;
    let whole = fs::read(cast_path(&shelf(&world).find(id).expect("a recording"), id)).expect("readable");
    let bytes =
        async |from: u64, to: u64| browser.get(&format!("/recordings/{id}/bytes?from={from}&to={to}")).await;
    assert_eq!(bytes(10, 20).await.bytes(), &whole[10..20]);
    let end = whole.len() as u64;
    assert_eq!(bytes(end - 5, end + 1_000).await.bytes(), &whole[whole.len() - 5..]);
    assert_eq!(bytes(end, end + 1).await.bytes(), b"");
    bytes(end + 1, end + 2).await.problem(416);
    bytes(5, 4).await.problem(400);
    bytes(0, (1 << 20) + 1).await.problem(400);
    browser.get(&format!("/recordings/{id}/bytes?from=x&to=1")).await.problem(400);
    browser.get(&format!("/recordings/{id}/bytes")).await.problem(400);
    browser.get(&format!("/recordings/{id}/frame?at=-1")).await.problem(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_is_found_with_its_moments() {
    let world = World::start().await;
    let id = recorded(&world).await;
    let browser = world.signed_in("anna").await;
    let found: Found = ask(&browser, id, "found?text=HELLO").await;
    assert_eq!(found.hits.len(), 1);
    assert!(found.hits[0].1.contains("hello"), "{found:?}");
    assert_eq!(found.next, None);
    let nothing: Found = ask(&browser, id, "found?text=no%20such%20words").await;
    assert_eq!(nothing, Found::default());
    let after: Found = ask(&browser, id, &format!("found?text=hello&from={}", found.hits[0].0.0 + 1)).await;
    assert!(after.hits.is_empty());
    browser.get(&format!("/recordings/{id}/found?text={}", "x".repeat(201))).await.problem(400);
    browser.get(&format!("/recordings/{id}/found")).await.problem(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_verdict_names_the_first_bad_byte() {
    let world = World::start().await;
    let id = recorded(&world).await;
    let browser = world.signed_in("otto").await;
    let Verdict::Whole { node, key, links, .. } = ask(&browser, id, "verdict").await else {
        panic!("the recording is whole")
    };
    let folder = shelf(&world).find(id).expect("a recording");
    let reading = Reading::open(&folder, id).expect("readable");
    let own = server::archive::public_key(&world.services().config.data).expect("readable");
    assert_eq!((node.as_str(), Some(key)), ("node-1", own));
    assert!(links >= 2);

    let cast = cast_path(&folder, id);
    let good = fs::read(&cast).expect("readable");
    let mut bad = good.clone();
    let at = reading.keyframes()[0].offset + 20;
    bad[usize::try_from(at).unwrap()] ^= 1;
    fs::write(&cast, &bad).expect("writable");
    match ask(&browser, id, "verdict").await {
        Verdict::Broken { words, byte, in_index, links: good_links, until } => {
            assert!(byte <= at && !in_index && good_links < links && good_links > 0, "{byte} {good_links}");
            assert!(until <= reading.keyframes()[0].at.plus(1_000));
            assert!(words.contains("was changed between byte"), "{words}");
        }
        verdict => panic!("{verdict:?}"),
    }
    fs::write(&cast, [&good[..], b"[0.1,\"o\",\"x\"]\n"].concat()).expect("writable");
    let Verdict::Broken { byte, .. } = ask(&browser, id, "verdict").await else { panic!("added") };
    assert_eq!(byte, good.len() as u64);

    // Without its last link the recording has no end, and without it nothing says that it had one.
    fs::write(&cast, &good).expect("writable");
    let index = fs::read(index_path(&folder, id)).expect("readable");
    let last = index[..index.len() - 1].iter().rposition(|&byte| byte == b'\n').expect("two links") + 1;
    fs::write(index_path(&folder, id), &index[..last]).expect("writable");
    let Verdict::Broken { .. } = ask(&browser, id, "verdict").await else { panic!("cut short") };
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_is_the_file_and_taking_it_is_audited() {
    let world = World::start().await;
    let id = recorded(&world).await;
    let browser = world.signed_in("olaf").await;
    let reply = browser.get(&format!("/recordings/{id}/cast")).await;
    let name = format!("attachment; filename=\"{id}.cast\"");
    assert_eq!(reply.header("content-disposition"), Some(name.as_str()));
    let folder = shelf(&world).find(id).expect("a recording");
    assert!(reply.bytes() == fs::read(cast_path(&folder, id)).expect("readable"), "byte for byte");

    let other = world.signed_in("otto").await;
    let outline: Outline = ask(&other, id, "outline").await;
    let _: Frame = ask(&other, id, "frame?at=0").await;
    let _: Found = ask(&other, id, "found?text=x").await;
    let anna = world.signed_in("anna").await;
    anna.get(&format!("/recordings/{id}/bytes?from=0&to={}", outline.bytes.min(9))).await;
    let events = audit(world).await;
    let of = |action: &str| {
        events
            .iter()
            .filter(|row| row.1 == action)
            .map(|row| (row.0.clone(), row.2.clone()))
            .collect::<Vec<_>>()
    };
    let subject = "uma: root@db-1".to_owned();
    assert_eq!(of("exported"), [("olaf".to_owned(), format!("recording of {subject}"))]);
    // Once each, by whichever door they came.
    let mut replayed = of("replayed");
    replayed.sort();
    assert_eq!(replayed, [("anna".to_owned(), subject.clone()), ("otto".to_owned(), subject)]);
}

/// Who did what to what.
async fn audit(world: World) -> Vec<(String, String, String)> {
    let config = world.services().config.clone();
    let World { running, folder } = world;
    running.stop().await;
    let store = open_store(&config).await.expect("the database");
    let rows = store.audit_page(&AuditFilter::default(), None, 1000).await.expect("the audit");
    store.close().await;
    drop(folder);
    rows.into_iter().map(|row| (row.actor, row.action, row.subject)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_in_a_sentence() {
    let world = World::start().await;
    let id = recorded(&world).await;
    let browser = world.signed_in("otto").await;
    let folder = shelf(&world).find(id).expect("a recording");
    let damaged = |reply: Reply| assert!(reply.problem(422).contains("the index holds no link at byte 0"));
    let index = fs::read(index_path(&folder, id)).expect("readable");
    fs::write(index_path(&folder, id), b"nonsense\n").expect("writable");
    damaged(browser.get(&format!("/recordings/{id}/outline")).await);
    fs::write(index_path(&folder, id), index).expect("writable");
    for path in [cast_path(&folder, id), index_path(&folder, id)] {
        fs::remove_file(path).expect("removable");
    }
    for way in ["outline", "verdict", "cast"] {
        let words = browser.get(&format!("/recordings/{id}/{way}")).await.problem(410);
        assert!(words.contains("no longer kept"), "{words}");
    }
    // A sign-in is no recorded session.
    let console = world.console_of("otto");
    let admin = world.signed_in("root").await;
    let words = admin.get(&format!("/recordings/{console}/outline")).await.problem(404);
    assert_eq!(words, "this session was not recorded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_runs_is_replayed_as_far_as_it_was_signed() {
    let world = World::start().await;
    let open = world.open("uma", "root").await;
    open.output(Bytes::from_static(b"so far")).await;
    let id = open.id();
    let browser = world.signed_in("otto").await;
    let began = Instant::now();
    let outline: Outline = loop {
        let outline: Outline = ask(&browser, id, "outline").await;
        let bytes = browser.get(&format!("/recordings/{id}/bytes?from=0&to={}", outline.bytes)).await;
        if bytes.text().contains("so far") {
            break outline;
        }
        assert!(began.elapsed() < PATIENCE, "nothing is signed");
        sleep(std::time::Duration::from_millis(20)).await;
    };
    assert!(outline.running);
    let Verdict::SoFar { .. } = ask(&browser, id, "verdict").await else { panic!("it runs") };
    let page = browser.get(&format!("/sessions/{id}")).await.text();
    assert!(page.contains("Live session"), "without a moment it is the live pane");
    let page = browser.get(&format!("/sessions/{id}?t=0")).await.text();
    assert!(page.contains("This session still runs") && page.contains("Watch it live"), "{page}");
    end(&world, open).await;
    let Verdict::Whole { .. } = ask(&browser, id, "verdict").await else { panic!("it has ended") };
}

#[tokio::test(flavor = "multi_thread")]
async fn files_alone_have_no_screen() {
    let world = World::start().await;
    let open = world.open_with("uma", "root", ScreenKind::None).await;
    open.mark(Mark { kind: MarkKind::File, by: String::new(), text: "read /etc/hosts".into() });
    let id = end(&world, open).await;
    let browser = world.signed_in("otto").await;
    let outline: Outline = ask(&browser, id, "outline").await;
    assert!(!outline.screen);
    assert_eq!(outline.marks.iter().map(|mark| mark.words()).collect::<Vec<_>>(), ["file: read /etc/hosts"]);
    let whole = browser.get(&format!("/recordings/{id}/bytes?from=0&to={}", outline.bytes)).await.text();
    let mut player = Player::new("uma".into(), Moment(0));
    let drawn = whole
        .lines()
        .filter_map(|line| player.line(line))
        .any(|played| matches!(played.what, What::Output(_)));
    assert!(!drawn);
    assert_eq!(ask::<Sizes>(&browser, id, "sizes").await, Sizes::new());
}
