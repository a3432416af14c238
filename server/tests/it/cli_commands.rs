//! The command line in the words that scripts rely on.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use sqlx::Connection;

use crate::people::{KEY, OTHER_KEY};
use crate::program::Program;

const PASSWORD: &str = "correct horse battery\n";

/// With `ann`, the agent `db-1` and the account `root@db-1`.
fn furnished() -> Program {
    let program = Program::new();
    program.ok("user add ann --password-stdin", PASSWORD);
    program.ok("agent add db-1 --url ssh://127.0.0.1:22", "");
    program.ok("account add root@db-1 --password-stdin", "secret\n");
    program
}

#[test]
fn users_are_added_listed_and_disabled() {
    let program = Program::new();
    let add = "user add ann --full-name 'Ann Lee' --email ann@corp.example --role operator --password-stdin";
    assert_eq!(program.ok(add, PASSWORD), "added user ann");
    let again = program.run_with("user add ANN --password-stdin", PASSWORD);
    assert_eq!((again.status, again.out.as_str()), (1, ""));
    assert_eq!(again.err, "sightline: there is a user ANN already\n");
    assert_eq!(
        program.ok("user list", ""),
        "NAME  FULL NAME  EMAIL             ROLE      STATE\n\
         ann   Ann Lee    ann@corp.example  operator  active"
    );
    program.ok("user password ann --password-stdin", "another password\n");
    program.ok("user disable ann", "");
    assert!(program.ok("user list", "").ends_with("disabled"));
    assert_eq!(program.run("user disable bob").err, "sightline: there is no user \"bob\"\n");
}

#[test]
fn passwords_come_from_standard_input_alone() {
    let program = Program::new();
    assert_eq!(program.run("user add ann").status, 2);
    assert_eq!(program.run("user add ann --password x").status, 2);
    for (input, reason) in [
        ("", "the password on standard input is empty"),
        ("\nsecond line\n", "the password on standard input is empty"),
    ] {
        let done = program.run_with("user add ann --password-stdin", input);
        assert_eq!((done.status, done.err), (1, format!("sightline: {reason}\n")));
    }
    assert_eq!(program.ok("user list", "").lines().count(), 1);
    let weak = program.run_with("user add ann --password-stdin", "short\r\nsecond line\n");
    assert_eq!((weak.status, weak.out.as_str()), (0, "added user ann\n"));
    assert_eq!(weak.err, "warning: the password is shorter than 8 characters\n");
}

#[test]
fn wrong_usage_exits_with_2_and_refusals_with_1() {
    let program = furnished();
    for (line, status) in [
        ("", 2),
        ("nonsense", 2),
        ("user add ann --role king --password-stdin", 2),
        ("agent add db-2 --url ftp://db-2", 2),
        ("agent add db-2 --url https://db-2/?x", 2),
        ("account add root --password-stdin", 2),
        ("account add root@db-1", 2),
        ("account add root@db-1 --password-stdin --private-key x", 2),
        ("grant add ann king root@db-1", 2),
        ("session terminate 0199 --reason x", 1),
        ("session terminate 01998d3e-0000-7000-8000-000000000000 --reason x", 1),
        ("session terminate 01998d3e-0000-7000-8000-000000000000", 2),
        ("account add root@db-9 --password-stdin", 1),
        ("grant add ann user root@db-9", 1),
        ("grant remove ann user root@db-1", 1),
        ("agent add a:b --url ssh://db", 1),
    ] {
        let done = program.run_with(line, "secret\n");
        assert_eq!(done.status, status, "{line}: {done:?}");
        assert_eq!(done.out, "", "{line}");
        assert!(!done.err.is_empty(), "{line}");
        assert!(status != 1 || done.err.lines().count() == 1, "one line of reason: {}", done.err);
    }
    assert_eq!(program.run("--help").status, 0);
}

#[test]
fn accounts_and_grants_in_the_words_of_the_manual() {
    let program = furnished();
    program.ok("agent add web --url ssh://[::1]:2200 --display-name 'Web server' --group inner", "");
    program.ok("account add admin@corp@web --password-stdin --watch covert", "secret\n");
    assert_eq!(program.ok("account set admin@corp@web --recording required", ""), "changed admin@corp@web");
    assert_eq!(program.ok("grant add ann owner admin@corp@web", ""), "ann is owner of admin@corp@web");
    program.ok("grant add ANN user root@DB-1", "");
    program.ok("grant remove ann user root@db-1", "");
    assert_eq!(
        program.ok("account list", ""),
        "ACCOUNT         SERVICE PROVIDER  SECRET    WATCH      RECORDING  DESKTOP\n\
         root@db-1       db-1              password  announced  wanted     -\n\
         admin@corp@web  Web server        password  covert     required   -"
    );
    assert_eq!(
        program.ok("agent list", ""),
        "NAME  DISPLAY NAME  KIND  URL                 GROUP  HOST KEY\n\
         db-1  db-1          ssh   ssh://127.0.0.1:22  -      pinned at first use\n\
         web   Web server    ssh   ssh://[::1]:2200    inner  pinned at first use"
    );
    let taken = program.run_with("account add root@db-1 --password-stdin", "x\n");
    assert_eq!((taken.status, taken.err.as_str()), (1, "sightline: there is an account root@db-1 already\n"));
    program.ok("account secret root@db-1 --password-stdin", "another\n");
}

#[test]
fn an_agent_is_of_the_kind_that_its_address_says() {
    let program = furnished();
    let key = program.file("key.pub", &format!("{KEY} db-1\n"));
    program.ok("agent add dw --url postgres://dw.example --group inner", "");
    program.ok("agent add crm --url HTTPS://CRM.example:443/", "");
    assert_eq!(
        program.ok("agent list", ""),
        "NAME  DISPLAY NAME  KIND         URL                         GROUP  HOST KEY\n\
         crm   crm           application  https://crm.example         -      -\n\
         db-1  db-1          ssh          ssh://127.0.0.1:22          -      pinned at first use\n\
         dw    dw            postgres     postgres://dw.example:5432  inner  pinned at first use"
    );
    for (line, reason) in [
        (
            format!("agent add x --url https://x.example --host-key {}", key.display()),
            "x is a web application: it is known by its address",
        ),
        (
            format!("agent host-key dw {}", key.display()),
            "dw is a PostgreSQL server: give its certificate, PEM",
        ),
        (
            "agent add x --url https://x.example --group inner".into(),
            "x is a web application: browsers go there, not a jump server group",
        ),
    ] {
        let refused = program.run(&line);
        assert_eq!((refused.status, refused.err), (1, format!("sightline: {reason}\n")), "{line}");
    }
    assert!(!program.ok("agent list", "").contains("x.example"));
    let other = program.run("agent add x --url ldap://x");
    assert!(other.status == 2 && other.err.contains("write ssh://HOST:PORT, postgres://"), "{other:?}");
}

#[test]
fn applications_have_addresses_and_a_secret_that_is_shown_once() {
    let program = furnished();
    let add = "agent add crm --url https://crm.example --display-name CRM --redirect https://crm.example/in \
               --redirect http://localhost:8080/in --back-channel https://crm.example/out";
    let secret = program.ok(add, "");
    assert!(secret.starts_with("slc_") && secret.len() == 47 && secret.lines().count() == 1, "{secret}");
    assert_eq!(
        program.ok("agent show CRM", ""),
        "WHAT           VALUE\n\
         name           crm\n\
         display name   CRM\n\
         url            https://crm.example\n\
         for            everybody\n\
         after sign-in  http://localhost:8080/in\n\
         after sign-in  https://crm.example/in\n\
         back-channel   https://crm.example/out"
    );
    let set = "agent set crm --redirect https://crm.example/in --sign-out-redirect https://crm.example/ --for granted";
    assert_eq!(program.ok(set, ""), "changed crm");
    let shown = program.ok("agent show crm", "");
    assert!(shown.contains("for             granted\n") && !shown.contains("localhost"), "{shown}");
    assert!(shown.contains("after sign-out  https://crm.example/\n") && shown.contains("/out"), "{shown}");
    let other = program.ok("agent secret crm", "");
    assert!(other != secret && !shown.contains(&other));

    program.ok("account add editors@crm --no-secret", "");
    program.ok("grant add ann user editors@crm", "");
    for (line, reason) in [
        ("agent set crm", "nothing to change: give --redirect, --sign-out-redirect, --back-channel or --for"),
        ("agent set db-1 --for granted", "db-1 is an SSH server, not a web application"),
        ("agent secret db-1", "db-1 is an SSH server, not a web application"),
        (
            "agent add db-2 --url ssh://db-2 --for granted",
            "db-2 is an SSH server: --redirect, --sign-out-redirect, --back-channel and --for are for web applications",
        ),
        (
            "account add ann@crm --password-stdin",
            "people sign in to a web application as themselves: an account on it has no secret",
        ),
        ("account add ann@db-1 --no-secret", "an account on an SSH server has a secret: give its password"),
    ] {
        let refused = program.run_with(line, "secret\n");
        assert_eq!((refused.status, refused.err), (1, format!("sightline: {reason}\n")), "{line}");
    }
    let open = program.run("agent add x --url https://x.example --redirect http://x.example/");
    assert!(open.status == 2 && open.err.contains("not encrypted"), "{open:?}");
    let open = program.run("agent add x --url http://x.example");
    assert!(open.status == 0 && open.err.contains("warning: http://x.example is not encrypted"), "{open:?}");
}

#[test]
fn keys_are_read_from_files_and_checked() {
    let program = furnished();
    let key = program.file("key.pub", &format!("{KEY} ann@laptop\n"));
    let known = program.file("known", &format!("db-2,10.0.0.2 {OTHER_KEY}\n"));
    let nonsense = program.file("nonsense", "nothing\n");
    let (key, known, nonsense) = (key.display(), known.display(), nonsense.display());
    program.ok(&format!("user add bob --public-key {key} --password-stdin"), PASSWORD);
    program.ok(&format!("agent add db-2 --url ssh://db-2 --host-key {known}"), "");
    program.ok(&format!("agent host-key db-1 {key}"), "");
    assert_eq!(program.ok("agent list", "").matches("SHA256:").count(), 2);
    let refused = program.run(&format!("agent add db-3 --url ssh://db-3 --host-key {nonsense}"));
    assert_eq!(refused.status, 1);
    assert!(refused.err.contains("nonsense: this is no public key"), "{}", refused.err);

    for (name, passphrase) in [("plain", ""), ("locked", "open sesame")] {
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", passphrase, "-f"])
            .arg(program.path().join(name))
            .status()
            .expect("ssh-keygen runs (Debian: `apt install openssh-client`)");
        assert!(made.success());
    }
    let add = |login: &str, file: &str| {
        program
            .run(&format!("account add {login}@db-1 --private-key {}", program.path().join(file).display()))
    };
    assert_eq!(add("a", "plain").status, 0);
    let locked = add("b", "locked");
    assert!(locked.status == 1 && locked.err.contains("has a passphrase"), "{locked:?}");
    assert_eq!(add("c", "plain.pub").status, 1);
    assert_eq!(add("d", "missing").status, 1);
    assert!(program.ok("account list", "").contains("a@db-1     db-1              private key  announced"));
}

#[test]
fn the_data_folder_is_its_owners_alone() {
    let program = furnished();
    let mode = |name: &str| {
        let path = if name.is_empty() { program.data() } else { program.data().join(name) };
        std::fs::metadata(path).expect("there").permissions().mode() & 0o777
    };
    assert_eq!(mode(""), 0o700);
    assert_eq!(mode("secret.key"), 0o600);
    let database = std::fs::read(program.data().join("sightline.db")).expect("read");
    let log = std::fs::read(program.data().join("sightline.db-wal")).unwrap_or_default();
    for secret in ["correct horse battery", "secret\n"] {
        for bytes in [&database, &log] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
        }
    }
    let open = || std::fs::set_permissions(program.data(), PermissionsExt::from_mode(0o755)).expect("opened");
    open();
    program.ok("user list", "");
    assert_eq!(mode(""), 0o700, "what is ours is closed again");
    open();
    std::fs::write(program.data().join("thesis.txt"), "").expect("written");
    let refused = program.run("user list");
    assert!(refused.status == 1 && refused.err.contains("chmod 700"), "{refused:?}");
    assert_eq!(mode(""), 0o755, "what is somebody's is left alone");
}

#[test]
fn settings_come_from_the_file_and_unknown_ones_are_named() {
    let program = furnished();
    std::fs::write(program.data().join("sightline.toml"), "web_adr = \"127.0.0.1:1\"\n").expect("written");
    let refused = program.run("user list");
    assert_eq!(refused.status, 1);
    assert!(refused.err.contains("unknown field `web_adr`"), "{}", refused.err);
    std::fs::write(program.data().join("sightline.toml"), "database_url = \"mysql://db\"\n")
        .expect("written");
    assert!(program.run("user list").err.contains("must start with sqlite: or postgres:"));
    let password = program.run("user list --database-url postgres://me:hunter2@127.0.0.1:1/x");
    assert!(password.status == 1 && !password.err.contains("hunter2"), "{password:?}");
}

#[test]
fn tokens_are_printed_once() {
    let program = furnished();
    let token = program.ok("token add ann --name ci", "");
    assert!(token.starts_with("slt_") && token.len() == 47 && token.lines().count() == 1, "{token}");
    let list = program.ok("token list ann", "");
    assert!(!list.contains(&token));
    let row = list.lines().nth(1).expect("one token");
    let id = row.split(' ').next().expect("an id");
    assert_eq!(program.ok(&format!("token revoke {id}"), ""), format!("revoked token {id}"));
    assert!(program.ok("token list ann", "").ends_with("revoked"));
    assert_eq!(program.run(&format!("token revoke {id}")).status, 1);
}

#[test]
fn an_unreachable_database_is_one_line() {
    let program = Program::new();
    let done = program.run("user list --database-url postgres://me@127.0.0.1:1/sightline");
    assert_eq!(done.status, 1);
    assert_eq!(done.err.lines().count(), 1, "{}", done.err);
    assert!(done.err.contains("the database cannot be used"), "{}", done.err);
}

#[tokio::test]
async fn an_audit_that_was_changed_is_named() {
    let program = furnished();
    let whole = program.ok("audit verify", "");
    assert!(whole.starts_with("the audit is whole: ") && whole.contains(" events, head "), "{whole}");
    let head = whole.rsplit(' ').next().expect("a head");
    assert_eq!(program.ok(&format!("audit verify --head {head}"), ""), whole);
    let other = program.run(&format!("audit verify --head 1:{}", "0".repeat(64)));
    assert!(other.status == 1 && other.err.contains("event 1 or one before it was rewritten"), "{other:?}");
    assert_eq!(program.run("audit verify --head 7").status, 2);
    sqlx::any::install_default_drivers();
    let url = server::store::Store::sqlite_url(&program.data().join("sightline.db"));
    let mut database = sqlx::AnyConnection::connect(&url).await.expect("connected");
    let changed = sqlx::query("UPDATE audit_events SET actor = 'nobody' WHERE number = 2");
    changed.execute(&mut database).await.expect("changed");
    database.close().await.expect("closed");
    let broken = program.run("audit verify");
    assert_eq!((broken.status, broken.out.as_str()), (1, ""));
    assert!(broken.err.starts_with("sightline: the audit is not whole: event 2 ("), "{}", broken.err);
}
