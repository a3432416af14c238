//! Proxies in front of a web application, with the configurations of the documentation, and the application: it
//! answers with the request that it got.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::sshd::until;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/web-sso");

/// A running proxy; ends with it.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Proxy {
    /// nginx, as `docs/web-sso/nginx.conf` has it, without TLS.
    pub(crate) fn nginx(folder: &Path, address: SocketAddr, sightline: SocketAddr, app: SocketAddr) -> Self {
        fs::create_dir_all(folder).expect("a folder");
        let server = documented("nginx.conf", sightline, app)
            .replace("listen 443 ssl;", &format!("listen {address};"))
            .lines()
            .filter(|line| !line.trim_start().starts_with("ssl_"))
            .collect::<Vec<_>>()
            .join("\n");
        let shown = folder.display();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .iter()
            .map(|kind| format!("{kind}_temp_path {shown}/{kind};\n"))
            .collect();
        let config = format!(
            "daemon off;\nmaster_process off;\npid {shown}/pid;\nerror_log {shown}/error.log;\nevents {{}}\n\
             http {{\naccess_log off;\n{temporary}{server}\n}}\n"
        );
        let file = folder.join("nginx.conf");
        fs::write(&file, config).expect("written");
        let mut command = Command::new("/usr/sbin/nginx");
        command.arg("-e").arg(folder.join("error.log")).arg("-c").arg(&file);
        Self::start("nginx", command, address)
    }

    /// Caddy, as `docs/web-sso/Caddyfile` has it, without TLS.
    pub(crate) fn caddy(folder: &Path, address: SocketAddr, sightline: SocketAddr, app: SocketAddr) -> Self {
        fs::create_dir_all(folder).expect("a folder");
        let site = documented("Caddyfile", sightline, app)
            .replace("crm.example {", &format!("http://{address} {{\n\tbind {}", address.ip()));
        let file = folder.join("Caddyfile");
        fs::write(&file, format!("{{\n\tadmin off\n\tauto_https off\n}}\n{site}")).expect("written");
        let mut command = Command::new("caddy");
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file).env("HOME", folder);
        Self::start("caddy", command, address)
    }

    fn start(name: &str, mut command: Command, address: SocketAddr) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|error| panic!("install the Debian package {name}: {error}"));
        let proxy = Self { address, child };
        until(name, || TcpStream::connect(address).is_ok());
        proxy
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A configuration of the documentation, with the addresses of this test.
fn documented(name: &str, sightline: SocketAddr, app: SocketAddr) -> String {
    let text = fs::read_to_string(Path::new(DOCS).join(name)).expect("the documentation is there");
    text.replace("127.0.0.1:3000", &sightline.to_string()).replace("127.0.0.1:8080", &app.to_string())
}

/// An address on loopback that nobody listens on.
pub(crate) fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("its address")
}

/// The application: what it was asked, line by line, is its answer.
pub(crate) async fn application() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut asked = Vec::new();
                let mut some = [0; 4096];
                while !asked.windows(4).any(|window| window == b"\r\n\r\n") {
                    match stream.read(&mut some).await {
                        Ok(0) | Err(_) => return,
                        Ok(n) => asked.extend_from_slice(&some[..n]),
                    }
                }
                let head = format!(
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    asked.len()
                );
                let _ = stream.write_all(head.as_bytes()).await;
                let _ = stream.write_all(&asked).await;
            });
        }
    });
    address
}
