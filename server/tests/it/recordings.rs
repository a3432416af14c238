//! Recordings of real sessions through the real program: what is in them, and what bad days leave.

use std::fs;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use rand::Rng;
use recording::{INDEX, Moment, Player, What, cast_path, index_path};
use wire::SessionId;

use crate::program::{Program, Serving};
use crate::sshd::{Sshd, client, make_key, until};

/// A server, a target and Alice, who may use an account on it.
struct World {
    program: Program,
    sshd: Sshd,
    key: PathBuf,
}

impl World {
    fn new() -> Self {
        let program = Program::new();
        let sshd = Sshd::start(&program.path().join("target"));
        let key = make_key(program.path(), "alice_key");
        program.ok("user add ada --role admin --password-stdin", "correct horse battery\n");
        let public = key.with_extension("pub");
        let line = format!("user add alice --public-key {} --password-stdin", public.display());
        program.ok(&line, "correct horse battery\n");
        program.ok(&format!("agent add db-1 --url {}", sshd.url), "");
        let account = format!("{}@db-1", sshd.login);
        program.ok(&format!("account add {account} --private-key {}", sshd.key.display()), "");
        program.ok(&format!("grant add alice user {account}"), "");
        Self { program, sshd, key }
    }

    fn account(&self) -> String {
        format!("{}@db-1", self.sshd.login)
    }

    fn connect(&self, serving: &Serving, terminal: bool, command: &str) -> Client {
        let mut ssh = client("ssh", self.program.path(), &self.key, address(serving));
        ssh.arg(if terminal { "-tt" } else { "-T" });
        ssh.arg(format!("alice:{}@127.0.0.1", self.account())).arg(command);
        Client::start(ssh)
    }

    /// The recordings that are there, open or closed.
    fn recordings(&self) -> Vec<(SessionId, PathBuf)> {
        let shelf = self.program.data().join("recordings");
        let mut all = Vec::new();
        for folder in fs::read_dir(shelf).into_iter().flatten() {
            let folder = folder.expect("readable").path();
            for file in fs::read_dir(&folder).expect("readable") {
                let path = file.expect("readable").path();
                if path.extension().is_some_and(|ending| ending == INDEX) {
                    let id = path.file_stem().and_then(|name| name.to_str()).expect("an id");
                    all.push((id.parse().expect("an id"), folder.clone()));
                }
            }
        }
        all.sort();
        all
    }

    /// The one recording, when it is closed.
    fn closed(&self) -> (SessionId, PathBuf) {
        let open = self.program.data().join("recordings/open");
        until("the closed recording", || {
            let all = self.recordings();
            all.len() == 1 && all[0].1 != open
        });
        self.recordings().remove(0)
    }
}

fn address(serving: &Serving) -> SocketAddr {
    serving.ssh.trim().strip_prefix("ssh on ").expect("an address").parse().expect("an address")
}

/// An `ssh` that runs, and what came from it so far.
struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: Arc<Mutex<Vec<u8>>>,
    error: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Client {
    fn start(mut command: std::process::Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the client is missing: install openssh-client");
        let (output, error) = (Arc::default(), Arc::default());
        let out = child.stdout.take().expect("piped");
        let err = child.stderr.take().expect("piped");
        let readers = vec![follow(out, Arc::clone(&output)), follow(err, Arc::clone(&error))];
        let input = child.stdin.take();
        Self { child, input, output, error, readers }
    }

    fn types(&mut self, text: &str) {
        self.input.as_mut().expect("open").write_all(text.as_bytes()).expect("it reads");
    }

    fn shows(&self, text: &str) {
        until(text, || self.heard().contains(text));
    }

    /// Waits for its end; what it said on standard error.
    fn ends(&mut self) -> String {
        self.input = None;
        until("the client's end", || self.child.try_wait().expect("a child").is_some());
        // What it wrote last may still be on its way.
        self.readers.drain(..).for_each(|reader| reader.join().expect("it reads"));
        String::from_utf8_lossy(&self.error.lock().unwrap()).into_owned()
    }

    /// Everything that has come so far.
    fn heard(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().unwrap()).into_owned()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn follow(mut from: impl Read + Send + 'static, into: Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut piece = vec![0; 64 << 10];
        while let Ok(count @ 1..) = from.read(&mut piece) {
            into.lock().unwrap().extend_from_slice(&piece[..count]);
        }
    })
}

/// Input with its author.
type Typed = (Option<String>, String);

/// What a recording holds: its output, its input, and the labels of its marks.
fn played(cast: &[u8]) -> (String, Vec<Typed>, Vec<String>) {
    let text = std::str::from_utf8(cast).expect("text");
    let mut player = Player::new("alice".into(), Moment(0));
    let (mut output, mut input, mut marks) = (String::new(), Vec::new(), Vec::new());
    for line in text.lines().skip(1) {
        let Some(played) = player.line(line) else { continue };
        match played.what {
            What::Output(text) => output.push_str(&text),
            What::Input(text) => input.push((played.by, text)),
            What::Marker(label) => marks.push(label),
            _ => {}
        }
    }
    (output, input, marks)
}

fn verified(world: &World, session: SessionId) -> String {
    world.program.ok(&format!("recording verify {session}"), "")
}

#[test]
fn a_session_is_recorded_and_its_password_is_not() {
    let world = World::new();
    let serving = world.program.serve();
    let mut ssh = world.connect(
        &serving,
        true,
        "stty -echo; printf 'Password: '; read x; stty echo; echo; echo ready; cat",
    );
    ssh.shows("Password: ");
    ssh.types("hunter2\r");
    ssh.shows("ready");
    ssh.types("shown\r");
    ssh.shows("shown\r\nshown\r\n");
    ssh.types("\x04");
    ssh.ends();
    let (session, folder) = world.closed();
    let said = verified(&world, session);
    assert!(said.contains("the recording is whole") && said.contains("closed"), "{said}");

    let cast = fs::read(cast_path(&folder, session)).expect("readable");
    let (output, input, _) = played(&cast);
    let heard = ssh.heard();
    assert_eq!(output, heard, "what the owner saw is what was recorded");
    let typed: String = input.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(typed, "•••••••\rshown\r\x04");
    for file in [cast_path(&folder, session), index_path(&folder, session)] {
        let text = fs::read(&file).expect("readable");
        assert!(!text.windows(7).any(|at| at == b"hunter2"), "{}", file.display());
    }

    let exported = world.program.ok(&format!("recording export {session}"), "");
    assert_eq!(exported.as_bytes(), cast.trim_ascii_end());
    let audit = world.program.path().join("copy.cast");
    world.program.ok(&format!("recording export {session} --output {}", audit.display()), "");
    assert_eq!(fs::read(&audit).expect("readable"), cast);

    // One bit, and it is no longer whole.
    let path = cast_path(&folder, session);
    let mut changed = cast;
    let at = changed.len() / 2;
    changed[at] ^= 1;
    fs::write(&path, &changed).expect("written");
    let done = world.program.run(&format!("recording verify {session}"));
    assert_eq!(done.status, 1);
    assert!(done.err.contains("the recording was changed between byte"), "{}", done.err);
    assert_eq!(serving.stop(), 0);
}

#[test]
fn a_command_is_recorded_with_the_hash_of_what_it_moved() {
    let world = World::new();
    let serving = world.program.serve();
    let mut ssh = world.connect(&serving, false, "cat; echo done; exit 7");
    ssh.types("some input\n");
    ssh.ends();
    let (session, folder) = world.closed();
    verified(&world, session);
    let cast = fs::read(cast_path(&folder, session)).expect("readable");
    let (output, input, marks) = played(&cast);
    assert_eq!(output, "some input\r\ndone\r\n");
    assert!(input.is_empty());
    let marks = marks.join("\n");
    assert!(marks.contains("input: 11 bytes, SHA-256 ") && marks.contains("output: 16 bytes"), "{marks}");
    assert!(String::from_utf8_lossy(&cast).contains("\"x\",\"7\""));
    assert_eq!(serving.stop(), 0);
}

#[test]
fn the_rule_of_the_account_decides() {
    let world = World::new();
    world.program.ok(&format!("account set {} --recording off", world.account()), "");
    let serving = world.program.serve();
    world.connect(&serving, false, "true").ends();
    assert!(world.recordings().is_empty());
    assert_eq!(serving.stop(), 0);

    // Where recordings cannot be made there are no sessions that must be recorded.
    world.program.ok(&format!("account set {} --recording required", world.account()), "");
    let open = world.program.data().join("recordings/open");
    fs::remove_dir(&open).expect("empty");
    fs::write(&open, "no folder").expect("written");
    let done = world.program.run("serve --web-addr 127.0.0.1:0 --ssh-addr 127.0.0.1:0");
    assert_eq!(done.status, 1);
    assert!(done.err.contains("recordings/open cannot be made"), "{}", done.err);
    fs::remove_file(&open).expect("there");
    let serving = world.program.serve();
    fs::remove_dir(&open).expect("empty");
    let said = world.connect(&serving, false, "true").ends();
    assert!(said.contains("this session cannot be recorded: its recording cannot be begun"), "{said}");
    world.program.ok(&format!("account set {} --recording wanted", world.account()), "");
    let mut wanted = world.connect(&serving, false, "echo goes on");
    wanted.ends();
    wanted.shows("goes on");
    assert_eq!(serving.stop(), 0);
}

#[test]
fn a_disk_that_is_nearly_full_takes_no_more_sessions() {
    let world = World::new();
    let serving = world.program.serve_with("--recordings-min-free 1000000000");
    let said = world.connect(&serving, false, "true").ends();
    assert!(said.contains("MiB are free for recordings and 1000000000 are needed"), "{said}");
    assert!(world.recordings().is_empty());
    assert_eq!(serving.stop(), 0);
}

#[test]
fn a_full_disk_ends_what_must_be_recorded_and_keeps_what_was() {
    let world = World::new();
    world.program.ok(&format!("account set {} --recording required", world.account()), "");
    // No file of the server may grow beyond that: as a full disk does, it makes every write fail.
    let serving = world.program.serve_within(4096);
    let mut ssh = world.connect(&serving, true, "i=0; while :; do i=$((i+1)); echo line $i of many; done");
    let said = ssh.ends();
    let heard = ssh.heard();
    assert!(
        said.contains("its recording cannot be written any more") || heard.contains("its recording cannot"),
        "{said}"
    );
    assert_eq!(serving.stop(), 0);
    // The next start finds room again, and closes what could not be closed.
    let serving = world.program.serve();
    let (session, folder) = world.closed();
    let (output, ..) = played(&fs::read(cast_path(&folder, session)).expect("readable"));
    assert!(output.len() > 1 << 20, "{} bytes", output.len());
    assert!(heard.starts_with(&output), "what was recorded is what the owner saw first");
    assert!(verified(&world, session).contains("recording lost"));
    assert_eq!(serving.stop(), 0);
}

#[test]
fn recordings_are_kept_as_long_and_as_large_as_wanted() {
    let world = World::new();
    let serving = world.program.serve();
    let mut first = None;
    for _ in 0..2 {
        world.connect(&serving, false, "echo something").ends();
        let open = world.program.data().join("recordings/open");
        let count = if first.is_some() { 2 } else { 1 };
        until("closed", || {
            let all = world.recordings();
            all.len() == count && all.iter().all(|(_, folder)| *folder != open)
        });
        first.get_or_insert_with(|| world.recordings().remove(0));
    }
    assert_eq!(serving.stop(), 0);
    let (session, folder) = first.expect("recorded");
    let month_ago = std::time::SystemTime::now() - Duration::from_secs(30 * 24 * 60 * 60);
    let index = fs::File::options().append(true).open(index_path(&folder, session)).expect("there");
    index.set_modified(month_ago).expect("set");
    let serving = world.program.serve_with("--recordings-days 14");
    until("one is left", || world.recordings().len() == 1);
    assert_ne!(world.recordings()[0].0, session);
    assert_eq!(serving.stop(), 0);
    let serving = world.program.serve_with("--recordings-max 0");
    until("none is left", || world.recordings().is_empty());
    assert_eq!(serving.stop(), 0);
}

/// Killed in the middle of everything, again and again.
#[test]
fn whatever_was_acknowledged_survives_a_kill() {
    const ROUNDS: usize = 50;
    /// What an owner can have had at most that is not in the file: a full tape and one piece more, in bytes.
    const AHEAD: usize = (1 << 20) + (64 << 10);
    let world = World::new();
    let left = world.program.data().join("recordings/open");
    let mut rng = rand::rng();
    let mut known = Vec::new();
    for round in 0..ROUNDS {
        let serving = world.program.serve();
        // One after the other: their ids are in this order.
        let clients: Vec<_> = (0..3)
            .map(|n| {
                let command = format!("i=0; while :; do i=$((i+1)); echo {round}.{n} line $i; [ $((i % 50)) = 0 ] && sleep 0.01; done");
                let client = world.connect(&serving, n != 1, &command);
                client.shows(" line 1");
                client
            })
            .collect();
        let sessions: Vec<_> =
            world.recordings().into_iter().filter(|(_, folder)| *folder == left).map(|(id, _)| id).collect();
        assert_eq!(sessions.len(), clients.len(), "each session has its recording");
        std::thread::sleep(Duration::from_millis(rng.random_range(0..1000)));
        for (client, session) in clients.iter().zip(&sessions) {
            let had = plain(&client.heard()).len();
            until("what the owner had is in the file", || recorded(&left, *session).len() >= had);
        }
        std::thread::sleep(Duration::from_millis(rng.random_range(0..200)));
        let acknowledged: Vec<_> = sessions.iter().map(|session| whole_lines(&left, *session)).collect();
        serving.kill();
        let at_kill: Vec<_> = sessions.iter().map(|session| whole_lines(&left, *session)).collect();
        let heard: Vec<_> = clients.iter().map(|client| plain(&client.heard())).collect();
        drop(clients);

        let serving = world.program.serve();
        let open = world.program.ok("session list", "");
        assert_eq!(open.lines().count(), 1, "no row stays open: {open}");
        for (n, session) in sessions.into_iter().enumerate() {
            let all = world.recordings();
            let (_, folder) = all.iter().find(|(id, _)| *id == session).expect("it is still there");
            assert_ne!(*folder, left, "it is closed");
            let after = fs::read(cast_path(folder, session)).expect("readable");
            assert!(at_kill[n].starts_with(&acknowledged[n]), "what was written before the kill is there");
            assert!(after.starts_with(&at_kill[n]), "every line that was written is still there");
            verified(&world, session);
            let (output, heard) = (recorded(folder, session), &heard[n]);
            let common = output.len().min(heard.len());
            assert_eq!(output[..common], heard[..common], "what was recorded is what the owner saw");
            let (had, has) = (heard.len(), output.len());
            assert!(has + AHEAD >= had, "round {round}: {has} of {had} bytes");
            known.push(session);
        }
        assert_eq!(serving.stop(), 0);
    }
    // Nothing that came later touched what was there before.
    for session in known {
        verified(&world, session);
    }
    assert_eq!(world.recordings().len(), 3 * ROUNDS);
}

/// Everything of a recording's file up to its last whole line.
fn whole_lines(folder: &Path, session: SessionId) -> Vec<u8> {
    let mut bytes = fs::read(cast_path(folder, session)).expect("readable");
    bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1));
    bytes
}

/// The output in a recording's file, as [`plain`] text.
fn recorded(folder: &Path, session: SessionId) -> String {
    plain(&played(&whole_lines(folder, session)).0)
}

/// A terminal and a pipe end their lines differently.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n")
}
