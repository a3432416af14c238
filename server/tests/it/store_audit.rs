//! The audit's chain and its pages.

use server::audit::{Action, Event};
use server::store::{AuditFault, AuditFilter, AuditHead, AuditRow, Store};
use sqlx::{AnyConnection, Connection};
use wire::{Millis, SessionId};

use crate::database::{Database, on_both};

on_both!(
    a_whole_chain_is_whole_and_grows,
    another_past_is_not_the_one_that_was_noted,
    whatever_is_changed_is_named,
    what_is_taken_away_or_added_is_named,
    many_writers_make_one_chain,
    pages_follow_one_another,
    a_filter_lets_through_what_it_says,
);

/// Writes events by `ann` with these subjects.
async fn write(store: &Store, subjects: &[&str]) {
    let events: Vec<Event> = subjects
        .iter()
        .map(|subject| {
            let event = Event::new(Action::Watched, "ann").on(*subject).session(SessionId::generate());
            event.from("192.0.2.7".parse().expect("an address")).detail("7 s")
        })
        .collect();
    store.write_batch(&[], &events).await.expect("written");
}

async fn all(store: &Store, filter: &AuditFilter) -> Vec<AuditRow> {
    store.audit_page(filter, None, 1000).await.expect("read")
}

/// Does to the database what nobody should.
async fn tamper(db: &Database, sql: String) {
    let mut connection = AnyConnection::connect(&db.url).await.expect("connected");
    let changed = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.expect("done");
    assert_eq!(changed.rows_affected(), 1);
    connection.close().await.expect("closed");
}

async fn check(db: &Database) -> Result<i64, AuditFault> {
    db.store.check_audit(None).await.expect("read").map(|head| head.events)
}

async fn a_whole_chain_is_whole_and_grows(db: Database) {
    assert_eq!(check(&db).await, Ok(0));
    write(&db.store, &["one", "two"]).await;
    let head = db.store.check_audit(None).await.expect("read").expect("whole");
    assert_eq!(head.events, 2);
    write(&db.store, &["three"]).await;
    let later = db.store.check_audit(None).await.expect("read").expect("whole");
    assert_eq!(later.events, 3);
    assert_ne!(later.hash, head.hash);
    let noted: AuditHead = head.to_string().parse().expect("a head");
    assert_eq!(db.store.check_audit(Some(&noted)).await.expect("read"), Ok(later));
}

async fn another_past_is_not_the_one_that_was_noted(db: Database) {
    write(&db.store, &["one", "two"]).await;
    let other = AuditHead { events: 1, hash: "0".repeat(64) };
    let found = db.store.check_audit(Some(&other)).await.expect("read");
    assert_eq!(found, Err(AuditFault::Rewritten(1)));
    let longer = AuditHead { events: 3, hash: "0".repeat(64) };
    let found = db.store.check_audit(Some(&longer)).await.expect("read");
    assert_eq!(found, Err(AuditFault::Missing(3)));
}

async fn whatever_is_changed_is_named(db: Database) {
    write(&db.store, &["one", "two", "three"]).await;
    let id = all(&db.store, &AuditFilter::default()).await[1].id.to_string();
    let kept = "CREATE TABLE kept AS SELECT * FROM audit_events WHERE number = 2";
    let mut connection = AnyConnection::connect(&db.url).await.expect("connected");
    sqlx::query(kept).execute(&mut connection).await.expect("kept");
    connection.close().await.expect("closed");
    for (column, other) in [
        ("at", "at + 1"),
        ("actor", "'bob'"),
        ("actor_id", "''"),
        ("action", "'exported'"),
        ("subject", "'twö'"),
        ("session_id", "NULL"),
        ("device", "'192.0.2.8'"),
        ("detail", "'8 s'"),
        ("hash", "CASE substr(hash, 1, 1) WHEN '0' THEN '1' ELSE '0' END || substr(hash, 2)"),
    ] {
        tamper(&db, format!("UPDATE audit_events SET {column} = {other} WHERE number = 2")).await;
        let fault = AuditFault::Changed { number: 2, id: id.clone() };
        assert_eq!(check(&db).await, Err(fault), "{column}");
        let old = format!("(SELECT {column} FROM kept)");
        tamper(&db, format!("UPDATE audit_events SET {column} = {old} WHERE number = 2")).await;
        assert_eq!(check(&db).await, Ok(3), "{column} is as it was");
    }
    let renamed = "UPDATE audit_events SET id = 'x' WHERE number = 2";
    tamper(&db, renamed.into()).await;
    assert_eq!(check(&db).await, Err(AuditFault::Changed { number: 2, id: "x".into() }));
}

async fn what_is_taken_away_or_added_is_named(db: Database) {
    write(&db.store, &["one", "two", "three", "four"]).await;
    tamper(&db, "UPDATE audit_events SET number = 50 WHERE number = 2".into()).await;
    assert_eq!(check(&db).await, Err(AuditFault::Missing(2)));
    tamper(&db, "UPDATE audit_events SET number = -2 WHERE number = 50".into()).await;
    assert_eq!(check(&db).await, Err(AuditFault::Missing(2)));
    tamper(&db, "UPDATE audit_events SET number = 2 WHERE number = -2".into()).await;
    assert_eq!(check(&db).await, Ok(4));
    tamper(&db, "UPDATE meta SET value = 3 WHERE key = 'audit_events'".into()).await;
    assert_eq!(check(&db).await, Err(AuditFault::Added(4)));
    tamper(&db, "UPDATE meta SET value = 4 WHERE key = 'audit_events'".into()).await;
    tamper(&db, "DELETE FROM audit_events WHERE number = 4".into()).await;
    assert_eq!(check(&db).await, Err(AuditFault::Missing(4)));
    // What comes after a hole is written all the same, and the hole stays named.
    write(&db.store, &["five"]).await;
    assert_eq!(check(&db).await, Err(AuditFault::Missing(4)));
    assert_eq!(all(&db.store, &AuditFilter::default()).await[0].number, 5);
}

async fn many_writers_make_one_chain(db: Database) {
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let store = db.store.clone();
        writers.spawn(async move {
            for event in 0..10 {
                write(&store, &[&format!("{writer}.{event}")]).await;
            }
        });
    }
    writers.join_all().await;
    assert_eq!(check(&db).await, Ok(80));
}

async fn pages_follow_one_another(db: Database) {
    let subjects: Vec<String> = (1..=25).map(|n| n.to_string()).collect();
    write(&db.store, &subjects.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut read = Vec::new();
    let mut before = None;
    loop {
        let page = db.store.audit_page(&AuditFilter::default(), before, 10).await.expect("read");
        let Some(last) = page.last() else { break };
        before = Some(last.number);
        read.extend(page.into_iter().map(|row| row.subject));
    }
    read.reverse();
    assert_eq!(read, subjects);
}

async fn a_filter_lets_through_what_it_says(db: Database) {
    let session = SessionId::generate();
    let at = |mut event: Event, at| {
        event.at = Millis(at);
        event
    };
    let events = [
        at(Event::new(Action::SignIn, "ann").on("100% sure"), 1_000),
        at(Event::new(Action::SignIn, "bob").on("1000 sure"), 2_000),
        at(Event::new(Action::Watched, "ann").on("a_b").session(session), 3_000),
        at(Event::new(Action::Watched, "o'hara").on("a!b"), 4_000),
    ];
    db.store.write_batch(&[], &events).await.expect("written");
    let cases: [(AuditFilter, &[i64]); 10] = [
        (AuditFilter::default(), &[4, 3, 2, 1]),
        (AuditFilter { actor: "ann".into(), ..AuditFilter::default() }, &[3, 1]),
        (AuditFilter { actor: "o'hara".into(), ..AuditFilter::default() }, &[4]),
        (AuditFilter { action: "watched".into(), ..AuditFilter::default() }, &[4, 3]),
        (AuditFilter { subject: "0%".into(), ..AuditFilter::default() }, &[1]),
        (AuditFilter { subject: "a_".into(), ..AuditFilter::default() }, &[3]),
        (AuditFilter { subject: "!".into(), ..AuditFilter::default() }, &[4]),
        (AuditFilter { session: Some(session), ..AuditFilter::default() }, &[3]),
        (
            AuditFilter { from: Some(Millis(2_000)), until: Some(Millis(4_000)), ..AuditFilter::default() },
            &[3, 2],
        ),
        (AuditFilter { actor: "ann".into(), from: Some(Millis(2_000)), ..AuditFilter::default() }, &[3]),
    ];
    for (filter, expected) in cases {
        let found: Vec<i64> = all(&db.store, &filter).await.into_iter().map(|row| row.number).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
}
