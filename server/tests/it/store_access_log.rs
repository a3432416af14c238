//! The access log in the store: its pages, its filters, its reach, and who watched.

use std::collections::HashSet;

use hub::{Opening, Scope, Scopes, See, Viewer, permit, reach};
use server::audit::{Action, Event};
use server::store::{LogFilter, LogPlace, LogState, SessionRow, Store, User};
use sqlx::{AnyConnection, Connection, Row};
use wire::{End, EndReason, Millis, SessionId, SessionType};

use crate::database::{Database, on_both};
use crate::people::{account, opening, user};

on_both!(
    pages_hold_every_session_once_while_others_open,
    a_filter_lets_through_what_it_says,
    filters_narrow_each_other,
    nobody_reads_what_they_may_not_see,
    owners_of_very_many_accounts_read_all_of_them,
    who_watched_is_known_once_each,
    who_watched_before_there_was_a_log_is_known,
);

/// Reads everything.
fn all_seeing() -> Viewer {
    Viewer::command_line()
}

fn viewer(user: &User, see: Scope, owned: &[wire::AccountId]) -> Viewer {
    Viewer {
        user_id: Some(user.id),
        name: user.name.clone(),
        full_name: String::new(),
        scopes: Scopes { see, ..Scopes::default() },
        owned: owned.iter().copied().collect(),
    }
}

async fn read(store: &Store, viewer: &Viewer, filter: &LogFilter) -> Vec<SessionRow> {
    store.access_log(&reach(viewer), filter, None, 10_000).await.expect("read")
}

async fn found(store: &Store, filter: &LogFilter) -> Vec<SessionId> {
    ids(&read(store, &all_seeing(), filter).await)
}

fn ids(rows: &[SessionRow]) -> Vec<SessionId> {
    rows.iter().map(|row| row.session.id).collect()
}

async fn write(store: &Store, mut opening: Opening, at: i64, change: impl FnOnce(&mut Opening)) -> SessionId {
    opening.session.started_at = Millis(at);
    change(&mut opening);
    store.insert_session(&opening, false).await.expect("written");
    opening.session.id
}

async fn end(store: &Store, id: SessionId, at: i64) {
    store.write_batch(&[(id, End::new(EndReason::Closed, Millis(at)))], &[]).await.expect("written");
}

async fn pages_hold_every_session_once_while_others_open(db: Database) {
    let store = &db.store;
    let ann = user(store, "ann").await;
    let mut written = Vec::new();
    for nth in 0..23_i64 {
        // Several begin in the same millisecond.
        written.push(write(store, opening(&ann, None), 1_000 + nth / 4, |_| {}).await);
    }
    let whole = found(store, &LogFilter::default()).await;
    assert_eq!(whole.iter().collect::<HashSet<_>>(), written.iter().collect());
    let mut paged: Vec<SessionRow> = Vec::new();
    loop {
        let before = paged.last().map(LogPlace::of);
        let page =
            store.access_log(&reach(&all_seeing()), &LogFilter::default(), before, 5).await.expect("read");
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 5);
        paged.extend(page);
        write(store, opening(&ann, None), 5_000, |_| {}).await;
    }
    assert_eq!(ids(&paged), whole, "each once, in order, and none that came meanwhile");
    assert!(paged.is_sorted_by(|a, b| LogPlace::of(a) > LogPlace::of(b)));
}

async fn a_filter_lets_through_what_it_says(db: Database) {
    let store = &db.store;
    let (ann, bob) = (user(store, "Ann").await, user(store, "bob").await);
    let root = account(store, "root", "db-1").await;
    let root_2 = account(store, "root", "Db-2").await;
    let odd = account(store, "svc@corp", "db-1").await;
    let a = write(store, opening(&ann, Some(&root)), 1_000, |_| {}).await;
    let b = write(store, opening(&bob, Some(&root_2)), 2_000, |_| {}).await;
    let c = write(store, opening(&bob, Some(&odd)), 3_000, |opening| {
        opening.session.kind = SessionType::Pam;
    })
    .await;
    let d = write(store, opening(&ann, None), 4_000, |_| {}).await;
    end(store, b, 2_500).await;
    end(store, d, 4_500).await;
    type Change = fn(&mut LogFilter);
    let cases: [(Change, &[SessionId]); 18] = [
        (|_| {}, &[d, c, b, a]),
        (|filter| filter.user = "ann".into(), &[d, a]),
        (|filter| filter.user = "BOB".into(), &[c, b]),
        (|filter| filter.user = "nobody".into(), &[]),
        (|filter| filter.kind = Some(SessionType::PamSsh), &[b, a]),
        (|filter| filter.kind = Some(SessionType::Esso), &[]),
        (|filter| filter.account = "root".into(), &[b, a]),
        (|filter| filter.account = "root@db-1".into(), &[a]),
        (|filter| filter.account = "root@DB-2".into(), &[b]),
        (|filter| filter.account = "svc@corp".into(), &[c]),
        (|filter| filter.account = "svc@corp@db-1".into(), &[c]),
        (|filter| filter.account = "root' OR '1'='1".into(), &[]),
        (|filter| filter.agent = "db-2".into(), &[b]),
        (|filter| filter.agent = "DB-1".into(), &[c, a]),
        (|filter| filter.state = LogState::Open, &[c, a]),
        (|filter| filter.state = LogState::Ended, &[d, b]),
        (|filter| filter.from = Some(Millis(3_000)), &[d, c]),
        (|filter| filter.until = Some(Millis(3_000)), &[b, a]),
    ];
    for (change, expected) in cases {
        let mut filter = LogFilter::default();
        change(&mut filter);
        assert_eq!(found(store, &filter).await, expected, "{filter:?}");
    }
}

async fn filters_narrow_each_other(db: Database) {
    let store = &db.store;
    let (ann, bob) = (user(store, "ann").await, user(store, "bob").await);
    let accounts = [account(store, "root", "db-1").await, account(store, "deploy", "db-2").await];
    for nth in 0..64_i64 {
        let who = if nth % 2 == 0 { &ann } else { &bob };
        let on = accounts.get(usize::try_from(nth / 2 % 3).expect("small"));
        let id = write(store, opening(who, on), 1_000 + nth / 2, |opening| {
            if nth % 5 == 0 {
                opening.session.kind = SessionType::Pam;
            }
        })
        .await;
        if nth % 3 == 0 {
            end(store, id, 2_000).await;
        }
    }
    let everything = read(store, &all_seeing(), &LogFilter::default()).await;
    assert_eq!(everything.len(), 64);
    for bits in 0..128_u32 {
        let on = |bit: u32| bits & (1 << bit) != 0;
        let given = |bit, text: &str| if on(bit) { text.to_owned() } else { String::new() };
        let filter = LogFilter {
            user: given(0, "ann"),
            kind: on(1).then_some(SessionType::PamSsh),
            account: given(2, "root"),
            agent: given(3, "db-1"),
            state: if on(4) { LogState::Open } else { LogState::All },
            from: on(5).then_some(Millis(1_008)),
            until: on(6).then_some(Millis(1_020)),
        };
        let expected: Vec<SessionId> = everything
            .iter()
            .filter(|row| {
                let session = &row.session;
                (filter.user.is_empty() || session.user == filter.user)
                    && filter.kind.is_none_or(|kind| session.kind == kind)
                    && (filter.account.is_empty() || session.account_name == filter.account)
                    && (filter.agent.is_empty() || session.agent.as_deref() == Some(&filter.agent))
                    && (filter.state == LogState::All || row.ended.is_none())
                    && filter.from.is_none_or(|from| session.started_at >= from)
                    && filter.until.is_none_or(|until| session.started_at < until)
            })
            .map(|row| row.session.id)
            .collect();
        assert_eq!(found(store, &filter).await, expected, "{filter:?}");
        let me = viewer(&bob, Scope::Own, &[accounts[0].id]);
        let mine: HashSet<SessionId> = everything
            .iter()
            .filter(|row| permit::<See>(&me, &row.facts).is_ok())
            .map(|row| row.session.id)
            .collect();
        let expected: Vec<SessionId> = expected.into_iter().filter(|id| mine.contains(id)).collect();
        assert_eq!(ids(&read(store, &me, &filter).await), expected, "own: {filter:?}");
    }
}

async fn nobody_reads_what_they_may_not_see(db: Database) {
    let store = &db.store;
    let people = [user(store, "ann").await, user(store, "bob").await, user(store, "cem").await];
    let accounts = [
        account(store, "root", "db-1").await,
        account(store, "root", "db-2").await,
        account(store, "app", "db-2").await,
    ];
    for nth in 0..48_i64 {
        let pick = |n: i64| usize::try_from(n).expect("small");
        // Every person on every account and on none.
        let on = accounts.get(pick(nth / 3 % 4));
        write(store, opening(&people[pick(nth % 3)], on), 1_000 + nth / 2, |_| {}).await;
    }
    let everything = read(store, &all_seeing(), &LogFilter::default()).await;
    assert_eq!(everything.len(), 48);
    for person in &people {
        for scope in [Scope::None, Scope::Own, Scope::All] {
            for owned in 0..8_usize {
                let owned: Vec<_> =
                    (0..3).filter(|bit| owned & (1 << bit) != 0).map(|bit| accounts[bit].id).collect();
                let viewer = viewer(person, scope, &owned);
                let seen: Vec<_> = everything
                    .iter()
                    .filter(|row| permit::<See>(&viewer, &row.facts).is_ok())
                    .cloned()
                    .collect();
                let read = read(store, &viewer, &LogFilter::default()).await;
                assert_eq!(ids(&read), ids(&seen), "{} {scope:?} {owned:?}", person.name);
                let before = seen.get(6).map(LogPlace::of);
                let page =
                    store.access_log(&reach(&viewer), &LogFilter::default(), before, 4).await.expect("read");
                let start = if before.is_some() { 7 } else { 0 };
                let rest: Vec<_> = seen.iter().skip(start).take(4).cloned().collect();
                assert_eq!(ids(&page), ids(&rest), "{} {scope:?} {owned:?}", person.name);
            }
        }
    }
    let nobody = Viewer { user_id: None, ..viewer(&people[0], Scope::Own, &[]) };
    assert!(read(store, &nobody, &LogFilter::default()).await.is_empty());
}

async fn owners_of_very_many_accounts_read_all_of_them(db: Database) {
    let store = &db.store;
    let (ann, bob) = (user(store, "ann").await, user(store, "bob").await);
    let mut owned = Vec::new();
    for nth in 0..120_i64 {
        let account = account(store, &format!("login-{nth}"), "db-1").await;
        write(store, opening(if nth % 7 == 0 { &ann } else { &bob }, Some(&account)), 1_000 + nth, |_| {})
            .await;
        owned.push(account.id);
    }
    let ann = viewer(&ann, Scope::Own, &owned);
    let whole = found(store, &LogFilter::default()).await;
    assert_eq!(ids(&read(store, &ann, &LogFilter::default()).await), whole);
    let page = store.access_log(&reach(&ann), &LogFilter::default(), None, 7).await.expect("read");
    assert_eq!(ids(&page), whole[..7]);
}

async fn who_watched_is_known_once_each(db: Database) {
    let store = &db.store;
    let (one, two) = (SessionId::generate(), SessionId::generate());
    let watched = |who: &str, session, at| {
        let mut event = Event::new(Action::Watched, who).session(session);
        event.at = Millis(at);
        event
    };
    let events = [
        watched("zoe", one, 1_000),
        watched("ann", one, 2_000),
        watched("zoe", one, 3_000),
        watched("ann", two, 4_000),
        Event::new(Action::Terminated, "bob").session(one),
        Event::new(Action::Watched, "bob"),
    ];
    for _ in 0..2 {
        store.write_batch(&[], &events).await.expect("written");
    }
    let names = store.watched_by([one, two, SessionId::generate()].into_iter()).await.expect("read");
    assert_eq!(names.len(), 2);
    assert_eq!((names[&one].join(" "), names[&two].join(" ")), ("ann zoe".into(), "ann".into()));
    assert!(store.watched_by(std::iter::empty()).await.expect("read").is_empty());
}

async fn who_watched_before_there_was_a_log_is_known(db: Database) {
    let session = SessionId::generate();
    let events = ["ann", "bob", "ann"].map(|who| Event::new(Action::Watched, who).session(session));
    db.store.write_batch(&[], &events).await.expect("written");
    // Back to the tables of the build before.
    let mut connection = AnyConnection::connect(&db.url).await.expect("connected");
    for undo in [
        "DROP INDEX sessions_by_source",
        "DROP INDEX sessions_by_reported_user",
        "ALTER TABLE sessions DROP COLUMN source_id",
        "ALTER TABLE sessions DROP COLUMN source_key",
        "ALTER TABLE sessions DROP COLUMN lease_seconds",
        "ALTER TABLE sessions DROP COLUMN end_state",
        "ALTER TABLE sessions DROP COLUMN end_answer",
        "DROP TABLE agent_tokens",
        "DROP TABLE scram_verifiers",
        "DROP TABLE views",
        "DROP TABLE oidc_tokens",
        "DROP TABLE oidc_codes",
        "DROP TABLE oidc_logouts",
        "DROP TABLE oidc_sign_ins",
        "DROP TABLE oidc_keys",
        "DROP TABLE application_sign_ins",
        "DROP TABLE application_addresses",
        "DROP TABLE applications",
        "DROP TABLE session_watches",
        "DROP INDEX sessions_by_agent",
        "DROP INDEX sessions_by_login",
        "DROP INDEX sessions_by_login_on_agent",
        "DROP INDEX sessions_open_by_start",
        "ALTER TABLE accounts DROP COLUMN record_keys",
        "ALTER TABLE accounts DROP COLUMN clipboard",
        "ALTER TABLE accounts DROP COLUMN recording",
        "ALTER TABLE sessions DROP COLUMN recorded",
        "DELETE FROM _sqlx_migrations WHERE version >= 3",
    ] {
        sqlx::query(undo).execute(&mut connection).await.expect("undone");
    }
    connection.close().await.expect("closed");
    let store = Store::open(&db.url).await.expect("brought up to date");
    let names = store.watched_by([session].into_iter()).await.expect("read");
    assert_eq!(names[&session], ["ann", "bob"]);
}

/// Each filter has an index that yields its rows in their order; a plan that sorts or reads the table
/// would be slow in a log of millions.
#[tokio::test]
async fn no_filter_reads_more_than_its_index() {
    let db = Database::sqlite().await;
    let mut connection = AnyConnection::connect(&db.url).await.expect("connected");
    for (tests, index) in [
        ("", "sessions_by_start"),
        ("WHERE user_id = ''", "sessions_by_user (user_id=?)"),
        ("WHERE account_id = ''", "sessions_by_account (account_id=?)"),
        ("WHERE type = ''", "sessions_by_type (type=?)"),
        ("WHERE agent = ''", "sessions_by_agent (agent=?)"),
        ("WHERE account_name = ''", "sessions_by_login (account_name=?)"),
        ("WHERE agent = '' AND account_name = ''", "sessions_by_login_on_agent (agent=? AND account_name=?)"),
        (
            "WHERE user_id = '' AND COALESCE(type, '') = '' AND (started_at, id) < (1, '')",
            "sessions_by_user (user_id=? AND (started_at,id)<(?,?))",
        ),
        ("WHERE ended_at IS NULL", "sessions_open_by_start"),
        ("WHERE started_at >= 1 AND started_at < 2", "sessions_by_start (started_at>? AND started_at<?)"),
    ] {
        let sql = format!(
            "EXPLAIN QUERY PLAN SELECT started_at, id FROM sessions {tests} ORDER BY started_at DESC, id DESC LIMIT 9"
        );
        let plan = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("a plan");
        let steps: Vec<String> = plan.iter().map(|row| row.try_get("detail").expect("a step")).collect();
        assert_eq!(steps.len(), 1, "{tests}: {steps:?}");
        assert!(steps[0].ends_with(&format!("INDEX {index}")), "{tests}: {steps:?}");
    }
    connection.close().await.expect("closed");
}
