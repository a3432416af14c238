//! Debian's Apache with `mod_auth_openidc`, started here as an application: its folder, its port, no service.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::sshd::until;
use crate::web_client::{Browser, Reply};

const MODULES: &str = "/usr/lib/apache2/modules";

/// A port on which Apache will listen.
pub(crate) struct Place {
    address: SocketAddr,
    folder: TempDir,
}

/// It runs, and ends with this.
pub(crate) struct Apache {
    address: SocketAddr,
    child: Child,
    folder: TempDir,
}

impl Place {
    pub(crate) fn free() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("its address");
        Self { address, folder: tempfile::tempdir().expect("a folder") }
    }

    /// An address of the application.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Starts it, with what it needs to sign people in at that issuer.
    pub(crate) fn start(self, issuer: &str, client: &str, secret: &str) -> Apache {
        let Self { address, folder } = self;
        configure(folder.path(), address, issuer, client, secret);
        let log = fs::File::create(folder.path().join("out.log")).expect("a log");
        let child = Command::new("/usr/sbin/apache2")
            .arg("-X")
            .arg("-f")
            .arg(folder.path().join("apache.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("Apache is missing: install the Debian package apache2-bin");
        let apache = Apache { address, child, folder };
        until("Apache", || TcpStream::connect(address).is_ok());
        apache
    }
}

fn configure(folder: &Path, address: SocketAddr, issuer: &str, client: &str, secret: &str) {
    let shown = folder.display();
    let www = folder.join("www/private");
    fs::create_dir_all(&www).expect("a folder");
    fs::write(www.join("page.html"), "the wiki's page").expect("written");
    fs::write(folder.join("www/bye.html"), "bye").expect("written");
    // Apache gives root up, and then reads here as somebody else.
    for part in [folder, &folder.join("www"), &www] {
        fs::set_permissions(part, fs::Permissions::from_mode(0o755)).expect("opened");
    }
    let modules: String = [
        ("mpm_event", "mpm_event"),
        ("authn_core", "authn_core"),
        ("authz_core", "authz_core"),
        ("authz_user", "authz_user"),
        ("headers", "headers"),
        ("auth_openidc", "auth_openidc"),
    ]
    .iter()
    .map(|(name, file)| format!("LoadModule {name}_module {MODULES}/mod_{file}.so\n"))
    .collect();
    let text = format!(
        "ServerRoot {shown}\nServerName 127.0.0.1\nListen {address}\nPidFile {shown}/pid\n\
         DefaultRuntimeDir {shown}\nMutex posixsem\n{modules}User www-data\nGroup www-data\nKeepAlive Off\n\
         ErrorLog {shown}/error.log\nLogLevel warn\nDocumentRoot {shown}/www\n\
         OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration\n\
         OIDCClientID {client}\nOIDCClientSecret {secret}\n\
         OIDCRedirectURI http://{address}/private/callback\nOIDCCryptoPassphrase {secret}\n\
         OIDCPKCEMethod S256\nOIDCScope \"openid profile email\"\nOIDCRemoteUserClaim preferred_username\n\
         <Location /private>\nAuthType openid-connect\nRequire valid-user\n\
         Header set X-User \"expr=%{{REMOTE_USER}}\"\n</Location>\n"
    );
    fs::write(folder.join("apache.conf"), text).expect("written");
}

impl Apache {
    /// What it has to complain of.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }

    /// A browser of nobody.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor { browser: Browser::new(self.address), cookies: BTreeMap::new() }
    }
}

impl Drop for Apache {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser at Apache with all its cookies.
pub(crate) struct Visitor {
    browser: Browser,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    /// Goes to a path, or to an address of this host.
    pub(crate) async fn get(&mut self, place: &str) -> Reply {
        let path = place.strip_prefix(&self.browser.origin()).unwrap_or(place);
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.browser.cookie = (!cookies.is_empty()).then(|| cookies.join("; "));
        // Apache sends nobody to sign in who does not look at pages.
        let reply = self.browser.ask("GET", path, &[("accept", "text/html")], b"").await;
        for cookie in reply.headers("set-cookie") {
            let (name, value) =
                cookie.split(';').next().unwrap_or_default().split_once('=').expect("a cookie");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        reply
    }
}

/// Where a redirect leads, whichever it is.
pub(crate) fn leads_to(reply: &Reply) -> String {
    assert!(matches!(reply.status, 302 | 303), "{}: {}", reply.status, reply.text());
    reply.header("location").expect("a redirect has a location").to_owned()
}
