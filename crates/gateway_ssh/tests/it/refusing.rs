//! Each way a connection can come to nothing says why in one line and ends with a status.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use gateway_ssh::{Secret, keys};
use russh::MethodKind;
use tokio::net::TcpListener;
use wire::AgentId;
use zeroize::Zeroizing;

use crate::support::pty::Terminal;
use crate::support::sshd::free_address;
use crate::support::target::{LOGIN, Target};
use crate::support::tools::{me, program, said, text, within};
use crate::support::world::{World, assert_quick};

fn password(text: &str) -> Secret {
    Secret::Password(Zeroizing::new(text.into()))
}

/// What a person reads who asks for `account`; the status must be the gateway's own.
async fn reads(world: &World, login: &str) -> String {
    let output = world.run_as(login, &["echo hello"]).await;
    assert_eq!(output.status.code(), Some(255), "{:?}", said(&output));
    assert_eq!(text(&output.stdout), "");
    text(&output.stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_grant_and_no_account_read_alike() {
    let world = World::start().await;
    world.add("hers", "box-2", world.sshd.address, password(""));
    world.book.accounts.lock().unwrap()[1].1.clear();
    for account in ["hers@box-2", "nobody@box-2", "root@nowhere"] {
        let line = format!("sightline: you may not connect to {account}, or there is no such account\n");
        assert_eq!(reads(&world, &format!("alice:{account}")).await, line);
    }
    assert!(world.rows.all().is_empty());
    let refused = world.book.refused.lock().unwrap();
    assert_eq!(refused.len(), 3);
    assert_eq!(refused[0].account, "hers@box-2");
    assert_eq!(refused[0].user.name, "alice");
    assert_eq!(refused[0].from.to_string(), "127.0.0.1");
    assert!(refused[0].reason.starts_with("you may not connect"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_without_an_account_says_which_form_to_use() {
    let world = World::start().await;
    let form = "use alice:LOGIN@AGENT as the user name\n";
    assert_eq!(reads(&world, "alice").await, format!("sightline: name the account: {form}"));
    assert_eq!(reads(&world, "alice:root").await, format!("sightline: cannot read the account: {form}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_written_so_that_they_do_nothing() {
    let world = World::start().await;
    let line = reads(&world, "alice:\u{202e}evil\u{200b}@box").await;
    assert_eq!(
        line,
        "sightline: you may not connect to <U+202E>evil<U+200B>@box, or there is no such account\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_does_not_listen() {
    let world = World::start().await;
    world.add("root", "closed", free_address(), password(""));
    assert_eq!(
        reads(&world, "alice:root@closed").await,
        "sightline: closed refused the connection: connection refused\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_never_answers() {
    let world = World::with(|config| config.target_timeout = Duration::from_secs(2)).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    world.add("root", "silent", listener.local_addr().expect("its address"), password(""));
    let started = Instant::now();
    assert_eq!(
        reads(&world, "alice:root@silent").await,
        "sightline: silent is unreachable: no answer within 2 s\n"
    );
    assert_quick(started, Duration::from_secs(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_no_ssh_server() {
    let world = World::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    world.add("root", "other", listener.local_addr().expect("its address"), password(""));
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let line = reads(&world, "alice:root@other").await;
    assert!(line.starts_with("sightline: other broke the connection off: "), "{line:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_refuses_the_secret() {
    let world = World::start().await;
    for (agent, method) in
        [("by-password", MethodKind::Password), ("by-question", MethodKind::KeyboardInteractive)]
    {
        let target = Target::start(method).await;
        world.add(LOGIN, agent, target.address, password("out of date"));
        let line = format!(
            "sightline: {agent} refused the sign-in of app: its password or key on Sightline may be out of date\n"
        );
        assert_eq!(reads(&world, &format!("alice:app@{agent}")).await, line);
    }
    world.change("box", |connection| {
        connection.secret = Secret::PrivateKey(keys::generate_host_key().expect("a key"));
    });
    let line = reads(&world, &world.login()).await;
    assert!(line.starts_with(&format!("sightline: box refused the sign-in of {}: ", me())), "{line:?}");
    world.change("box", |connection| connection.secret = Secret::PrivateKey(Zeroizing::new("no key".into())));
    let line = reads(&world, &world.login()).await;
    assert!(line.ends_with("cannot be used: this is no private key in OpenSSH or PEM form\n"), "{line:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_key_that_changed_shows_both_fingerprints() {
    let world = World::start().await;
    let private = keys::generate_host_key().expect("a key");
    let other = keys::public_line(&private).expect("its public half");
    world.change("box", |connection| {
        connection.agent = AgentId::generate();
        world.book.pinned.lock().unwrap().insert(connection.agent, other.clone());
    });
    let pinned = keys::fingerprint(&other).expect("a fingerprint");
    let shown = keys::fingerprint(&world.sshd.host_keys[0]).expect("a fingerprint");
    assert_eq!(
        reads(&world, &world.login()).await,
        format!(
            "sightline: the host key of box changed: expected {pinned}, got {shown}; ask an administrator before you connect\n"
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_cannot_be_written_down_does_not_happen() {
    let world = World::start().await;
    *world.rows.full.lock().unwrap() = true;
    assert_eq!(
        reads(&world, &world.login()).await,
        "sightline: the session could not be written down, so it does not take place; ask an administrator\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_fails_after_the_sign_in() {
    let world = World::start().await;
    let mut terminal = Terminal::ssh(&world, "alice", &[]);
    terminal.sees("Ctrl+C leaves: ").await;
    *world.book.broken.lock().unwrap() = Some("no database");
    terminal.types("\r");
    assert_eq!(terminal.exit().await, 255);
    assert!(terminal.seen().ends_with("sightline: cannot look this up right now, ask an administrator\r\n"));
    assert!(!terminal.seen().contains("database"));
}

#[tokio::test(flavor = "multi_thread")]
async fn forwarding_is_refused_and_the_session_goes_on() {
    let world = World::start().await;
    let login = world.login();
    let mut ssh = tokio::process::Command::new(program("ssh"));
    ssh.args(world.options_and_log("INFO")).arg("-i").arg(&world.key);
    ssh.args(["-W", "127.0.0.1:22", &format!("{login}@127.0.0.1")]).kill_on_drop(true);
    let output = within("ssh", ssh.output()).await.expect("ssh runs");
    assert_ne!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("Sightline forwards no ports"), "{:?}", said(&output));
    let remote = format!("{}:127.0.0.1:22", free_address().port());
    for options in [
        ["-R", &remote],
        ["-o", "ForwardAgent=yes"],
        ["-o", "ForwardX11=yes"],
        ["-R", "/tmp/nowhere.sock:127.0.0.1:22"],
    ] {
        let rest: Vec<&str> = options.into_iter().chain(["-q", "echo hello"]).collect();
        assert_eq!(
            said(&world.run_as(&login, &rest).await),
            ("hello\n".into(), String::new(), Some(0)),
            "{options:?}"
        );
    }
    let output = world.run_as(&login, &["-s", "netconf"]).await;
    assert_ne!(output.status.code(), Some(0));
    assert!(text(&output.stderr).contains("subsystem request failed"), "{:?}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subsystem_that_the_target_lacks() {
    let world = World::start().await;
    let target = Target::start(MethodKind::Password).await;
    world.add(LOGIN, "bare", target.address, password(crate::support::target::PASSWORD));
    let output = world.run_as("alice:app@bare", &["-s", "sftp"]).await;
    assert_eq!(output.status.code(), Some(255));
    assert_eq!(text(&output.stderr), "sightline: bare does not start file transfers (SFTP)\n");
    world.quiet().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_harms_nobody() {
    let world = World::with(|config| {
        config.max_unauthenticated = 8;
        config.sign_in_timeout = Duration::from_secs(2);
    })
    .await;
    let rubbish: [&[u8]; 5] = [
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        b"SSH-2.0-x\r\n\xff\xff\xff\xff\xff\xff\xff\xff",
        b"SSH-2.0-x\r\n\0\0\0\x0c\x04\x14\0\0\0\0\0\0\0\0\0\0",
        &[b'A'; 100_000],
    ];
    let address = world.address;
    for bytes in rubbish {
        within(
            "the end of a connection",
            tokio::task::spawn_blocking(move || {
                let mut stream = TcpStream::connect(address).expect("connected");
                stream.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
                // It may be closed in the middle of this.
                let _ = stream.write_all(bytes);
                let mut answer = Vec::new();
                let _ = stream.read_to_end(&mut answer);
            }),
        )
        .await
        .expect("no panic");
    }
    assert_eq!(said(&world.run("echo hello").await).0, "hello\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_sign_in_is_cut_off() {
    let world = World::with(|config| {
        config.max_unauthenticated = 6;
        config.sign_in_timeout = Duration::from_secs(1);
    })
    .await;
    let mut idle: Vec<TcpStream> =
        (0..3).map(|_| TcpStream::connect(world.address).expect("connected")).collect();
    // They hold all places of this address until their time is over.
    let mut one_more = TcpStream::connect(world.address).expect("connected");
    one_more.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
    let mut answer = [0; 64];
    assert_eq!(one_more.read(&mut answer).unwrap_or(0), 0, "closed at once");
    for stream in &mut idle {
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
        let mut greeting = Vec::new();
        stream.read_to_end(&mut greeting).expect("closed in order");
    }
    assert_eq!(said(&world.run("echo hello").await).0, "hello\n");
}
