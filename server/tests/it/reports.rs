//! Reports from the task to the tables, on both databases.

use std::sync::Arc;
use std::time::Duration;

use hub::Hub;
use report::{Answer, Close, CloseReason, Heartbeat, Kind, Open, Refused, Report, Status};
use server::audit::{Action, Event};
use server::journal::Journal;
use server::ports::StoreLedger;
use server::reports::{Asker, Fault, Keeper, Outcome, Reports};
use server::store::{LogFilter, Source, Store};
use tokio_util::sync::CancellationToken;
use wire::{EndAsked, EndReason, SessionId};

use crate::database::{Database, on_both};
use crate::people::{NODE, account, user};

on_both!(
    sessions_are_opened_heard_of_and_closed,
    a_key_names_one_session_for_ever,
    a_batch_is_taken_in_order,
    names_are_linked_to_people_and_accounts,
    a_restart_ends_nothing,
    a_source_refuses_and_is_asked_again,
    a_large_batch_is_written_whole,
    tokens_are_replaced_and_revoked,
);

/// The task with its hub, on a store.
struct Desk {
    hub: Hub,
    reports: Reports,
    stopping: CancellationToken,
    task: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl Desk {
    async fn start(store: &Store) -> Self {
        let (journal, _writer) = Journal::start(store.clone());
        let hub = Hub::new(Arc::new(StoreLedger::new(store.clone(), journal.clone())));
        let (reports, keeper) =
            Keeper::start(store.clone(), hub.clone(), journal, NODE.into()).await.expect("started");
        let stopping = CancellationToken::new();
        let task = tokio::spawn(keeper.run(stopping.clone()));
        Self { hub, reports, stopping, task }
    }

    async fn take(&self, source: &Source, reports: Vec<Report>) -> Vec<Answer> {
        let reports = reports.into_iter().map(Ok).collect();
        self.reports.take(source.clone(), reports).await.expect("taken")
    }

    async fn one(&self, source: &Source, report: Report) -> Answer {
        self.take(source, vec![report]).await.pop().expect("an answer")
    }

    async fn stop(self) {
        self.stopping.cancel();
        self.task.await.expect("no panic").expect("it ends");
    }
}

async fn source(store: &Store, name: &str) -> Source {
    account(store, "root", name).await;
    let agent = store.expect_agent(name).await.expect("there");
    let event = Event::by_command_line(Action::TokenAdded);
    store.set_agent_token(&agent, format!("hash of {name}"), event).await.expect("written");
    store.source_of_token(&format!("hash of {name}")).await.expect("read").expect("there")
}

fn open(key: &str) -> Open {
    Open {
        key: key.into(),
        user: "alice".into(),
        full_name: None,
        device: "192.0.2.7".parse().expect("an address"),
        client: "ws-12".into(),
        port: 443,
        r#type: Kind::Esso,
        service_url: "https://crm.example".into(),
        account_name: "alice".into(),
        service_provider: None,
        jump_server_group: None,
        started_at: None,
        lease_seconds: None,
    }
}

fn heartbeat(key: &str) -> Report {
    Report::Heartbeat(Heartbeat { key: key.into(), last_active_at: None })
}

fn close(key: &str) -> Report {
    Report::Close(Close { key: key.into(), ended_at: None, reason: None, note: None })
}

fn asker() -> Asker {
    Asker { name: "bob".into(), id: None, reason: "enough".into() }
}

async fn sessions_are_opened_heard_of_and_closed(db: Database) {
    let source = source(&db.store, "sso").await;
    let desk = Desk::start(&db.store).await;
    let opened = desk.one(&source, Report::Open(open("k"))).await;
    assert_eq!((opened.status, opened.key.as_deref()), (Status::Opened, Some("k")));
    let id = opened.session.expect("an id");
    let row = db.store.session(id).await.expect("read").expect("written first");
    let listed = desk.hub.session(id).expect("announced");
    assert_eq!(row.session, listed.session);
    assert!(!listed.screen && listed.session.user_reported && !row.screen);
    assert_eq!((listed.session.user.as_str(), listed.session.agent.as_deref()), ("alice", Some("sso")));
    assert_eq!(listed.session.jump_server_group.as_deref(), Some("inner"), "the agent's");
    assert_eq!(desk.one(&source, heartbeat("k")).await.status, Status::Renewed);
    let closed = desk.one(&source, close("k")).await;
    assert_eq!((closed.status, closed.end_reason.as_deref()), (Status::Closed, Some("closed")));
    assert!(desk.hub.session(id).is_none());
    let end = db.store.session(id).await.expect("read").expect("there").ended.expect("ended");
    assert_eq!((end.reason, end.by, end.note), (EndReason::Closed, None, None));
    // Found by a name that nobody has here.
    let filter = LogFilter { user: "alice".into(), ..LogFilter::default() };
    let reach = hub::reach(&hub::Viewer::command_line());
    let log = db.store.access_log(&reach, &filter, None, 10).await.expect("read");
    assert_eq!(log.iter().map(|row| row.session.id).collect::<Vec<_>>(), [id]);
}

async fn a_key_names_one_session_for_ever(db: Database) {
    let source = source(&db.store, "sso").await;
    let other = self::source(&db.store, "crm").await;
    let desk = Desk::start(&db.store).await;
    let id = desk.one(&source, Report::Open(open("k"))).await.session;
    let changed = Open { user: "mallory".into(), ..open("k") };
    let again = desk.one(&source, Report::Open(changed)).await;
    assert_eq!((again.status, again.session), (Status::Known, id));
    assert_eq!(desk.hub.list().snapshot()[0].session.user, "alice", "nothing was changed");
    let elsewhere = desk.one(&other, heartbeat("k")).await;
    assert_eq!((elsewhere.status, elsewhere.field.as_deref()), (Status::Refused, Some("/heartbeat/key")));
    assert_ne!(desk.one(&other, Report::Open(open("k"))).await.session, id);
    for _ in 0..2 {
        let closed = desk.one(&source, close("k")).await;
        assert_eq!((closed.status, closed.session), (Status::Closed, id));
    }
    for report in [Report::Open(open("k")), heartbeat("k")] {
        let ended = desk.one(&source, report).await;
        assert_eq!((ended.status, ended.session), (Status::Ended, id));
        assert_eq!(ended.end_reason.as_deref(), Some("closed"));
    }
    assert_eq!(desk.one(&source, close("never")).await.field.as_deref(), Some("/close/key"));
}

async fn a_batch_is_taken_in_order(db: Database) {
    let source = source(&db.store, "sso").await;
    let desk = Desk::start(&db.store).await;
    let fault = Fault { key: Some("x".into()), field: "/open/port".into(), reason: "no".into() };
    let reason = Some(CloseReason::SignedOut);
    let signed_out =
        Report::Close(Close { key: "a".into(), ended_at: None, reason, note: Some("bye".into()) });
    let reports = vec![
        Ok(heartbeat("a")),
        Ok(Report::Open(open("a"))),
        Err(fault),
        Ok(Report::Open(open("a"))),
        Ok(heartbeat("a")),
        Ok(signed_out),
        Ok(Report::Open(open("a"))),
        Ok(Report::Open(open("b"))),
    ];
    let answers = desk.reports.take(source, reports).await.expect("taken");
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    use Status::{Closed, Ended, Known, Opened, Refused, Renewed};
    assert_eq!(statuses, [Refused, Opened, Refused, Known, Renewed, Closed, Ended, Opened]);
    assert_eq!((answers[2].key.as_deref(), answers[2].field.as_deref()), (Some("x"), Some("/open/port")));
    assert_eq!(answers[6].end_reason.as_deref(), Some("signed out"));
    assert_eq!(desk.hub.open_count(), 1);
    let row = db.store.session(answers[1].session.expect("an id")).await.expect("read").expect("there");
    assert_eq!(row.ended.expect("ended").note.as_deref(), Some("bye"));
}

async fn names_are_linked_to_people_and_accounts(db: Database) {
    let source = source(&db.store, "sso").await;
    let desk = Desk::start(&db.store).await;
    assert!(
        desk.hub
            .session(desk.one(&source, Report::Open(open("before"))).await.session.unwrap())
            .unwrap()
            .session
            .user_reported
    );
    let alice = user(&db.store, "Alice").await;
    let root = db.store.expect_account("root", "sso").await.expect("there");
    let opening = Open { account_name: "root".into(), ..open("after") };
    let id = desk.one(&source, Report::Open(opening)).await.session.expect("an id");
    let listed = desk.hub.session(id).expect("open");
    assert_eq!((listed.facts.user, listed.facts.account), (Some(alice.id), Some(root.id)));
    assert_eq!((listed.session.user.as_str(), listed.session.user_reported), ("Alice", false));
    let row = db.store.session(id).await.expect("read").expect("there");
    assert_eq!((row.facts.user, row.facts.account), (Some(alice.id), Some(root.id)));
}

async fn a_restart_ends_nothing(db: Database) {
    let source = source(&db.store, "sso").await;
    let desk = Desk::start(&db.store).await;
    let id = desk.one(&source, Report::Open(open("k"))).await.session.expect("an id");
    let asked = desk.one(&source, Report::Open(open("asked"))).await.session.expect("an id");
    desk.reports.ask(asked, asker()).await.expect("written").expect("open");
    let before = desk.hub.session(id).expect("open").session;
    desk.stop().await;
    assert_eq!(db.store.end_left_open(NODE).await.expect("written"), 0);

    let desk = Desk::start(&db.store).await;
    assert_eq!(desk.hub.session(id).expect("it goes on").session, before);
    assert_eq!(desk.hub.session(asked).expect("it goes on").session.end_asked, EndAsked::Waiting);
    let commands = desk.reports.commands().next(source.id, 0, tokio::time::Instant::now()).await;
    assert_eq!((commands.len(), commands[0].session, commands[0].by.as_str()), (1, asked, "bob"));
    assert_eq!(desk.one(&source, heartbeat("k")).await.status, Status::Renewed);
    let known = desk.one(&source, Report::Open(open("k"))).await;
    assert_eq!((known.status, known.session), (Status::Known, Some(id)));
    let closed = desk.one(&source, close("asked")).await;
    assert_eq!(closed.end_reason.as_deref(), Some("terminated"));
    let end = db.store.session(asked).await.expect("read").expect("there").ended.expect("ended");
    assert_eq!((end.by.as_deref(), end.note.as_deref()), (Some("bob"), Some("enough")));
}

async fn a_source_refuses_and_is_asked_again(db: Database) {
    let source = source(&db.store, "sso").await;
    let desk = Desk::start(&db.store).await;
    let id = desk.one(&source, Report::Open(open("k"))).await.session.expect("an id");
    let refused = || Report::Refused(Refused { key: "k".into(), reason: "it prints".into() });
    assert_eq!(desk.one(&source, refused()).await.status, Status::Refused, "nobody has asked");
    assert!(desk.reports.ask(SessionId::generate(), asker()).await.expect("read").is_none());
    let mut outcome = desk.reports.ask(id, asker()).await.expect("written").expect("open");
    let mut same = desk.reports.ask(id, asker()).await.expect("written").expect("open");
    assert_eq!(*outcome.borrow(), Outcome::Waiting { late: false });
    let commands = desk.reports.commands().next(source.id, 0, tokio::time::Instant::now()).await;
    assert_eq!((commands.len(), commands[0].key.as_str()), (1, "k"), "asked twice, told once");
    for _ in 0..2 {
        assert_eq!(desk.one(&source, refused()).await.status, Status::Noted);
    }
    for outcome in [&mut outcome, &mut same] {
        let said =
            outcome.wait_for(|outcome| *outcome != Outcome::Waiting { late: false }).await.expect("said");
        assert_eq!(*said, Outcome::Refused("it prints".into()));
    }
    assert_eq!(desk.hub.session(id).expect("open").session.end_asked, EndAsked::Refused);
    let row = db.store.session(id).await.expect("read").expect("there");
    assert_eq!(row.session.end_asked, EndAsked::Refused);
    assert!(desk.reports.commands().next(source.id, 0, tokio::time::Instant::now()).await.is_empty());

    let mut outcome = desk.reports.ask(id, asker()).await.expect("written").expect("open");
    assert_eq!(desk.hub.session(id).expect("open").session.end_asked, EndAsked::Waiting);
    desk.one(&source, close("k")).await;
    let said = outcome.wait_for(|outcome| matches!(outcome, Outcome::Ended(_))).await.expect("said");
    assert!(matches!(&*said, Outcome::Ended(end) if end.by.as_deref() == Some("bob")));
}

async fn a_large_batch_is_written_whole(db: Database) {
    let source = source(&db.store, "sso").await;
    let desk = Desk::start(&db.store).await;
    let mut list = desk.hub.list();
    let keys: Vec<_> = (0..777).map(|n| format!("key {n}")).collect();
    let answers = desk.take(&source, keys.iter().map(|key| Report::Open(open(key))).collect()).await;
    assert!(answers.iter().all(|answer| answer.status == Status::Opened));
    assert_eq!(list.next().await.expect("told").len(), 777, "in one step");
    assert_eq!(db.store.count_open(NODE).await.expect("read"), 777);
    let answers = desk.take(&source, keys.iter().map(|key| close(key)).collect()).await;
    assert!(answers.iter().all(|answer| answer.status == Status::Closed));
    assert_eq!((db.store.count_open(NODE).await.expect("read"), desk.hub.open_count()), (0, 0));
}

async fn tokens_are_replaced_and_revoked(db: Database) {
    let store = &db.store;
    source(store, "sso").await;
    let agent = store.expect_agent("sso").await.expect("there");
    let event = || Event::by_command_line(Action::TokenAdded);
    store.set_agent_token(&agent, "new".into(), event()).await.expect("written");
    assert!(store.source_of_token("hash of sso").await.expect("read").is_none(), "replaced");
    assert_eq!(store.source_of_token("new").await.expect("read").expect("there").name, "sso");
    store.revoke_agent_token(&agent, event()).await.expect("written");
    assert!(store.source_of_token("new").await.expect("read").is_none());
    assert!(store.revoke_agent_token(&agent, event()).await.is_err(), "it has none");
}

/// Real time: the shortest lease there is.
#[tokio::test]
async fn a_silent_session_ends_as_source_lost() {
    let db = Database::sqlite().await;
    let source = source(&db.store, "sso").await;
    let desk = Desk::start(&db.store).await;
    let short = |key| Report::Open(Open { lease_seconds: Some(10), ..open(key) });
    let silent = desk.one(&source, short("silent")).await.session.expect("an id");
    desk.one(&source, Report::Open(open("patient"))).await;
    let mut list = desk.hub.list();
    assert_eq!(list.snapshot().len(), 2);
    let ended = tokio::time::timeout(Duration::from_secs(20), list.next()).await.expect("in time");
    assert!(matches!(&ended.expect("told")[..], [hub::ListEvent::Ended(id, end)]
        if *id == silent && end.reason == EndReason::SourceLost));
    let end = db.store.session(silent).await.expect("read").expect("there").ended.expect("ended");
    assert_eq!(end.reason, EndReason::SourceLost);
    let late = desk.one(&source, heartbeat("silent")).await;
    assert_eq!((late.status, late.end_reason.as_deref()), (Status::Ended, Some("source lost")));
    assert_eq!(desk.hub.open_count(), 1);
}
