//! Targets that are down, programs that are killed, bytes that are rubbish, a server that is away for a while.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use gateway_pg::{Gateway, GatewayConfig, Identity};
use server::crypto::vault::Vault;
use server::ports::StoreDirectory;
use server::serve::VAULT_KEY;
use server::store::AgentKind;
use tokio_util::sync::CancellationToken;
use wire::EndReason;

use super::{Dw, text};
use crate::web_world::PASSWORD;

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_down_is_named() {
    let dw = Dw::start().await;
    dw.world.cli(&[
        "agent",
        "add",
        "away",
        "--url",
        &format!("postgres://127.0.0.1:{}", crate::warehouse::free_port()),
    ]);
    crate::web_world::cli_with(&dw.world, &["account", "add", "app@away", "--password-stdin"], "x");
    dw.world.cli(&["grant", "add", "uma", "user", "app@away"]);
    let said = dw.refusal("uma:app@away", PASSWORD, "");
    assert!(said.contains("Sightline: away refused the connection: connection refused"), "{said}");
    let said = dw.refusal("uma:app@dw", PASSWORD, "dbname=nothing");
    assert!(said.contains("Sightline: dw said: database \"nothing\" does not exist"), "{said}");
    crate::web_world::cli_with(&dw.world, &["account", "secret", "app@dw", "--password-stdin"], "stale");
    let said = dw.refusal("uma:app@dw", PASSWORD, "");
    assert!(
        said.contains("dw refused the sign-in of app: its password on Sightline may be out of date"),
        "{said}"
    );
    assert!(dw.rows().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_goes_in_the_middle_is_told_of() {
    let dw = Dw::start().await;
    let mut psql = dw.psql();
    psql.types("SELECT 'process ' || pg_backend_pid();");
    psql.shows("process ");
    let heard = psql.heard();
    let id = heard.rsplit("process ").next().expect("a number").trim().to_owned();
    dw.target.answer(&format!("SELECT pg_terminate_backend({id})"));
    crate::sshd::until("the end", || dw.world.services().hub.open_count() == 0);
    psql.types("SELECT 1;");
    psql.shows("terminating connection due to administrator command");
    psql.ends();
    let end = dw.ended().await.ended.expect("ended");
    assert_eq!(end.reason, EndReason::TargetLost);
    assert_eq!(end.note.as_deref(), Some("dw said: terminating connection due to administrator command"));

    let mut psql = dw.psql();
    psql.types("SELECT 'process ' || pg_backend_pid();");
    psql.shows("process ");
    let id = psql.heard().rsplit("process ").next().expect("a number").trim().to_owned();
    let killed = std::process::Command::new("kill").args(["-9", &id]).status().expect("kill runs");
    assert!(killed.success());
    crate::sshd::until("the end", || dw.world.services().hub.open_count() == 0);
    psql.types("SELECT 1;");
    psql.shows("Sightline: dw broke the connection off");
    psql.ends();
    let end = dw.ended().await.ended.expect("ended");
    assert_eq!(
        (end.reason, end.note.as_deref()),
        (EndReason::TargetLost, Some("dw broke the connection off"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_without_a_word_leaves_nothing_open() {
    let dw = Dw::start().await;
    let mut psql = dw.psql();
    psql.types("SELECT pg_sleep(600);");
    let there =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%sleep(600)%' AND pid <> pg_backend_pid()";
    crate::sshd::until("the statement", || dw.target.answer(there) == "1");
    psql.kill();
    assert_eq!(dw.ended().await.ended.expect("ended").reason, EndReason::ClientLost);
    crate::sshd::until("its end", || dw.target.answer(there) == "0");
}

/// What a gateway answers to bytes; nothing when it only closes.
fn answer(gateway: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(gateway).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("set");
    stream.write_all(bytes).expect("written");
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard);
    heard
}

/// A first packet, with its length.
fn packet(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("short");
    [&length.to_be_bytes()[..], body].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_signed_in_in_time_is_told() {
    let dw = Dw::start().await;
    let services = dw.world.services();
    let vault = Vault::open(&services.config.file(VAULT_KEY)).expect("a key");
    let (auth, journal) = (services.auth.clone(), services.journal.clone());
    let directory = StoreDirectory::new(services.store.clone(), AgentKind::Postgres, auth, vault, journal);
    let pem = gateway_pg::certificate::generate("hasty").expect("made");
    let mut config = GatewayConfig::new("hasty", Identity::read(&pem, &pem).expect("read"));
    config.sign_in_timeout = Duration::from_secs(1);
    let hasty = Gateway::new(config, Arc::new(directory), services.hub.clone());
    let hasty = hasty.bind((Ipv4Addr::LOCALHOST, 0).into()).await.expect("bound");
    let (gateway, stop) = (hasty.local_addr(), CancellationToken::new());
    let serving = tokio::spawn(hasty.serve(stop.clone()));

    let late = |heard: &[u8]| {
        let heard = text(heard);
        assert!(
            heard.starts_with('E') && heard.contains("SFATAL\0") && heard.contains("C57014\0"),
            "{heard}"
        );
        assert!(heard.contains("MSightline: nobody signed in within 1 s: connect again\0"), "{heard}");
    };
    late(&answer(gateway, b""));
    late(&answer(gateway, &[0, 0, 0]));
    let no_gss = answer(gateway, &packet(&80_877_104_u32.to_be_bytes()));
    assert_eq!(no_gss[0], b'N');
    late(&no_gss[1..]);
    let asked = answer(gateway, &packet(&[&[0, 3, 0, 0][..], b"user\0uma:app@dw\0\0"].concat()));
    assert_eq!(asked[0], b'R', "it is asked for its password");
    let length = u32::from_be_bytes([asked[1], asked[2], asked[3], asked[4]]);
    late(&asked[1 + usize::try_from(length).expect("short")..]);
    // Where the client is to begin with TLS nothing else can be said.
    assert_eq!(answer(gateway, &packet(&80_877_103_u32.to_be_bytes())), b"S");

    // And whoever is quick is served.
    let quick = crate::warehouse::client("psql", gateway.port(), "uma:app@dw", PASSWORD)
        .args(["-XAt", "-d", "dw", "-c", "SELECT 1"])
        .output()
        .expect("psql");
    assert_eq!(text(&quick.stdout), "1\n", "{}", text(&quick.stderr));
    stop.cancel();
    serving.await.expect("it ends").expect("in order");
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_is_refused_in_the_protocols_own_words() {
    let dw = Dw::start().await;
    for rubbish in
        [&b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"[..], &[0xff; 64], &[0, 0, 0x27, 0x11, 0, 3, 0, 0], &[0; 16]]
    {
        let heard = text(&answer(dw.gateway(), rubbish));
        assert!(
            heard.starts_with('E')
                && heard.contains("C08P01\0")
                && heard.contains("no start of a PostgreSQL session"),
            "{heard}"
        );
    }
    let heard = text(&answer(dw.gateway(), &[0, 0, 0, 8, 0, 2, 0, 0]));
    assert!(heard.contains("C0A000\0") && heard.contains("version 2 of the protocol"), "{heard}");
    let start = packet(&[&[0, 3, 0, 2][..], b"user\0uma\0\0"].concat());
    let long = [&start[..], b"p\x7f\xff\xff\xff"].concat();
    let heard = answer(dw.gateway(), &long);
    assert_eq!(heard[0], b'v', "a later version is negotiated");
    assert!(text(&heard).contains("this is no message of the PostgreSQL protocol"), "{}", text(&heard));
    // A cancel request that nobody gave a key for is answered by nothing.
    let cancel = [&[0, 0, 0, 16][..], &80_877_102_u32.to_be_bytes(), &[0; 8]].concat();
    assert!(answer(dw.gateway(), &cancel).is_empty());
    let mut psql = dw.psql();
    psql.types("SELECT 1;");
    psql.shows("1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_away_is_back_and_nothing_stays_open() {
    let dw = Dw::start().await;
    let mut psql = dw.psql();
    psql.types("SELECT 'before';");
    psql.shows("before");
    let Dw { world, target } = dw;
    let gateway = world.running.pg.as_ref().expect("it listens").0;
    let stopped = world.stop().await;
    psql.types("SELECT 1;");
    let said = psql.ends();
    assert!(
        said.contains("the server is stopping") || said.contains("the gateway is shutting down"),
        "{said}"
    );
    let away = crate::warehouse::client("psql", gateway.port(), "uma:app@dw", PASSWORD)
        .args(["-X", "-c", "SELECT 1", "dw"])
        .output()
        .expect("psql");
    assert!(text(&away.stderr).contains("Connection refused"), "{}", text(&away.stderr));
    let there = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
    crate::sshd::until("the end at the target", || target.answer(there) == "0");

    let world = stopped.start().await;
    let dw = Dw { world, target };
    assert_eq!(dw.ended().await.ended.expect("ended").reason, EndReason::NodeLost);
    assert!(dw.run("psql", &["-XAt", "-d", "dw", "-c", "SELECT 1"]).status.success());
    assert_eq!(dw.rows().await.len(), 2);
}
