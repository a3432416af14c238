//! Who comes in: passwords that are proven, TLS, grants; and what everybody else is told.

use std::process::{Command, Stdio};
use std::time::Duration;

use server::audit::Action;
use server::crypto::passwords;
use server::store::{AuditFilter, NewUser};

use super::{Dw, text};
use crate::warehouse::Warehouse;
use crate::web_world::{PASSWORD, cli_with};

impl Dw {
    /// Actor and detail of each event of that kind, the newest first, as soon as there are so many.
    async fn audited(&self, action: Action, count: usize) -> Vec<(String, String)> {
        let filter = AuditFilter { action: action.as_str().into(), ..AuditFilter::default() };
        let look = async {
            loop {
                let events = self.world.services().store.audit_page(&filter, None, 100).await.expect("read");
                if events.len() >= count {
                    return events.into_iter().map(|event| (event.actor, event.detail)).collect::<Vec<_>>();
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), look).await.expect("they are written")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_and_unknown_look_the_same_and_are_written_down() {
    let dw = Dw::start().await;
    let wrong = "FATAL:  Sightline: wrong user or password\nHINT:  If you were never asked for your password";
    for (user, password) in
        [("uma:app@dw", "wrong"), ("nobody:app@dw", PASSWORD), ("", PASSWORD), ("u ma:app@dw", PASSWORD)]
    {
        let said = dw.refusal(if user.is_empty() { ":app@dw" } else { user }, password, "");
        assert!(said.contains(wrong), "{user}: {said}");
    }
    assert!(!dw.refusal("uma:app@dw", "", "").is_empty(), "without a password psql leaves by itself");
    let failed = dw.audited(Action::SignInFailed, 4).await;
    assert_eq!(failed.len(), 4, "{failed:?}");
    assert!(
        failed.iter().all(|(_, detail)| detail == "postgres, password: wrong user or password"),
        "{failed:?}"
    );
    let done = dw.run("psql", &["-XAt", "-d", "dw", "-c", "SELECT 1"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert_eq!(dw.audited(Action::SignIn, 1).await, [("uma".to_owned(), "postgres, password".to_owned())]);

    // Five are free; the answer to each takes a second, and the wait after the seventh is two.
    for _ in 0..7 {
        dw.refusal("otto:app@dw", "wrong", "");
    }
    let said = dw.refusal("otto:app@dw", PASSWORD, "");
    assert!(said.contains("Sightline: too many attempts to sign in"), "{said}");
    dw.world.cli(&["user", "disable", "uma"]);
    let said = dw.refusal("uma:app@dw", PASSWORD, "");
    assert!(said.contains(wrong), "{said}");
    let failed = dw.audited(Action::SignInFailed, 4 + 7 + 1).await;
    assert_eq!(failed[0].1, "postgres, password: the user is disabled");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_sent_again_without_tls_counts_once() {
    let dw = Dw::start().await;
    let wrong = "FATAL:  Sightline: wrong user or password";
    let said = dw.refusal("uma:app@dw", "wrong", "sslmode=prefer");
    assert!(said.contains(wrong), "{said}");
    assert!(said.contains("FATAL:  Sightline: this user was refused under TLS a moment ago"), "{said}");
    // Of itself it is looked at, and the right one is let in.
    let said = dw.refusal("otto:app@dw", "wrong", "sslmode=disable");
    assert!(said.contains(wrong), "{said}");
    let right = ["-XAt", "-c", "SELECT 1", "dbname=dw sslmode=disable"];
    assert_eq!(text(&dw.run("psql", &right).stdout), "1\n");
    // In the order in which they came: nothing of Uma's is behind Otto's.
    let failed = dw.audited(Action::SignInFailed, 2).await;
    let actors: Vec<_> = failed.iter().map(|(actor, _)| actor.as_str()).collect();
    assert_eq!(actors, ["otto", "uma"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_connect_learns_nothing_else() {
    let dw = Dw::start().await;
    for (user, reason) in [
        ("ned:app@dw", "you may not connect to app@dw, or there is no such account on a PostgreSQL server"),
        (
            "uma:nobody@dw",
            "you may not connect to nobody@dw, or there is no such account on a PostgreSQL server",
        ),
        (
            "uma:root@db-1",
            "you may not connect to root@db-1, or there is no such account on a PostgreSQL server",
        ),
        ("uma", "name the account: connect with user=uma:LOGIN@AGENT"),
        ("uma:app", "name the account: connect with user=uma:LOGIN@AGENT"),
    ] {
        let said = dw.refusal(user, PASSWORD, "");
        assert!(said.contains(&format!("FATAL:  Sightline: {reason}")), "{user}: {said}");
    }
    let said = dw.refusal("uma:app@dw", PASSWORD, "replication=database");
    assert!(said.contains("replication does not go through this gateway"), "{said}");
    let refused = dw.audited(Action::ConnectionRefused, 6).await;
    assert_eq!(refused.len(), 6, "{refused:?}");
    assert!(dw.rows().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_channel_is_bound_and_the_certificate_is_the_one_that_was_shown() {
    let dw = Dw::start().await;
    let bound = ["-XAt", "-c", "SELECT 1", "dbname=dw sslmode=require channel_binding=require"];
    let done = dw.run("psql", &bound);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let plain = ["-XAt", "-c", "SELECT 1", "dbname=dw sslmode=disable channel_binding=disable"];
    assert!(dw.run("psql", &plain).status.success(), "on this machine it need not be TLS");
    let old = ["-XAt", "-c", "SELECT 1", "dbname=dw sslmode=require ssl_max_protocol_version=TLSv1.2"];
    assert!(dw.run("psql", &old).status.success());

    // As a client pins it: the gateway's own certificate is its root.
    let own = dw.world.folder.path().join("data/pg_certificate.pem");
    let verified = format!("dbname=dw sslmode=verify-ca sslrootcert={}", own.display());
    let done = dw.run("psql", &["-XAt", "-c", "SELECT 1", &verified]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let shown = Command::new("openssl")
        .args(["x509", "-noout", "-fingerprint", "-sha256", "-in"])
        .arg(&own)
        .output()
        .expect("openssl is missing");
    let fingerprint = &dw.world.running.pg.as_ref().expect("it listens").1;
    assert_eq!(text(&shown.stdout).trim().rsplit('=').next(), fingerprint.strip_prefix("SHA256:"));
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&own).expect("there").permissions().mode() & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_can_be_proven_once_it_was_given() {
    let dw = Dw::start().await;
    let store = &dw.world.services().store;
    // As a user from before, of whom nothing is kept but the hash.
    let new = NewUser {
        name: "olga".into(),
        role: "user".into(),
        password_hash: passwords::hash(PASSWORD).expect("hashed"),
        ..NewUser::default()
    };
    let event = server::audit::Event::by_command_line(Action::UserAdded);
    store.add_user(new, event).await.expect("added");
    dw.world.cli(&["grant", "add", "olga", "user", "app@dw"]);
    let said = dw.refusal("olga:app@dw", PASSWORD, "");
    assert!(said.contains("sign in to Sightline's page with it once, then connect again"), "{said}");
    dw.world.signed_in("olga").await;
    let try_it = |password: &str| {
        let done = dw.run_as("olga:app@dw", password, "psql", &["-XAt", "-d", "dw", "-c", "SELECT 1"]);
        done.status.success()
    };
    assert!(try_it(PASSWORD));
    cli_with(&dw.world, &["user", "password", "olga", "--password-stdin"], "another horse battery");
    assert!(!try_it(PASSWORD) && try_it("another horse battery"));

    // The database alone gives nothing to guess at.
    let kept = std::fs::read(dw.world.folder.path().join("data/sightline.db")).expect("a database");
    assert!(!String::from_utf8_lossy(&kept).contains("SCRAM-SHA-256"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_under_tls_keeps_its_certificate() {
    let pem = |name: &str| gateway_pg::certificate::generate(name).expect("made");
    let dw = Dw::with(Warehouse::start_under_tls(&pem("dw"))).await;
    let query = ["-XAt", "-d", "dw", "-c", "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"];
    let done = dw.run("psql", &query);
    assert_eq!(text(&done.stdout), "t\n", "{}", text(&done.stderr));
    // MD5 and passwords in the clear go under TLS.
    for method in ["md5", "password"] {
        let secret = crate::warehouse::ACCOUNT_PASSWORD;
        dw.target.answer(&format!(
            "SET password_encryption = 'md5'; ALTER ROLE app PASSWORD '{secret}'; \
             COPY (SELECT 'host all all all {method}') TO PROGRAM 'cat > pg_hba.conf'; SELECT pg_reload_conf()"
        ));
        crate::sshd::until(method, || dw.run("psql", &query).stdout == b"t\n");
    }
    let Dw { world, target } = dw;
    let port = target.stop();
    let dw = Dw { world, target: Warehouse::at(port, &pem("other")) };
    let said = dw.refusal("uma:app@dw", PASSWORD, "");
    assert!(
        said.contains("the certificate of dw changed: expected SHA256:") && said.contains(", got SHA256:"),
        "{said}"
    );
    assert_eq!(dw.audited(Action::HostKeyChanged, 1).await.len(), 1);

    let Dw { world, target } = dw;
    let port = target.stop();
    let dw = Dw { world, target: Warehouse::at(port, "") };
    let said = dw.refusal("uma:app@dw", PASSWORD, "");
    assert!(said.contains("dw offers no TLS any more"), "{said}");

    let Dw { world, target } = dw;
    let port = target.stop();
    let new = pem("new");
    let dw = Dw { world, target: Warehouse::at(port, &new) };
    let file = dw.world.folder.path().join("new.pem");
    std::fs::write(&file, new.as_str()).expect("written");
    dw.world.cli(&["agent", "host-key", "dw", file.to_str().expect("plain")]);
    assert_eq!(text(&dw.run("psql", &query).stdout), "t\n");
    assert!(dw.world.cli(&["agent", "list"]).contains("SHA256:"));
}

#[test]
fn a_certificate_is_given_or_the_gateway_is_off() {
    let program = crate::program::Program::new();
    let pem = gateway_pg::certificate::generate("gateway.example").expect("made");
    let file = program.file("own.pem", &pem);
    let identity = gateway_pg::Identity::read(&pem, &pem).expect("read");
    let options = format!("--pg-certificate {0} --pg-key {0}", file.display());
    let serving = program.serve_with(&options);
    assert!(serving.pg.trim_end().ends_with(identity.fingerprint()), "{}", serving.pg);
    assert_eq!(serving.stop(), 0);
    let off = program
        .command("serve --web-addr 127.0.0.1:0 --ssh-addr 127.0.0.1:0 --pg-addr off")
        .stdin(Stdio::null())
        .spawn();
    let mut off = off.expect("it runs");
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(off.stdout.take().expect("piped")));
    assert!(lines.any(|line| line.expect("text") == "postgres off"));
    off.kill().expect("it runs");
    off.wait().expect("it ends");
    let half = program.run(&format!("serve --pg-certificate {}", file.display()));
    assert!(half.status == 1 && half.err.contains("belong together"), "{half:?}");
}
