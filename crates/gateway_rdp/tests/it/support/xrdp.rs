//! A real desktop: xrdp in front of an X server of its own, with a terminal in it. Without a session manager: that
//! one takes its port from a place that all share.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use rcgen::{CertificateParams, KeyPair};

use super::tools::{free_address, until};

/// Where xrdp and its X servers meet; compiled into them.
const MEETING: &str = "/run/xrdp/sockdir";

/// A running one; ends with it.
pub(crate) struct Xrdp {
    /// In the order in which they are to end.
    children: Vec<Child>,
    pub(crate) address: SocketAddr,
    /// Its display, for programs that are to run there.
    pub(crate) display: String,
    pub(crate) folder: PathBuf,
}

impl Xrdp {
    /// Starts one in a folder of its own, with what `shell` runs in the terminal.
    pub(crate) async fn start(folder: &Path, shell: &str) -> Self {
        for folder in ["/tmp/.X11-unix", MEETING] {
            fs::create_dir_all(folder)
                .unwrap_or_else(|error| panic!("xrdp needs {folder}, which root makes: {error}"));
            // Somebody else's is as it should be.
            let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o1777));
        }
        let address = free_address();
        let number = std::iter::repeat_with(next_display).find(|number| is_free(*number)).expect("a display");
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(["desk".to_owned()]).expect("a name");
        let certificate = certificate.self_signed(&key).expect("a certificate");
        let file = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text).expect("written");
            path
        };
        file("cert.pem", &certificate.pem());
        file("key.pem", &key.serialize_pem());
        let config = file("xrdp.ini", &config(folder, address.port(), number));
        let display = format!(":{number}");
        let mut desk = Self { children: Vec::new(), address, display, folder: folder.to_owned() };
        let (shown, log) = (desk.display.clone(), folder.join("xorg.log"));
        let log = log.to_str().expect("a path");
        let x = [&shown, "-config", "xrdp/xorg.conf", "-noreset", "-nolisten", "tcp", "-ac", "-logfile", log];
        desk.run("/usr/lib/xorg/Xorg", &x);
        until("an X server", || {
            Path::new(&format!("/tmp/.X11-unix/X{number}")).exists()
                && Path::new(&format!("{MEETING}/xrdp_display_{number}")).exists()
        })
        .await;
        desk.run("/usr/sbin/xrdp-chansrv", &[]);
        let paste = "*VT100.translations: #override Ctrl <Key>v: insert-selection(CLIPBOARD)";
        let mut terminal = vec!["-geometry", "80x24+20+20", "-fa", "Monospace", "-fs", "11", "-xrm", paste];
        terminal.extend(["-e", "sh", "-c", shell]);
        desk.run("/usr/bin/xterm", &terminal);
        until("its clipboard", || Path::new(&format!("{MEETING}/xrdp_chansrv_socket_{number}")).exists())
            .await;
        desk.run("/usr/sbin/xrdp", &["--nodaemon", "--config", config.to_str().expect("a path")]);
        until("xrdp", || {
            let ended = desk.children[0].try_wait().expect("a child").is_some();
            assert!(!ended, "xrdp ended; where the system's own runs, stop it: `systemctl stop xrdp`");
            std::net::TcpStream::connect(address).is_ok()
        })
        .await;
        desk
    }

    /// Has a program run on the desktop.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.folder)
            .env("DISPLAY", &self.display)
            .env("HOME", &self.folder)
            .env("XDG_RUNTIME_DIR", &self.folder)
            .env("XRDP_SOCKET_PATH", MEETING)
            .env("XRDP_START_WIDTH", "1280")
            .env("XRDP_START_HEIGHT", "800")
            .env("CHANSRV_LOG_PATH", &self.folder);
        command
    }

    fn run(&mut self, program: &str, arguments: &[&str]) {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("programs.log"))
            .expect("a log");
        let child = self
            .command(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {program} (Debian: xrdp xorgxrdp xterm): {error}"));
        self.children.insert(0, child);
    }
}

impl Drop for Xrdp {
    fn drop(&mut self) {
        for child in &mut self.children {
            // They remove their sockets when they are asked.
            let _ = Command::new("kill").arg(child.id().to_string()).status();
            let _ = child.wait();
        }
    }
}

/// One that no other test of this process has; those of other processes begin elsewhere.
fn next_display() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let begin = u16::try_from(std::process::id() % 300).expect("a small number") * 20;
    100 + begin + NEXT.fetch_add(1, Ordering::Relaxed)
}

fn is_free(number: u16) -> bool {
    let taken = [
        format!("/tmp/.X11-unix/X{number}"),
        format!("/tmp/.X{number}-lock"),
        format!("{MEETING}/xrdp_display_{number}"),
    ];
    !taken.iter().any(|path| Path::new(path).exists())
}

fn config(folder: &Path, port: u16, display: u16) -> String {
    let folder = folder.display();
    format!(
        "[Globals]\nini_version=1\nfork=false\nport=tcp://127.0.0.1:{port}\ntcp_nodelay=true\n\
         security_layer=tls\ncrypt_level=high\ncertificate={folder}/cert.pem\nkey_file={folder}/key.pem\n\
         ssl_protocols=TLSv1.2, TLSv1.3\nautorun=desk\nallow_channels=true\nbitmap_cache=true\n\
         bitmap_compression=true\nbulk_compression=false\nmax_bpp=32\nnew_cursors=true\nuse_fastpath=both\n\n\
         [Logging]\nLogFile={folder}/xrdp.log\nLogLevel=INFO\nEnableSyslog=false\n\n\
         [Channels]\nrdpdr=false\nrdpsnd=false\ndrdynvc=true\ncliprdr=true\nrail=false\nxrdpvr=false\n\
         tcutils=false\n\n\
         [desk]\nname=desk\nlib=libxup.so\nusername=ask\npassword=ask\nip=127.0.0.1\n\
         port={MEETING}/xrdp_display_{display}\nchansrvport=DISPLAY({display})\ncode=20\n"
    )
}
