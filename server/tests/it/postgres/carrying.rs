//! What goes through: bulk both ways, dumps, every kind of statement, cancelling, many at once.

use wire::EndReason;

use super::{Dw, text};
use crate::warehouse::{bytes, folder};

#[tokio::test(flavor = "multi_thread")]
async fn bulk_goes_through_both_ways_byte_for_byte() {
    let dw = Dw::start().await;
    let folder = folder();
    let (given, taken) = (folder.path().join("given"), folder.path().join("taken"));
    let lines: String = (0..120_000).map(|n| format!("{n}\tline {n} of the file, ü\u{1F600}\\n\n")).collect();
    std::fs::write(&given, &lines).expect("written");
    let script = format!(
        "CREATE TABLE bulk (n int, words text);\n\\copy bulk FROM '{}'\n\\copy (SELECT * FROM bulk ORDER BY n) TO '{}'\n",
        given.display(),
        taken.display()
    );
    let file = folder.path().join("script");
    std::fs::write(&file, script).expect("written");
    let done =
        dw.run("psql", &["-X", "-v", "ON_ERROR_STOP=1", "-d", "dw", "-f", file.to_str().expect("plain")]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(bytes(&taken) == lines.as_bytes(), "{} of {} bytes", bytes(&taken).len(), lines.len());
    let recorded = dw.recorded(dw.ended().await.session.id);
    let counted = recorded.matches(&format!("COPY: 120000 rows, {} bytes of data", lines.len())).count();
    assert_eq!(counted, 2, "{recorded}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dump_is_the_one_that_is_made_without_a_gateway() {
    let dw = Dw::start().await;
    let filled = "CREATE TABLE t AS SELECT n, repeat(md5(n::text), 20) AS words FROM generate_series(1, 20000) n; \
        CREATE INDEX ON t (n); CREATE VIEW v AS SELECT count(*) FROM t; SELECT lo_from_bytea(0, 'large');";
    dw.target.answer(filled);
    let dump = ["-d", "dw", "--no-comments"];
    // A word that is drawn anew for each dump stands around it.
    let plain = |output: std::process::Output| {
        assert!(output.status.success(), "{}", text(&output.stderr));
        let lines = text(&output.stdout);
        lines
            .lines()
            .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let direct = plain(dw.target.direct("pg_dump", &dump));
    assert!(direct.len() > 10 << 20 && plain(dw.run("pg_dump", &dump)) == direct);

    let file = folder();
    let custom = file.path().join("dump");
    let done = dw.run("pg_dump", &["-Fc", "-d", "dw", "-f", custom.to_str().expect("plain")]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    dw.target.answer("CREATE DATABASE again");
    let restore =
        crate::warehouse::client("pg_restore", dw.gateway().port(), "uma:app@dw", crate::web_world::PASSWORD)
            .args(["-d", "again"])
            .arg(&custom)
            .output()
            .expect("pg_restore is missing");
    assert!(restore.status.success(), "{}", text(&restore.stderr));
    let again = ["-XAt", "-d", "again", "-c", "SELECT count(*), sum(length(words)) FROM t"];
    assert_eq!(text(&dw.run("psql", &again).stdout), "20000|12800000\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_of_a_fast_client_is_in_its_recording() {
    let dw = Dw::start().await;
    let made = dw.run("pgbench", &["-i", "-q", "-s", "1", "dw"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    dw.ended().await;
    for mode in ["simple", "extended", "prepared"] {
        let done = dw.run("pgbench", &["-n", "-S", "-M", mode, "-c", "1", "-t", "2000", "dw"]);
        assert!(done.status.success(), "{}", text(&done.stderr));
        assert!(text(&done.stdout).contains("number of transactions actually processed: 2000/2000"));
        let recorded = dw.recorded(dw.ended().await.session.id);
        assert_eq!(recorded.matches("SELECT abalance FROM pgbench_accounts").count(), 2000, "{mode}");
        assert_eq!(recorded.matches("1 row in ").count(), 2000, "{mode}");
        assert_eq!(recorded.matches("$1 = '").count(), if mode == "simple" { 0 } else { 2000 }, "{mode}");
    }
    let many = dw.run("pgbench", &["-n", "-c", "8", "-j", "2", "-t", "50", "dw"]);
    assert!(many.status.success(), "{}", text(&many.stderr));
    assert!(text(&many.stdout).contains("400/400"), "{}", text(&many.stdout));
    crate::sshd::until("the end of all", || dw.world.services().hub.open_count() == 0);
    let rows = dw.rows().await;
    assert!(rows.len() >= 4 + 8, "{}", rows.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_cancelled_by_whoever_sent_it() {
    let dw = Dw::start().await;
    let mut psql = dw.psql();
    psql.types("SELECT pg_sleep(600);");
    let running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%sleep(600)%' AND state = 'active' AND pid <> pg_backend_pid()";
    crate::sshd::until("the statement", || dw.target.answer(running) == "1");
    psql.interrupt();
    // Whose psql reads no terminal leaves then, and says so to the gateway.
    assert!(psql.ends().contains("canceling statement due to user request"));
    crate::sshd::until("the statement's end", || dw.target.answer(running) == "0");
    let row = dw.ended().await;
    assert_eq!(row.ended.expect("ended").reason, EndReason::Closed);
    let recorded = dw.recorded(row.session.id);
    assert!(recorded.contains("ERROR 57014: canceling statement"), "{recorded}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_names_no_database_gets_that_of_the_account() {
    let dw = Dw::start().await;
    dw.target.answer("CREATE DATABASE app");
    let mut command =
        crate::warehouse::client("psql", dw.gateway().port(), "uma:app@dw", crate::web_world::PASSWORD);
    let output =
        command.args(["-XAt", "-c", "SELECT current_database(), current_user"]).output().expect("psql");
    assert_eq!(text(&output.stdout), "app|app\n", "{}", text(&output.stderr));
    let address = format!("postgres://127.0.0.1:{}/app", dw.target.port);
    assert_eq!(dw.ended().await.session.service_url, address);
}
