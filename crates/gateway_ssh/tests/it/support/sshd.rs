//! OpenSSH's own server on a free port, for whoever runs the tests.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::tools::{key, program, public, read, until};

/// A running server; ends with it.
pub(crate) struct Sshd {
    child: Child,
    pub(crate) address: SocketAddr,
    /// Its host keys, one line each: Ed25519, RSA.
    pub(crate) host_keys: [String; 2],
}

impl Sshd {
    /// Starts one that lets the holders of `keys` (public lines) in.
    pub(crate) async fn start(folder: &Path, keys: &[String]) -> Self {
        let host_keys = ["ed25519", "rsa"].map(|kind| key(folder, &format!("host_{kind}"), kind));
        let authorized = folder.join("authorized_keys");
        std::fs::write(&authorized, keys.join("\n") + "\n").expect("keys written");
        let config = folder.join("sshd_config");
        let text = format!(
            "ListenAddress 127.0.0.1\nHostKey {}\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\n\
             UsePAM no\nStrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nAcceptEnv GREETING\nMaxStartups 100\nPrintMotd no\n\
             PrintLastLog no\nSubsystem sftp internal-sftp\n",
            host_keys[0].display(),
            host_keys[1].display(),
            authorized.display(),
        );
        std::fs::write(&config, text).expect("configuration written");
        // Run by root, the server wants this folder, which Debian makes at boot.
        let _ = std::fs::create_dir_all("/run/sshd");
        let address = free_address();
        let log = std::fs::File::create(folder.join("sshd.log")).expect("a log");
        let child = Command::new(program("sshd"))
            .args(["-D", "-e", "-p", &address.port().to_string(), "-f"])
            .arg(&config)
            .stdin(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("sshd starts");
        let mut server = Self { child, address, host_keys: host_keys.map(|path| public(&path)) };
        until("sshd", || {
            let ended = server.child.try_wait().expect("a child");
            assert!(ended.is_none(), "sshd ended: {}", read(&folder.join("sshd.log")));
            std::net::TcpStream::connect(address).is_ok()
        })
        .await;
        server
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address that nobody listens on right now.
pub(crate) fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("its address")
}
