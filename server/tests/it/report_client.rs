//! The client crate against a server that comes and goes.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use report::Status;
use report::{Answer, Client, Close, Command, Failed, Kind, Open, Queue, Refused, Report, Reporter, Source};

use crate::web_world::World;

const PATIENCE: Duration = Duration::from_secs(30);
/// Room of a queue, in bytes.
const ROOM: u64 = 1 << 20;

/// What a reporter says.
enum Said {
    Told(Answer),
    Asked(Command),
    Failed,
}

struct Program(Mutex<Sender<Said>>);

impl Program {
    fn new() -> (Self, Receiver<Said>) {
        let (sender, receiver) = channel();
        (Self(Mutex::new(sender)), receiver)
    }

    fn say(&self, said: Said) {
        // A test that is over hears no more.
        let _ = self.0.lock().expect("no panic").send(said);
    }
}

impl Source for Program {
    fn told(&self, answer: &Answer) {
        self.say(Said::Told(answer.clone()));
    }

    fn asked(&self, command: &Command) -> Option<Report> {
        self.say(Said::Asked(command.clone()));
        let key = command.key.clone();
        Some(match command.key.as_str() {
            "kept" => Report::Refused(Refused { key, reason: "it prints".into() }),
            _ => Report::Close(Close { key, ended_at: None, reason: None, note: None }),
        })
    }

    fn failed(&self, _: &Failed) {
        self.say(Said::Failed);
    }
}

fn open(key: &str) -> Report {
    Report::Open(Open {
        key: key.into(),
        user: "zoe".into(),
        full_name: None,
        device: "192.0.2.9".parse().expect("an address"),
        client: "ws-12".into(),
        port: 443,
        r#type: Kind::Esso,
        service_url: "https://crm.example".into(),
        account_name: "zoe".into(),
        service_provider: None,
        jump_server_group: None,
        started_at: None,
        lease_seconds: Some(10),
    })
}

fn close(key: &str) -> Report {
    Report::Close(Close { key: key.into(), ended_at: None, reason: None, note: None })
}

/// Runs what blocks where it holds nobody up.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

fn hear(said: &Receiver<Said>, mut wanted: impl FnMut(&Said) -> bool) {
    while !wanted(&said.recv_timeout(PATIENCE).expect("said in time")) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_while_the_server_is_away() {
    let world = World::start().await;
    let token = world.cli(&["agent", "token", "db-1"]);
    let url = format!("http://{}", world.running.web_addr);
    let folder = world.folder.path().join("queue");
    let stopped = world.stop().await;

    let (program, said) = Program::new();
    let client = Client::new(&url, &token);
    let queue = Queue::open(&folder, ROOM).expect("a queue");
    let reporter = Reporter::start(client.clone(), queue, Duration::from_secs(1), program);
    for report in [open("a"), open("b"), close("b")] {
        reporter.report(report).expect("kept");
    }
    aside(move || {
        hear(&said, |said| matches!(said, Said::Failed));
        assert!(!reporter.flush(Duration::from_millis(1)), "nobody is there");
        // The program ends with reports in its queue.
        drop(reporter);
    })
    .await;

    let world = stopped.start().await;
    let (program, _said) = Program::new();
    let queue = Queue::open(&folder, ROOM).expect("a queue");
    let reporter = Reporter::start(client, queue, Duration::from_secs(1), program);
    assert!(aside(move || reporter.flush(PATIENCE)).await, "the server has everything");
    let open = world.services().store.open_sessions().await.expect("read");
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].session.user.as_str(), open[0].session.user_reported), ("zoe", true));
}

#[tokio::test(flavor = "multi_thread")]
async fn heartbeats_keep_a_session_and_commands_are_answered() {
    let world = World::start().await;
    let token = world.cli(&["agent", "token", "db-1"]);
    let client = Client::new(&format!("http://{}", world.running.web_addr), &token);
    let (program, said) = Program::new();
    let queue = Queue::open(&world.folder.path().join("queue"), ROOM).expect("a queue");
    let reporter = Reporter::start(client.clone(), queue, Duration::from_secs(1), program);
    for key in ["kept", "ended"] {
        reporter.report(open(key)).expect("kept");
    }
    let reporter = aside(move || {
        assert!(reporter.flush(PATIENCE));
        reporter
    })
    .await;
    let rows = world.services().store.open_sessions().await.expect("read");
    for row in &rows {
        let id = row.session.id;
        let asked = world.services().store.request_end(id, "command line", "enough").await.expect("asked");
        assert!(asked);
    }
    let said = aside(move || {
        let mut keys = Vec::new();
        hear(&said, |said| {
            if let Said::Asked(command) = said {
                keys.push(command.key.clone());
            }
            keys.len() == 2
        });
        said
    })
    .await;
    // Longer than the lease: only heartbeats keep the one that was not ended.
    let kept = rows.len();
    assert_eq!(kept, 2);
    let mut list = world.services().hub.list();
    assert!(!list.snapshot().is_empty());
    let lease = tokio::time::timeout(Duration::from_secs(12), async {
        loop {
            for event in list.next().await.expect("no lag") {
                if let hub::ListEvent::Ended(_, end) = event {
                    assert_ne!(end.reason, wire::EndReason::SourceLost);
                }
            }
        }
    });
    assert!(lease.await.is_err(), "the list is quiet");
    let open = world.services().store.open_sessions().await.expect("read");
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].session.end_asked, wire::EndAsked::Refused);

    // Ended here behind the program's back: it is told.
    let again = client.clone();
    aside(move || again.send(&[close("kept")])).await.expect("sent");
    aside(move || hear(&said, |said| matches!(said, Said::Told(answer) if answer.status == Status::Ended)))
        .await;
    drop(reporter);
    // A token that is good for nothing any more.
    world.cli(&["agent", "token", "db-1", "--revoke"]);
    let refused = aside(move || client.send(&[close("kept")])).await.expect_err("refused");
    assert!(matches!(refused, Failed::Refused { status: 401, .. }), "{refused}");
}
