//! What a running server does beside its web and its gateway: sign-ins, ends, changes, shutdown.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use server::audit::{Action, Event};
use server::auth::{Door, Outcome};
use server::config::{Config, Listen};
use server::crypto::passwords;
use server::serve::{Running, start};
use server::services::Services;
use server::store::{AuditFilter, NewUser, User};
use wire::{EndReason, SessionId, SessionType};

use crate::people::{account, opening};
use crate::program::Program;

const PASSWORD: &str = "correct horse battery";
const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7));
const PATIENCE: Duration = Duration::from_secs(10);

async fn started(program: &Program) -> Running {
    let mut config = Config::defaults(&program.data());
    config.web_addr = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    config.ssh_addr = config.web_addr;
    config.pg_addr = Listen::At(config.web_addr);
    start(config).await.expect("started")
}

async fn ann(services: &Services) -> User {
    let new = NewUser {
        name: "ann".into(),
        full_name: "Ann Lee".into(),
        role: "operator".into(),
        password_hash: passwords::hash(PASSWORD).expect("hashed"),
        ..NewUser::default()
    };
    services.store.add_user(new, Event::by_command_line(Action::UserAdded)).await.expect("added")
}

/// The end of a session's row, as soon as it is written.
async fn ended(services: &Services, id: SessionId) -> wire::End {
    let look = async {
        loop {
            let row = services.store.session(id).await.expect("read").expect("there");
            if let Some(end) = row.ended {
                return end;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, look).await.expect("it ends")
}

async fn actions(services: &Services) -> Vec<String> {
    services
        .store
        .audit_page(&AuditFilter::default(), None, 100)
        .await
        .expect("read")
        .into_iter()
        .rev()
        .map(|event| event.action)
        .collect()
}

#[tokio::test]
async fn a_sign_in_is_a_console_session_until_the_sign_out() {
    let program = Program::new();
    let running = started(&program).await;
    let services = Arc::clone(&running.services);
    let ann = ann(&services).await;
    let cookie = services.console.sign_in(&ann, HOME).await.expect("signed in");
    let mut signed = services.console.signed_in(&cookie, HOME).await.expect("read").expect("signed in");
    assert_eq!((signed.known.viewer.name.as_str(), signed.known.role.as_str()), ("ann", "operator"));

    let row = services.store.session(signed.session).await.expect("read").expect("there").session;
    assert_eq!(row.kind, SessionType::Console);
    assert_eq!(
        (row.user.as_str(), row.account_name.as_str(), row.device.as_str()),
        ("ann", "ann", "192.0.2.7")
    );
    assert_eq!((row.port, row.client), (running.web_addr.port(), row.node));
    assert_eq!(row.service_url, format!("http://{}", running.web_addr));
    assert_eq!((row.service_provider.as_str(), row.agent), ("Sightline console", None));

    assert!(services.console.signed_in("nonsense", HOME).await.expect("read").is_none());
    services.console.sign_out(&cookie).await.expect("signed out");
    let end = signed.ended.wait_for(Option::is_some).await.expect("told").clone().expect("ended");
    assert_eq!(end.reason, EndReason::SignedOut);
    assert!(services.console.signed_in(&cookie, HOME).await.expect("read").is_none());
    assert_eq!(ended(&services, signed.session).await.reason, EndReason::SignedOut);
    running.stop().await;
}

#[tokio::test]
async fn terminating_a_console_session_signs_out_at_once() {
    let program = Program::new();
    let running = started(&program).await;
    let services = Arc::clone(&running.services);
    let ann = ann(&services).await;
    let cookie = services.console.sign_in(&ann, HOME).await.expect("signed in");
    let mut signed = services.console.signed_in(&cookie, HOME).await.expect("read").expect("signed in");
    let id = signed.session;
    let line = format!("session terminate {id} --reason 'on holiday'");
    let program = Arc::new(program);
    let shared = Arc::clone(&program);
    let done = tokio::task::spawn_blocking(move || shared.run(&line)).await.expect("it ran");
    assert_eq!((done.status, done.out), (0, format!("terminated session {id}\n")), "{}", done.err);
    let end = signed.ended.wait_for(Option::is_some).await.expect("told").clone().expect("ended");
    assert_eq!((end.reason, end.note.as_deref()), (EndReason::Terminated, Some("on holiday")));
    assert!(services.console.signed_in(&cookie, HOME).await.expect("read").is_none());
    let row = ended(&services, id).await;
    assert_eq!((row.by.as_deref(), row.note.as_deref()), (Some("command line"), Some("on holiday")));

    let shared = Arc::clone(&program);
    let line = format!("session terminate {id} --reason again");
    let again = tokio::task::spawn_blocking(move || shared.run(&line)).await.expect("it ran");
    assert!(again.status == 1 && again.err.contains("has ended already: terminated"), "{again:?}");
    running.stop().await;
    let running = started(&program).await;
    assert!(running.services.console.signed_in(&cookie, HOME).await.expect("read").is_none());
    assert!(actions(&running.services).await.contains(&"terminated".to_owned()));
    running.stop().await;
}

#[tokio::test]
async fn a_restart_signs_nobody_out() {
    let program = Program::new();
    let running = started(&program).await;
    let ann = ann(&running.services).await;
    let cookie = running.services.console.sign_in(&ann, HOME).await.expect("signed in");
    let before = running.services.console.signed_in(&cookie, HOME).await.expect("read").expect("signed in");
    running.stop().await;

    let running = started(&program).await;
    let services = &running.services;
    assert_eq!(ended(services, before.session).await.reason, EndReason::NodeLost);
    let (one, other) =
        tokio::join!(services.console.signed_in(&cookie, HOME), services.console.signed_in(&cookie, HOME));
    let (one, other) = (one.expect("read").expect("signed in"), other.expect("read").expect("signed in"));
    assert_eq!(one.session, other.session, "one new session for all of a page's requests");
    assert_ne!(one.session, before.session);
    assert_eq!(one.expires_at, before.expires_at, "a restart makes no sign-in longer");
    assert_eq!(services.store.open_sessions().await.expect("read").len(), 1);
    running.stop().await;
}

#[tokio::test]
async fn a_disabled_user_is_out_everywhere() {
    let program = Program::new();
    let running = started(&program).await;
    let services = Arc::clone(&running.services);
    let ann = ann(&services).await;
    let root = account(&services.store, "root", "db-1").await;
    let cookie = services.console.sign_in(&ann, HOME).await.expect("signed in");
    let mut opening = opening(&ann, Some(&root));
    opening.session.node = services.config.node.clone();
    let guard = services.hub.open(opening).await.expect("open");
    let mut directory = services.directory.clone();
    directory.mark_unchanged();

    services.store.disable_user("ann", Event::by_command_line(Action::UserDisabled)).await.expect("disabled");
    let terminated = tokio::time::timeout(PATIENCE, guard.terminated()).await.expect("it ends");
    assert_eq!(
        (terminated.by.as_str(), terminated.reason.as_str()),
        ("command line", "the user was disabled")
    );
    tokio::time::timeout(PATIENCE, directory.changed()).await.expect("told").expect("running");
    assert!(services.auth.viewer(ann.id).await.expect("read").is_none());
    assert!(services.console.signed_in(&cookie, HOME).await.expect("read").is_none());
    assert_eq!(ended(&services, guard.id()).await.reason, EndReason::Terminated);
    let answer = services.auth.password("ann", PASSWORD, HOME, Door::Web).await.expect("answered");
    assert!(matches!(answer, Outcome::Disabled), "{answer:?}");
    running.stop().await;
}

#[tokio::test]
async fn stopping_writes_every_end() {
    let program = Program::new();
    let running = started(&program).await;
    let services = Arc::clone(&running.services);
    let ann = ann(&services).await;
    let root = account(&services.store, "root", "db-1").await;
    let mut guards = Vec::new();
    for n in 0..50 {
        let mut opening = opening(&ann, Some(&root));
        opening.session.node = services.config.node.clone();
        let guard = services.hub.open(opening).await.expect("open");
        if n % 2 == 0 {
            guards.push(guard);
        }
    }
    services.journal.note(Event::new(Action::Exported, "ann").detail("1 row"));
    running.stop().await;
    drop(guards);
    assert_eq!(program.ok("session list", "").lines().count(), 1, "only the titles");

    let running = started(&program).await;
    assert!(actions(&running.services).await.contains(&"exported".to_owned()));
    running.stop().await;
}

#[tokio::test]
async fn guesses_are_slowed_down_and_written_down() {
    let program = Program::new();
    let running = started(&program).await;
    let services = &running.services;
    ann(services).await;
    let attempt = async |user: &str, password: &str, from: IpAddr| {
        services.auth.password(user, password, from, Door::Web).await.expect("answered")
    };
    assert!(matches!(attempt("ANN", PASSWORD, HOME).await, Outcome::Accepted(user) if user.name == "ann"));
    for _ in 0..6 {
        assert!(matches!(attempt("ann", "wrong", HOME).await, Outcome::Wrong));
    }
    // From anywhere, with the right password, over SSH: not looked at.
    let elsewhere = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1));
    assert!(matches!(attempt("Ann", PASSWORD, elsewhere).await, Outcome::Throttled(_)));
    assert!(matches!(attempt("nobody", PASSWORD, elsewhere).await, Outcome::Wrong));
    let services = Arc::clone(services);
    running.stop().await;
    drop(services);

    let running = started(&program).await;
    let all = actions(&running.services).await;
    let count = |action: &str| all.iter().filter(|written| *written == action).count();
    assert_eq!((count("sign-in"), count("sign-in failed"), count("sign-in throttled")), (1, 7, 1));
    running.stop().await;
}

#[tokio::test]
async fn the_set_up_link_works_once() {
    let program = Program::new();
    let running = started(&program).await;
    let link = running.set_up_link.clone().expect("no user yet");
    let token = link.split("token=").nth(1).expect("a token");
    let set_up = &running.services.set_up;
    assert!(!set_up.is_valid("guess") && set_up.is_valid(token));
    assert!(set_up.complete(token, "a b", "", PASSWORD, HOME).await.is_err());
    assert!(set_up.complete(token, "ann", "", "short", HOME).await.is_err());
    assert!(set_up.is_valid(token), "what was mistyped uses nothing up");
    let made = set_up.complete(token, "ann", "Ann Lee", PASSWORD, HOME).await.expect("made");
    assert_eq!(made.role, "admin");
    assert!(!set_up.is_valid(token));
    assert!(set_up.complete(token, "bob", "", PASSWORD, HOME).await.is_err());
    running.stop().await;
    let running = started(&program).await;
    assert_eq!(running.set_up_link, None);
    running.stop().await;
}
