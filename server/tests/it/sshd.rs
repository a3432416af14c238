//! A real sshd as target, a real `ssh` as client.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longest that anything here may take; only a failing test waits that long.
const LONG: Duration = Duration::from_secs(120);

/// Waits until a condition holds.
pub(crate) fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + LONG;
    while !condition() {
        assert!(Instant::now() < deadline, "{what} did not come");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A running sshd; ends with it.
pub(crate) struct Sshd {
    pub(crate) url: String,
    /// Who may sign in: whoever runs the tests.
    pub(crate) login: String,
    /// Private key that opens it.
    pub(crate) key: PathBuf,
    child: Child,
}

impl Sshd {
    /// Starts it with its files in `folder`.
    pub(crate) fn start(folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("a folder");
        let login = Command::new("id").arg("-un").output().expect("id runs").stdout;
        let login = String::from_utf8(login).expect("text").trim().to_owned();
        if login == "root" {
            // Debian's package makes it at boot, and root's sshd insists on it.
            fs::create_dir_all("/run/sshd").expect("/run/sshd");
        }
        let (host_key, key) = (make_key(folder, "host_key"), make_key(folder, "account_key"));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("its address");
        drop(listener);
        let config = folder.join("sshd_config");
        let text = format!(
            "ListenAddress {address}\nHostKey {}\nAuthorizedKeysFile {}\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\nPidFile none\n\
             PrintLastLog no\nPrintMotd no\nStrictModes no\nUsePAM no\nMaxStartups 100\n\
             Subsystem sftp internal-sftp\n",
            host_key.display(),
            key.with_extension("pub").display(),
        );
        fs::write(&config, text).expect("written");
        let log = fs::File::create(folder.join("sshd.log")).expect("a log");
        let child = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("sshd is missing: install the Debian package openssh-server");
        let sshd = Self { url: format!("ssh://{address}"), login, key, child };
        until("sshd", || TcpStream::connect(address).is_ok());
        sshd
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A new key pair; gives the private file.
pub(crate) fn make_key(folder: &Path, name: &str) -> PathBuf {
    let key = folder.join(name);
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
        .arg(&key)
        .status()
        .expect("ssh-keygen is missing: install the Debian package openssh-client");
    assert!(made.success());
    key
}

/// `ssh` (or `sftp`) to a gateway, with the options that keep it to itself.
pub(crate) fn client(program: &str, folder: &Path, key: &Path, gateway: SocketAddr) -> Command {
    let mut command = Command::new(program);
    let known = format!("UserKnownHostsFile={}", folder.join("known_hosts").display());
    let port = format!("Port={}", gateway.port());
    command.args(["-F", "none", "-o", &known, "-o", &port, "-i"]).arg(key);
    for option in
        ["StrictHostKeyChecking=accept-new", "IdentitiesOnly=yes", "IdentityAgent=none", "LogLevel=ERROR"]
    {
        command.args(["-o", option]);
    }
    command
}
