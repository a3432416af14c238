//! Installs the programs that the tests use, on Debian and its relatives; says which it cannot.

use std::path::Path;
use std::process::Command;

use crate::{place, say, tool};

/// A package, and whether what the tests want of it is there.
struct Package {
    name: &'static str,
    is_there: fn() -> bool,
}

const PACKAGES: &[Package] = &[
    Package { name: "openssh-server", is_there: || tool::find("sshd").is_some() },
    Package { name: "openssh-client", is_there: || tool::find("ssh").is_some() },
    Package { name: "sshpass", is_there: || tool::find("sshpass").is_some() },
    Package { name: "vim", is_there: || tool::find("vim").is_some() },
    Package { name: "less", is_there: || tool::find("less").is_some() },
    Package { name: "chromium", is_there: || tool::find("chromium").is_some() },
    Package { name: "postgresql", is_there: has_postgresql },
    Package {
        name: "nginx",
        is_there: || tool::find("nginx").is_some() || Path::new("/usr/sbin/nginx").exists(),
    },
    Package { name: "caddy", is_there: || tool::find("caddy").is_some() },
    Package { name: "openssl", is_there: || tool::find("openssl").is_some() },
    Package { name: "pamtester", is_there: || tool::find("pamtester").is_some() },
    Package { name: "faketime", is_there: || tool::find("faketime").is_some() },
    Package { name: "python3-venv", is_there: has_python },
    Package { name: "apache2-bin", is_there: || tool::find("apache2").is_some() },
    Package { name: "libapache2-mod-auth-openidc", is_there: || Path::new(APACHE_OPENIDC).exists() },
    Package { name: "xrdp", is_there: || Path::new("/usr/sbin/xrdp").exists() },
    Package { name: "xorgxrdp", is_there: || Path::new(XORG_XRDP).exists() },
    Package { name: "xterm", is_there: || tool::find("xterm").is_some() },
    Package { name: "fonts-dejavu-core", is_there: || Path::new(MONOSPACE).exists() },
    Package { name: "xclip", is_there: || tool::find("xclip").is_some() },
    Package { name: "ffmpeg", is_there: || tool::find("ffmpeg").is_some() },
    Package { name: "freerdp2-x11", is_there: || tool::find("xfreerdp").is_some() },
    Package { name: "xvfb", is_there: || tool::find("Xvfb").is_some() },
];

/// What is run with the packages as arguments; their services are not started: tests have servers of their own.
const INSTALL: &str = include_str!("../../../demo/src/debian/install.sh");

/// Where Debian has the X server's half of xrdp, and a font for terminals.
const XORG_XRDP: &str = "/usr/lib/xorg/modules/drivers/xrdpdev_drv.so";
const MONOSPACE: &str = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf";

/// Where Debian has the module of Apache that signs people in.
const APACHE_OPENIDC: &str = "/usr/lib/apache2/modules/mod_auth_openidc.so";

/// Installs what is missing and can be installed.
pub(crate) fn install_missing() {
    let missing: Vec<_> = missing().collect();
    if missing.is_empty() {
        say::fresh("debian", "every program that the tests use is here");
        return;
    }
    if let Some(mut installer) = installer() {
        say::step("debian", &format!("installing {}", missing.join(" ")));
        if let Err(error) = tool::call(installer.args(&missing), "`apt-get install`") {
            say::note("debian", &format!("{error:#}"));
        }
    }
    for name in self::missing() {
        say::failed(
            "debian",
            &format!("{name} is missing and cannot be installed here: `apt-get install {name}`"),
        );
    }
}

fn missing() -> impl Iterator<Item = &'static str> {
    PACKAGES.iter().filter(|package| !(package.is_there)()).map(|package| package.name)
}

/// Debian packs the making of environments apart from Python.
fn has_python() -> bool {
    tool::output(tool::program("python3", place::root()).args(["-c", "import ensurepip, venv"])).is_some()
}

/// Debian keeps the database's programs out of the path, by version.
fn has_postgresql() -> bool {
    tool::find("postgres").is_some()
        || Path::new("/usr/lib/postgresql").read_dir().is_ok_and(|versions| {
            versions.flatten().any(|version| version.path().join("bin").join("postgres").exists())
        })
}

/// What installs the packages that follow it, if there is a way without a question.
fn installer() -> Option<Command> {
    tool::find("apt-get")?;
    let mut command = if rustix::process::geteuid().is_root() {
        tool::program("sh", place::root())
    } else {
        tool::output(tool::program("sudo", place::root()).args(["-n", "true"]))?;
        let mut sudo = tool::program("sudo", place::root());
        sudo.args(["-n", "sh"]);
        sudo
    };
    command.args(["-c", INSTALL, "install"]);
    Some(command)
}
