//! A desktop to be measured: X.Org with xrdp on it, as Debian packages them, and what stands beside it: `xfreerdp`
//! under a display of its own.

pub(crate) mod easel;
pub(crate) mod glass;

use std::fs::{self, File};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::children::{Guarded, output};
use crate::world::{World, free_address};

/// The size that everything is measured at, in pixels.
pub(crate) const WIDTH: u16 = 1280;
/// Its other side.
pub(crate) const HEIGHT: u16 = 800;

/// How long a program may take until it is there.
const START: Duration = Duration::from_secs(20);
/// Where xrdp and the display's module find each other.
const SOCKETS: &str = "/run/xrdp/sockdir";

/// What the measurement needs, each with the package that has it.
const NEEDED: [(&str, &str); 5] = [
    ("/usr/lib/xorg/Xorg", "xorgxrdp"),
    ("/usr/sbin/xrdp", "xrdp"),
    ("/etc/X11/xrdp/xorg.conf", "xorgxrdp"),
    ("/usr/bin/xfreerdp", "freerdp2-x11"),
    ("/usr/bin/Xvfb", "xvfb"),
];

/// Why no desktop can be measured here, if so.
pub(crate) fn missing() -> Option<String> {
    if !rustix::process::getuid().is_root() && !Path::new(SOCKETS).is_dir() {
        return Some(format!("skipped: {SOCKETS} is missing and only root can make it"));
    }
    let missing = NEEDED.iter().find(|(path, _)| !Path::new(path).exists());
    missing.map(|(_, package)| format!("skipped: `apt-get install {package}`"))
}

/// One display with an RDP server. Ends with its guard.
pub(crate) struct Desk {
    /// Where it listens.
    pub(crate) rdp: SocketAddr,
    display: u32,
    log: PathBuf,
    // Dropped in this order.
    _xrdp: Guarded,
    _xorg: Guarded,
}

impl Desk {
    /// Starts one in the world's folder.
    pub(crate) fn start(world: &World) -> anyhow::Result<Self> {
        let display = free_display()?;
        let folder = world.path(&format!("desk-{display}"));
        fs::create_dir_all(&folder)?;
        open_to_all(Path::new("/tmp/.X11-unix"))?;
        open_to_all(Path::new(SOCKETS))?;
        let rdp = free_address()?;
        let name = |name: &str| folder.join(name).display().to_string();
        let (key, certificate) = (name("key.pem"), name("cert.pem"));
        let request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=desk"];
        output(Command::new("openssl").args(request).args(["-keyout", &key, "-out", &certificate]))?;
        fs::write(folder.join("xrdp.ini"), ini(rdp, &folder, display))?;

        let mut xorg = Command::new("/usr/lib/xorg/Xorg");
        let args = ["-config", "xrdp/xorg.conf", "-noreset", "-nolisten", "tcp", "-ac", "-logfile"];
        xorg.arg(format!(":{display}")).args(args).arg(folder.join("xorg.log"));
        xorg.env("XRDP_START_WIDTH", WIDTH.to_string()).env("XRDP_START_HEIGHT", HEIGHT.to_string());
        xorg.env("XRDP_SOCKET_PATH", SOCKETS).env("HOME", &folder).current_dir(&folder);
        let xorg = started(&mut xorg, &folder.join("xorg.out"))?;
        let socket = format!("{SOCKETS}/xrdp_display_{display}");
        until("X.Org", || Path::new(&socket).exists() && is_display(display))?;

        let mut xrdp = Command::new("/usr/sbin/xrdp");
        xrdp.args(["--nodaemon", "--config"]).arg(folder.join("xrdp.ini")).current_dir(&folder);
        let xrdp = started(&mut xrdp, &folder.join("xrdp.out"))?;
        until("xrdp", || TcpStream::connect(rdp).is_ok())?;
        Ok(Self { rdp, display, log: folder.join("easel.log"), _xrdp: xrdp, _xorg: xorg })
    }

    /// Has something to be seen painted on it, for as long as the guard lives.
    pub(crate) fn paint(&self, scene: easel::Scene) -> anyhow::Result<Guarded> {
        let mut easel = Command::new(std::env::current_exe()?);
        easel.args(["easel", scene.name()]).env("DISPLAY", format!(":{}", self.display));
        started(&mut easel, &self.log)
    }
}

/// A display without a screen, for a client that has to show what it gets.
pub(crate) struct Blind {
    display: u32,
    _xvfb: Guarded,
}

impl Blind {
    /// Starts one in the world's folder.
    pub(crate) fn start(world: &World) -> anyhow::Result<Self> {
        let display = free_display()?;
        let mut xvfb = Command::new("/usr/bin/Xvfb");
        let screen = format!("{WIDTH}x{HEIGHT}x24");
        xvfb.arg(format!(":{display}")).args(["-screen", "0", &screen, "-nolisten", "tcp", "-ac"]);
        let xvfb = started(&mut xvfb, &world.path("xvfb.log"))?;
        until("Xvfb", || is_display(display))?;
        Ok(Self { display, _xvfb: xvfb })
    }

    /// `xfreerdp` straight to the desktop, in the state in which people use it.
    pub(crate) fn xfreerdp(&self, world: &World, to: SocketAddr) -> anyhow::Result<Guarded> {
        let mut client = Command::new("/usr/bin/xfreerdp");
        client.args([
            &format!("/v:{to}"),
            "/u:bench",
            "/p:bench",
            "/cert:ignore",
            "/sec:tls",
            "/log-level:ERROR",
        ]);
        client.args([&format!("/size:{WIDTH}x{HEIGHT}"), "/bpp:32", "-decorations"]);
        client.env("DISPLAY", format!(":{}", self.display)).env("HOME", world.path("."));
        started(&mut client, &world.path("xfreerdp.log"))
    }

    /// What looks at it.
    pub(crate) fn glass(&self) -> anyhow::Result<glass::Glass> {
        glass::Glass::on(&format!(":{}", self.display))
    }
}

fn started(command: &mut Command, log: &Path) -> anyhow::Result<Guarded> {
    let log = File::options().create(true).append(true).open(log)?;
    Guarded::start(command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log))
}

fn until(who: &str, is_there: impl Fn() -> bool) -> anyhow::Result<()> {
    let deadline = Instant::now() + START;
    while !is_there() {
        anyhow::ensure!(Instant::now() < deadline, "{who} does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn is_display(display: u32) -> bool {
    Path::new(&format!("/tmp/.X11-unix/X{display}")).exists()
}

fn free_display() -> anyhow::Result<u32> {
    let is_free = |display: &u32| {
        let traces = [format!("/tmp/.X{display}-lock"), format!("{SOCKETS}/xrdp_display_{display}")];
        !is_display(*display) && traces.iter().all(|trace| !Path::new(trace).exists())
    };
    (120..500).find(is_free).context("no X display is free")
}

/// A folder that every user may put sockets into, as at a machine's start.
fn open_to_all(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if !folder.is_dir() {
        fs::create_dir_all(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o1777))?;
    }
    Ok(())
}

/// A server that shows one display to whoever comes: no log-in window, no session manager.
fn ini(rdp: SocketAddr, folder: &Path, display: u32) -> String {
    let folder = folder.display();
    format!(
        "[Globals]\nini_version=1\nfork=false\nport=tcp://{rdp}\ntcp_nodelay=true\nsecurity_layer=tls\n\
         crypt_level=high\ncertificate={folder}/cert.pem\nkey_file={folder}/key.pem\n\
         ssl_protocols=TLSv1.2, TLSv1.3\nautorun=desk\nallow_channels=true\nbitmap_cache=true\n\
         bitmap_compression=true\nbulk_compression=false\nmax_bpp=32\nnew_cursors=true\nuse_fastpath=both\n\n\
         [Logging]\nLogFile={folder}/xrdp.log\nLogLevel=INFO\nEnableSyslog=false\n\n\
         [Channels]\nrdpdr=false\nrdpsnd=false\ndrdynvc=true\ncliprdr=false\nrail=false\nxrdpvr=false\n\
         tcutils=false\n\n\
         [desk]\nname=desk\nlib=libxup.so\nusername=ask\npassword=ask\nip=127.0.0.1\n\
         port={SOCKETS}/xrdp_display_{display}\ncode=20\n"
    )
}
