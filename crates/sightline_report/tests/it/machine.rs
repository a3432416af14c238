//! A workstation: PAM files of its own in a mount namespace, the programs that log people in, and the service.
//!
//! Nothing of the machine that runs the tests is changed: `/etc/pam.d` is another folder for these programs alone.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::server::Server;

/// Longest that anything here may take; only a failing test waits that long.
const LONG: Duration = Duration::from_secs(90);
/// What a log-in may take longer with than without: the bound of a disk that does not answer, and a slow machine.
pub(crate) const AT_ONCE: Duration = Duration::from_secs(5);

/// Waits until a condition holds; its value.
pub(crate) fn until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + LONG;
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < deadline, "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The workstation and the server that it reports to.
pub(crate) struct Machine {
    pub(crate) server: Server,
    service: Option<Child>,
    folder: TempDir,
}

impl Machine {
    /// With a service that runs; nothing where the tests may not log anybody in.
    pub(crate) fn start() -> Option<Self> {
        let mut machine = Self::without_service()?;
        machine.resume();
        Some(machine)
    }

    pub(crate) fn without_service() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("left out: only root may log somebody in");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(folder.path());
        let machine = Self { server, service: None, folder };
        machine.write_token(&machine.server.agent_token);
        machine.configure("");
        let pam = machine.file("pam.d");
        fs::create_dir(&pam).expect("a folder");
        let line = format!(
            "session optional pam_exec.so seteuid {} pam --config {}\n",
            env!("CARGO_BIN_EXE_sightline-report"),
            machine.file("report.toml").display()
        );
        for service in ["su", "su-l", "login", "sshd", "cron", "many"] {
            let text = format!("auth required pam_permit.so\naccount required pam_permit.so\n{line}");
            fs::write(pam.join(service), text).expect("written");
        }
        Some(machine)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.file("state")
    }

    /// Writes the configuration, with more lines.
    pub(crate) fn configure(&self, more: &str) {
        let text = format!(
            "server = \"{}\"\ntoken_file = {:?}\nstate_folder = {:?}\nclient = \"ws-7\"\nheartbeat_seconds = 1\n\
             lease_seconds = 30\n{more}\n",
            self.server.url(),
            self.file("token"),
            self.state(),
        );
        fs::write(self.file("report.toml"), text).expect("written");
    }

    pub(crate) fn write_token(&self, token: &str) {
        let mut file = fs::File::options();
        let mut file = file
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(self.file("token"))
            .expect("a file");
        file.write_all(token.as_bytes()).expect("written");
    }

    /// `sightline-report` with the machine's configuration.
    pub(crate) fn report(&self, command: &str) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_sightline-report"));
        program.arg(command).arg("--config").arg(self.file("report.toml")).stdin(Stdio::null());
        program
    }

    /// What `sightline-report status` (or `check`) prints.
    pub(crate) fn says(&self, command: &str) -> String {
        let output = self.report(command).output().expect("it runs");
        String::from_utf8(output.stdout).expect("text")
    }

    /// Starts the service.
    pub(crate) fn resume(&mut self) {
        let mut command = self.report("run");
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", self.file("bin").display()));
        self.resume_with(command);
    }

    pub(crate) fn resume_with(&mut self, mut command: Command) {
        let log =
            fs::File::options().create(true).append(true).open(self.file("service.log")).expect("a log");
        self.service = Some(command.stderr(log).spawn().expect("the service starts"));
        until("the service", || self.says("status").contains("service: runs").then_some(()));
    }

    /// Kills the service where it stands.
    pub(crate) fn kill(&mut self) {
        let mut child = self.service.take().expect("it runs");
        child.kill().expect("it runs");
        child.wait().expect("it ends");
    }

    /// What the service has said.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.file("service.log")).unwrap_or_default()
    }

    /// A program that sees this machine's PAM files.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = Command::new("unshare");
        let script = "mount --bind \"$0\" /etc/pam.d && exec \"$@\"";
        command
            .args(["--mount", "--propagation", "private", "sh", "-c", script])
            .arg(self.file("pam.d"))
            .arg(name);
        command
    }

    /// Becomes `nobody` for a command.
    pub(crate) fn su(&self, script: &str) -> Command {
        let mut command = self.program("su");
        command.args(["nobody", "--shell", "/bin/sh", "--command", script]).stdin(Stdio::null());
        command
    }

    /// The row of a log-in that is open, as soon as there is one that is as wanted.
    pub(crate) fn row(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        until("the row", || self.server.open().into_iter().find(&wanted))
    }

    /// A row when it has ended.
    pub(crate) fn ended(&self, row: &Value) -> Value {
        let path = format!("/sessions/{}", row["id"].as_str().expect("an id"));
        until("its end", || {
            Some(self.server.api("GET", &path, "").1).filter(|row| !row["ended_at"].is_null())
        })
    }

    /// Files in the state folder that are events.
    pub(crate) fn events(&self) -> Vec<String> {
        let entries = fs::read_dir(self.state()).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<_> =
            names.filter(|name| [".open", ".told", ".close"].iter().any(|end| name.ends_with(end))).collect();
        names.sort();
        names
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Some(mut child) = self.service.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if std::thread::panicking() {
            eprintln!("the service said:\n{}", self.log());
        }
    }
}

/// A program that runs; ends with it.
pub(crate) struct Runs(pub(crate) Child);

impl Runs {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self(
            command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("it starts"),
        )
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).expect("it runs");
    }

    pub(crate) fn wait(&mut self) {
        // The shell within may wait for the end of its input.
        drop(self.0.stdin.take());
        self.0.wait().expect("it ends");
    }
}

impl Drop for Runs {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program at a terminal of its own, and all that it has shown.
pub(crate) struct Terminal {
    pub(crate) child: Runs,
    keys: fs::File,
    seen: Arc<Mutex<Vec<u8>>>,
    is_over: Arc<AtomicBool>,
    /// Its name below `/dev`.
    pub(crate) name: String,
}

impl Terminal {
    pub(crate) fn start(command: Command) -> Self {
        use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
        let master: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&master).expect("granted");
        unlockpt(&master).expect("unlocked");
        let path = ptsname(&master, Vec::new()).expect("its name").into_string().expect("text");
        let open = || {
            fs::File::options()
                .read(true)
                .write(true)
                .custom_flags(libc_noctty())
                .open(&path)
                .expect("the terminal")
        };
        // `setsid --ctty` makes it the controlling terminal, as getty does.
        let mut child = Command::new("setsid");
        child.args(["--ctty", "--wait"]).arg(command.get_program()).args(command.get_args());
        let child = child.stdin(open()).stdout(open()).stderr(open()).spawn().expect("it starts");
        let seen = Arc::<Mutex<Vec<u8>>>::default();
        let (all, mut screen) = (Arc::clone(&seen), fs::File::from(master.try_clone().expect("a handle")));
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while !over.load(Ordering::Relaxed) {
                match screen.read(&mut bytes) {
                    Ok(count) => all.lock().expect("no panic").extend(&bytes[..count]),
                    // `login` hangs the terminal up and opens it again: meanwhile nobody has it open.
                    Err(_) => std::thread::sleep(Duration::from_millis(5)),
                }
            }
        });
        let name = path.trim_start_matches("/dev/").to_owned();
        Self { child: Runs(child), keys: master.into(), seen, is_over, name }
    }

    pub(crate) fn types(&mut self, text: &str) {
        self.keys.write_all(text.as_bytes()).expect("typed");
    }

    /// Waits until a text was shown.
    pub(crate) fn shows(&self, text: &str) {
        until(text, || {
            String::from_utf8_lossy(&self.seen.lock().expect("no panic")).contains(text).then_some(())
        });
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// O_NOCTTY: opening it gives the tests no controlling terminal.
fn libc_noctty() -> i32 {
    i32::try_from(rustix::fs::OFlags::NOCTTY.bits()).expect("small")
}

/// A real sshd of this machine with PAM, and how to get in.
pub(crate) struct Sshd {
    _child: Runs,
    port: u16,
    key: PathBuf,
    known: PathBuf,
}

impl Sshd {
    pub(crate) fn start(machine: &Machine) -> Self {
        let folder = machine.file("sshd");
        fs::create_dir(&folder).expect("a folder");
        // Debian's package makes it at boot, and root's sshd insists on it.
        fs::create_dir_all("/run/sshd").expect("/run/sshd");
        let (host, key) = (make_key(&folder, "host"), make_key(&folder, "user"));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        drop(listener);
        let text = format!(
            "ListenAddress 127.0.0.1:{port}\nHostKey {}\nAuthorizedKeysFile {}.pub\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nPidFile none\nStrictModes no\n\
             PrintLastLog no\nPrintMotd no\nUsePAM yes\n",
            host.display(),
            key.display(),
        );
        fs::write(folder.join("config"), text).expect("written");
        let mut command = machine.program("/usr/sbin/sshd");
        command.args(["-D", "-e", "-f"]).arg(folder.join("config")).stdin(Stdio::null());
        let log = fs::File::create(folder.join("log")).expect("a log");
        let child =
            Runs(command.stderr(log).spawn().expect("sshd: install the Debian package openssh-server"));
        until("sshd", || std::net::TcpStream::connect(("127.0.0.1", port)).ok());
        Self { _child: child, port, key, known: folder.join("known_hosts") }
    }

    /// `ssh` to it, as root.
    pub(crate) fn ssh(&self, command: &[&str]) -> Command {
        let mut ssh = Command::new("ssh");
        ssh.args(["-F", "none", "-o", "StrictHostKeyChecking=accept-new", "-o", "LogLevel=ERROR", "-p"]);
        ssh.arg(self.port.to_string()).arg("-i").arg(&self.key);
        ssh.arg("-o").arg(format!("UserKnownHostsFile={}", self.known.display()));
        ssh.args(["-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "root@127.0.0.1"]).args(command);
        ssh
    }
}

fn make_key(folder: &Path, name: &str) -> PathBuf {
    let key = folder.join(name);
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
    assert!(made.expect("ssh-keygen: install the Debian package openssh-client").success());
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("changed");
    key
}

/// Runs a command to its end, and how long that took.
pub(crate) fn timed(command: &mut Command) -> (Output, Duration) {
    let begun = Instant::now();
    let output = command.output().expect("it runs");
    (output, begun.elapsed())
}
