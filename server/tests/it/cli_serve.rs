//! `sightline serve` as a process: its lines, its lock, its end.

use std::net::TcpListener;
use std::net::TcpStream;

use crate::program::Program;

#[test]
fn it_says_where_it_listens_and_stops_when_asked() {
    let program = Program::new();
    let serving = program.serve();
    let address = |line: &str, before: &str| line.trim_end().strip_prefix(before).expect(before).to_owned();
    let web = address(&serving.web, "listening on http://");
    let ssh = address(&serving.ssh, "ssh on ");
    let (pg, certificate) = serving.pg.trim_end().split_once(", certificate SHA256:").expect("a certificate");
    assert_eq!(certificate.len(), 32 * 3 - 1, "{certificate}");
    for address in [&web, &ssh, &address(pg, "postgres on ")] {
        TcpStream::connect(address).expect("it listens");
    }
    let link = serving.set_up.as_deref().expect("no user yet");
    assert!(link.contains(&format!("http://{web}/set-up?token=")), "{link}");

    let second = program.run("serve --web-addr 127.0.0.1:0 --ssh-addr 127.0.0.1:0");
    assert_eq!(second.status, 1);
    assert_eq!(
        second.err,
        format!("sightline: another server runs on the data folder {}\n", program.data().display())
    );

    program.ok("user add ann --password-stdin", "correct horse battery\n");
    assert_eq!(serving.stop(), 0);
    let again = program.serve();
    assert_eq!(again.set_up, None);
    assert_eq!(again.stop(), 0);
}

#[test]
fn a_port_in_use_is_one_line() {
    let program = Program::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("bound");
    for (line, who) in [
        (format!("serve --web-addr {address} --ssh-addr 127.0.0.1:0"), "the web server"),
        (format!("serve --web-addr 127.0.0.1:0 --ssh-addr {address}"), "the SSH gateway"),
        (
            format!("serve --web-addr 127.0.0.1:0 --ssh-addr 127.0.0.1:0 --pg-addr {address}"),
            "the PostgreSQL gateway",
        ),
    ] {
        let done = program.run(&line);
        assert_eq!(done.status, 1);
        let reasons: Vec<_> = done.err.lines().filter(|line| line.starts_with("sightline: ")).collect();
        assert_eq!(reasons.len(), 1, "{}", done.err);
        assert!(reasons[0].contains(&format!("{who} cannot listen on {address}")), "{}", done.err);
    }
}
