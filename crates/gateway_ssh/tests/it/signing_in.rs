//! Signing in to the gateway, and the gateway's own sign-in to targets.

use std::process::Stdio;
use std::time::{Duration, Instant};

use gateway_ssh::Secret;
use russh::MethodKind;
use tokio::process::Command;
use zeroize::Zeroizing;

use crate::support::target::{LOGIN, PASSWORD as TARGET_PASSWORD, Target};
use crate::support::tools::{key, program, public, read, said, text, within};
use crate::support::world::{PASSWORD, World, assert_quick};

/// `ssh` by password, which `sshpass` types.
async fn by_password(world: &World, password: &str, method: &str, command: &str) -> std::process::Output {
    by_password_and_log(world, password, method, command, "ERROR").await
}

async fn by_password_and_log(
    world: &World,
    password: &str,
    method: &str,
    command: &str,
    log: &str,
) -> std::process::Output {
    let mut ssh = Command::new(program("sshpass"));
    ssh.args(["-p", password]).arg(program("ssh")).args(world.options_and_log(log));
    ssh.args(["-o", &format!("PreferredAuthentications={method}"), "-o", "NumberOfPasswordPrompts=1"]);
    ssh.arg(format!("{}@127.0.0.1", world.login())).arg(command).stdin(Stdio::null()).kill_on_drop(true);
    within("ssh", ssh.output()).await.expect("sshpass runs")
}

fn password(text: &str) -> Secret {
    Secret::Password(Zeroizing::new(text.into()))
}

#[tokio::test(flavor = "multi_thread")]
async fn by_key_or_password() {
    let world = World::start().await;
    assert_eq!(said(&world.run("echo hello").await), ("hello\n".into(), String::new(), Some(0)));
    for method in ["password", "keyboard-interactive"] {
        let output = by_password(&world, PASSWORD, method, "echo hello").await;
        assert_eq!(said(&output), ("hello\n".into(), String::new(), Some(0)), "{method}");
    }
    let rows = world.rows.all();
    assert_eq!(rows.len(), 3);
    let session = &rows[0].0.session;
    assert_eq!(session.user, "alice");
    assert_eq!(session.full_name, "Alice Liddell");
    assert_eq!(session.device, "127.0.0.1");
    assert_eq!(session.client, "node-1");
    assert_eq!(session.node, "node-1");
    assert_eq!(session.kind.as_str(), "PAM SSH");
    assert_eq!(session.port, world.address.port());
    assert_eq!(session.service_url, format!("ssh://{}", world.sshd.address));
    assert_eq!(session.service_provider, "The box");
    assert_eq!(session.agent.as_deref(), Some("box"));
    assert_eq!(session.jump_server_group.as_deref(), Some("dmz"));
    assert_eq!(rows[0].0.facts.account, Some(world.account));
    assert_eq!(rows[0].0.facts.user, Some(world.alice));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_refused_after_a_while() {
    let world = World::start().await;
    for method in ["password", "keyboard-interactive"] {
        let started = Instant::now();
        let output = by_password(&world, "wrong", method, "echo hello").await;
        assert_ne!(output.status.code(), Some(0));
        assert!(text(&output.stderr).contains("Permission denied"), "{method}: {:?}", said(&output));
        assert!(started.elapsed() >= Duration::from_secs(1), "{method} is delayed");
    }
    assert!(world.rows.all().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_not_registered_cost_no_time() {
    let world = World::start().await;
    let mut ssh = Command::new(program("sshpass"));
    ssh.args(["-p", PASSWORD]).arg(program("ssh")).args(world.options());
    for number in 0..4 {
        ssh.arg("-i").arg(key(world.folder.path(), &format!("stray_{number}"), "ed25519"));
    }
    ssh.arg(format!("{}@127.0.0.1", world.login())).arg("true").kill_on_drop(true);
    let started = Instant::now();
    let output = within("ssh", ssh.output()).await.expect("sshpass runs");
    assert_eq!(said(&output), (String::new(), String::new(), Some(0)));
    assert_quick(started, Duration::from_secs(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_key_is_refused() {
    let world = World::start().await;
    let stray = key(world.folder.path(), "stray", "ed25519");
    std::fs::copy(&stray, &world.key).expect("another key");
    std::fs::copy(stray.with_extension("pub"), world.key.with_extension("pub")).expect("another key");
    let output = world.run("echo hello").await;
    assert_eq!(output.status.code(), Some(255));
    assert!(text(&output.stderr).contains("Permission denied"), "{:?}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn throttled_and_broken_sign_ins_say_so() {
    let world = World::start().await;
    *world.book.throttled.lock().unwrap() = true;
    for method in ["keyboard-interactive", "password,keyboard-interactive"] {
        let output = by_password_and_log(&world, PASSWORD, method, "echo hello", "INFO").await;
        assert_ne!(output.status.code(), Some(0));
        assert!(
            text(&output.stderr).contains("sightline: too many failed sign-ins, try again later"),
            "{method}: {:?}",
            said(&output)
        );
    }
    *world.book.throttled.lock().unwrap() = false;
    *world.book.broken.lock().unwrap() = Some("no database");
    let output = by_password_and_log(&world, PASSWORD, "keyboard-interactive", "echo hello", "INFO").await;
    assert_ne!(output.status.code(), Some(0));
    assert!(
        text(&output.stderr).contains("sightline: cannot sign anybody in right now"),
        "{:?}",
        said(&output)
    );
    assert!(!text(&output.stderr).contains("database"));
}

#[tokio::test(flavor = "multi_thread")]
async fn targets_are_signed_in_to_by_password_or_question() {
    let world = World::start().await;
    for (agent, method) in
        [("by-password", MethodKind::Password), ("by-question", MethodKind::KeyboardInteractive)]
    {
        let target = Target::start(method).await;
        world.add(LOGIN, agent, target.address, password(TARGET_PASSWORD));
        let output = world.run_as(&format!("alice:{LOGIN}@{agent}"), &["hello"]).await;
        assert_eq!(said(&output), ("hello".into(), String::new(), Some(0)), "{agent}");
        assert_eq!(*target.shown.lock().unwrap(), [TARGET_PASSWORD]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rsa_keys_serve_users_accounts_and_hosts() {
    let world = World::start().await;
    let rsa = key(world.folder.path(), "rsa", "rsa");
    world.book.people.lock().unwrap()[0].keys = vec![public(&rsa)];
    let authorized = world.folder.path().join("authorized_keys");
    std::fs::write(&authorized, public(&rsa) + "\n").expect("keys written");
    // The server shows an Ed25519 key as well: only the pinned type makes this connection good.
    let [_, host_key] = &world.sshd.host_keys;
    world.change("box", |connection| {
        connection.secret = Secret::PrivateKey(Zeroizing::new(read(&rsa)));
        connection.pinned_key = Some(host_key.clone());
        world.book.pinned.lock().unwrap().insert(connection.agent, host_key.clone());
    });
    std::fs::copy(&rsa, &world.key).expect("another key");
    std::fs::copy(rsa.with_extension("pub"), world.key.with_extension("pub")).expect("another key");
    assert_eq!(said(&world.run("echo hello").await), ("hello\n".into(), String::new(), Some(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_never_sees_the_secret_before_its_host_key_is_known() {
    let world = World::start().await;
    let target = Target::start(MethodKind::Password).await;
    world.add(LOGIN, "other", target.address, password(TARGET_PASSWORD));
    world.change("other", |connection| {
        world.book.pinned.lock().unwrap().insert(connection.agent, world.sshd.host_keys[0].clone());
    });
    let output = world.run_as(&format!("alice:{LOGIN}@other"), &["hello"]).await;
    assert_eq!(output.status.code(), Some(255));
    assert!(target.shown.lock().unwrap().is_empty());
}
