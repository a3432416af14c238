//! What goes through a session arrives whole, in order and apart.

use std::process::Stdio;
use std::time::Duration;

use gateway_ssh::Secret;
use russh::keys::PrivateKeyWithHashAlg;
use russh::{ChannelMsg, MethodKind, Sig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroize::Zeroizing;

use crate::support::target::{LOGIN, PASSWORD, Target};
use crate::support::tools::{program, read, said, text, within};
use crate::support::world::World;

/// Lines that `seq` writes here and there: 300 MB.
const LINES: u32 = 34_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn streams_stay_apart_and_the_status_arrives() {
    let world = World::start().await;
    let output = world.run_with("cat; echo problem >&2; exit 7", b"words\nmore".to_vec()).await;
    assert_eq!(said(&output), ("words\nmore".into(), "problem\n".into(), Some(7)));
    world.quiet().await;
    assert_eq!(world.rows.ends()[0].reason, wire::EndReason::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_reads_nothing_ends() {
    let world = World::start().await;
    let output = world.run_with("exit 3", vec![b'x'; 4 << 20]).await;
    assert_eq!(output.status.code(), Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_that_ends_a_command_is_told_as_by_sshd() {
    let world = World::start().await;
    let output = world.run("kill -TERM $$").await;
    assert_eq!(output.status.code(), Some(255), "{:?}", said(&output));
    world.quiet().await;
    assert_eq!(world.rows.ends()[0].reason, wire::EndReason::Closed);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_output_is_complete() {
    let world = World::start().await;
    let command = format!("seq {LINES}");
    let mut through = world.ssh(&world.login(), &[&command]).spawn().expect("ssh starts");
    let mut direct = tokio::process::Command::new(program("seq"))
        .arg(LINES.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("seq starts");
    let mut left = through.stdout.take().expect("a pipe");
    let mut right = direct.stdout.take().expect("a pipe");
    let (mut ours, mut theirs) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    let mut total = 0;
    within("the output", async {
        loop {
            let count = left.read(&mut ours).await.expect("readable");
            if count == 0 {
                break;
            }
            right.read_exact(&mut theirs[..count]).await.expect("as long");
            assert!(ours[..count] == theirs[..count], "different after byte {total}");
            total += count;
        }
        assert_eq!(right.read(&mut theirs).await.expect("readable"), 0, "cut off after byte {total}");
    })
    .await;
    assert!(total > 290_000_000, "{total} bytes");
    assert_eq!(through.wait().await.expect("ssh ran").code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn long_input_is_complete() {
    let world = World::start().await;
    let input: Vec<u8> = (0..10_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let output = world.run_with("wc -c", input.clone()).await;
    assert_eq!(text(&output.stdout).trim(), input.len().to_string());
}

/// Both directions full at once, and a person who reads nothing for a while.
#[tokio::test(flavor = "multi_thread")]
async fn two_full_directions_do_not_wait_for_each_other() {
    let world = World::start().await;
    let input: Vec<u8> = (0..12_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let mut child = world.ssh(&world.login(), &["cat"]).stdin(Stdio::piped()).spawn().expect("ssh starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut stdout = child.stdout.take().expect("a pipe");
    let sent = input.clone();
    let writing = async move {
        stdin.write_all(&sent).await.expect("all taken");
        drop(stdin);
    };
    let reading = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let mut back = Vec::new();
        stdout.read_to_end(&mut back).await.expect("readable");
        back
    };
    let ((), back) = within("the echo", async { tokio::join!(writing, reading) }).await;
    assert!(back == input, "{} bytes came back of {}", back.len(), input.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_that_the_target_takes_arrive() {
    let world = World::start().await;
    let login = world.login();
    let output = world.run_as(&login, &["-o", "SetEnv=GREETING=hi", "echo $GREETING$OTHER"]).await;
    assert_eq!(said(&output), ("hi\n".into(), String::new(), Some(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_without_a_terminal_reads_its_commands() {
    let world = World::start().await;
    let mut child = world.ssh(&world.login(), &["-T"]).stdin(Stdio::piped()).spawn().expect("ssh starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(b"echo from a shell\nexit 4\n").await.expect("taken");
    drop(stdin);
    let output = within("ssh", child.wait_with_output()).await.expect("ssh ran");
    assert!(text(&output.stdout).ends_with("from a shell\n"), "{:?}", said(&output));
    assert!(!text(&output.stdout).contains("Sightline"));
    assert_eq!(output.status.code(), Some(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_there_and_back() {
    let world = World::start().await;
    let folder = world.folder.path();
    let content: Vec<u8> = (0..2_000_000_u32).flat_map(u32::to_le_bytes).collect();
    std::fs::write(folder.join("here"), &content).expect("written");
    let batch = folder.join("batch");
    let path = folder.display();
    std::fs::write(&batch, format!("put {path}/here {path}/there\nget {path}/there {path}/back\n"))
        .expect("written");
    let mut sftp = tokio::process::Command::new(program("sftp"));
    // A host that holds a colon would name a file.
    let user = format!("User={}", world.login());
    sftp.args(world.by_key()).args(["-o", &user]).arg("-b").arg(&batch).arg("127.0.0.1").kill_on_drop(true);
    let output = within("sftp", sftp.output()).await.expect("sftp runs");
    assert_eq!(output.status.code(), Some(0), "{:?}", said(&output));
    assert!(std::fs::read(folder.join("there")).expect("a file") == content);
    assert!(std::fs::read(folder.join("back")).expect("a file") == content);
    assert_eq!(world.rows.all()[0].0.screen, hub::ScreenKind::None);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_shell_or_command_of_one_connection_is_a_session() {
    let world = World::start().await;
    let socket = world.folder.path().join("master");
    let control = format!("ControlPath={}", socket.display());
    let login = world.login();
    let options = ["-o", &control, "-o", "ControlMaster=auto", "-o", "ControlPersist=30"];
    for number in ["1", "2", "3"] {
        let command = format!("echo {number}");
        let rest: Vec<&str> = options.into_iter().chain([command.as_str()]).collect();
        // A master that persists keeps the pipes open: only the words count.
        let mut child = world.ssh(&login, &rest).stderr(Stdio::null()).spawn().expect("ssh starts");
        let mut stdout = child.stdout.take().expect("a pipe");
        let mut word = [0; 2];
        within("the answer", stdout.read_exact(&mut word)).await.expect("an answer");
        assert_eq!(text(&word), format!("{number}\n"));
        within("ssh", child.wait()).await.expect("ssh ran");
    }
    world.quiet().await;
    assert_eq!(world.rows.all().len(), 3);
    let rest: Vec<&str> = options.into_iter().chain(["-O", "exit"]).collect();
    world.run_as(&login, &rest).await;
}

struct Trusting;

impl russh::client::Handler for Trusting {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        _: &russh::keys::PublicKeyOrCertificate,
    ) -> Result<bool, Self::Error> {
        Ok(true)
    }
}

/// `ssh` sends no signals, other clients do; `sshd` passes none on to programs of root.
#[tokio::test(flavor = "multi_thread")]
async fn signals_reach_the_program() {
    let world = World::start().await;
    let config = std::sync::Arc::new(russh::client::Config::default());
    let mut client = russh::client::connect(config, world.address, Trusting).await.expect("connected");
    let key = russh::keys::decode_secret_key(&read(&world.key), None).expect("a key");
    let key = PrivateKeyWithHashAlg::new(std::sync::Arc::new(key), None);
    let target = Target::start(MethodKind::Password).await;
    world.add(LOGIN, "attentive", target.address, Secret::Password(Zeroizing::new(PASSWORD.into())));
    let login = format!("alice:{LOGIN}@attentive");
    assert!(client.authenticate_publickey(login, key).await.expect("answered").success());
    let mut channel = client.channel_open_session().await.expect("a channel");
    channel.exec(true, "wait").await.expect("asked");
    let (mut said, mut status) = (String::new(), None);
    within("the end", async {
        while let Some(message) = channel.wait().await {
            match message {
                ChannelMsg::Data { data } => {
                    said.push_str(&text(&data));
                    if said == "wait" {
                        channel.signal(Sig::USR1).await.expect("sent");
                    }
                }
                ChannelMsg::ExitStatus { exit_status } => status = Some(exit_status),
                _ => {}
            }
        }
    })
    .await;
    assert_eq!((said.as_str(), status), ("waitcaught USR1", Some(5)));
}
