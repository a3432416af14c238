//! What a desktop needs of this machine.

use std::path::Path;

use crate::debian;

/// What must be there, each with the Debian package that has it.
const NEEDED: &[(&str, &str)] = &[
    ("/usr/sbin/xrdp", "xrdp"),
    ("/usr/lib/xorg/modules/drivers/xrdpdev_drv.so", "xorgxrdp"),
    ("/usr/lib/xorg/Xorg", "xorgxrdp"),
    ("/usr/bin/xterm", "xterm"),
    ("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf", "fonts-dejavu-core"),
];

/// Why there can be no desktop here, if so. Installs what is missing where that needs no question.
pub(crate) async fn obstacle() -> Option<String> {
    if !cfg!(target_os = "linux") {
        return Some("a desktop needs Linux".to_owned());
    }
    let missing = missing();
    if !missing.is_empty() && !debian::install(&missing).await {
        let missing = missing.join(" ");
        return Some(format!("a desktop needs what is missing here: on Debian `apt-get install {missing}`"));
    }
    if Path::new("/run/xrdp/xrdp.pid").exists() {
        return Some("a desktop needs its own xrdp: end this machine's, `systemctl stop xrdp`".to_owned());
    }
    let sockets = Path::new(super::SOCKETS);
    if !sockets.is_dir() && !rustix::process::geteuid().is_root() {
        let sockets = sockets.display();
        return Some(format!("a desktop needs {sockets}: `sudo install -d -m 1777 {sockets}`"));
    }
    None
}

fn missing() -> Vec<&'static str> {
    let mut missing: Vec<_> =
        NEEDED.iter().filter(|(path, _)| !Path::new(path).exists()).map(|(_, package)| *package).collect();
    missing.dedup();
    missing
}
