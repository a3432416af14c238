//! One session, from what the person asked for to its end.

use std::net::IpAddr;

use gateway::{Connection, Refused, User, Wish};
use hub::{OpenSession, Opening, ScreenKind};
use wire::live::Size;
use wire::{End, EndReason, Millis, SessionType};

use crate::backend::{authentication, message, notice};
use crate::cancel::cancel;
use crate::far::{self, Far};
use crate::gateway::Shared;
use crate::near::Person;
use crate::relay::{Outcome, Relay};
use crate::startup::Startup;
use crate::stream::Talk;
use crate::words::{Trouble, greeting};

/// The log's size: as wide as a long statement, as high as a page.
const SCREEN: Size = Size { cols: 132, rows: 43 };
/// What interactive clients call themselves: somebody reads what they are told.
const INTERACTIVE: &str = "psql";

/// Runs a session to its end and tells the person how it ended, if that was not their doing.
pub(crate) async fn run(shared: &Shared, person: Person, from: IpAddr) {
    let Person { mut talk, user, wish, startup } = person;
    let mut account = String::new();
    let reached = tokio::select! {
        reached = reach(shared, &user, wish, &startup, from, &mut account) => reached,
        () = shared.stop.cancelled() => Err(gateway::Trouble::Stopping.into()),
        () = gone(&mut talk) => return,
    };
    match reached {
        Ok(Reached { connection, far, open }) => {
            converse(shared, talk, &startup, &connection, far, open).await;
        }
        Err(trouble) => {
            let reason = trouble.to_string();
            tracing::info!(user = ?user.name, %from, ?account, ?reason, "no session");
            shared.office.refused(Refused { user, from, account, reason }).await;
            talk.end(&trouble.report().error()).await;
        }
    }
}

/// Completes when the client has left. What it says before its session begins waits.
async fn gone(talk: &mut Talk) {
    use tokio::io::AsyncReadExt;
    // A client says nothing now; one that does is not read further than this.
    while talk.ahead.len() < 4096 {
        match talk.stream.read_buf(&mut talk.ahead).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
    std::future::pending::<()>().await;
}

struct Reached {
    connection: Connection,
    far: Far,
    open: OpenSession,
}

/// Finds the account, connects to its target and has the session written down.
async fn reach(
    shared: &Shared,
    user: &User,
    wish: Wish,
    startup: &Startup,
    from: IpAddr,
    account: &mut String,
) -> Result<Reached, Trouble> {
    let Wish::Account { login, agent } = wish else {
        return Err(Trouble::NoAccount { user: user.name.clone() });
    };
    *account = format!("{login}@{agent}");
    if startup.get("replication").is_some_and(|value| !matches!(value, "false" | "off" | "no" | "0")) {
        return Err(Trouble::Replication);
    }
    let connection = shared.office.connection(user.id, login, agent).await?;
    let connection = connection.ok_or_else(|| Trouble::NotYours { account: account.clone() })?;
    let for_target = for_target(startup, &connection);
    let far = far::connect(shared, &connection, &for_target).await?;
    let database = for_target.get("database").unwrap_or_default();
    let open = shared.hub.open(opening(shared, user, database, from, &connection)).await?;
    Ok(Reached { connection, far, open })
}

/// What the target is told: the account instead of the person, everything else as the client has it.
fn for_target(startup: &Startup, connection: &Connection) -> Startup {
    let user = startup.get("user").unwrap_or_default();
    // Who names none gets the database of the user's name; that is the account's now.
    let database = startup.get("database").filter(|name| !name.is_empty() && *name != user);
    let database = database.unwrap_or(&connection.login).to_owned();
    let own = [("user".to_owned(), connection.login.clone()), ("database".to_owned(), database)];
    let kept = startup.parameters.iter().filter(|(name, _)| {
        !matches!(name.as_str(), "user" | "database" | "replication") && !name.starts_with("_pq_.")
    });
    Startup { minor: 0, parameters: own.into_iter().chain(kept.cloned()).collect() }
}

fn opening(shared: &Shared, user: &User, database: &str, from: IpAddr, connection: &Connection) -> Opening {
    let place = (shared.config.node.as_str(), shared.port);
    let screen = ScreenKind::Log(SCREEN);
    let mut opening = connection.opening(SessionType::Pam, user, from, place, screen);
    opening.session.service_url = format!("{}/{database}", connection.service_url);
    opening
}

/// The session itself: ends its row in every case, and tells the person why.
async fn converse(
    shared: &Shared,
    talk: Talk,
    startup: &Startup,
    connection: &Connection,
    far: Far,
    open: OpenSession,
) {
    let Far { talk: target, said, ready, way } = far;
    let registered = shared.cancels.register(way.clone());
    let key = &registered.key;
    let mut hello = authentication(0, b"");
    hello.extend_from_slice(&said);
    hello.extend_from_slice(&message(b'K', &[&key.process.to_be_bytes(), key.secret.as_slice()].concat()));
    if startup.get("application_name") == Some(INTERACTIVE)
        && let Some(greeting) = greeting(connection.policy)
    {
        hello.extend_from_slice(&notice(greeting));
    }
    hello.extend_from_slice(&ready);

    let mut relay = Relay::new(talk, target, hello);
    relay.note(&headline(connection, startup));
    let outcome = tokio::select! {
        outcome = relay.run(&open) => outcome,
        terminated = open.terminated() => Outcome::Terminated(terminated),
        () = shared.stop.cancelled() => Outcome::Stopping,
    };
    let target = || connection.agent_name.clone();
    let (reason, trouble) = match &outcome {
        Outcome::Closed => (EndReason::Closed, None),
        Outcome::PersonGone => (EndReason::ClientLost, None),
        Outcome::NoMessage => (EndReason::ClientLost, Some(Trouble::NoMessage)),
        Outcome::TargetSaid(_) => (EndReason::TargetLost, None),
        Outcome::TargetLost => (EndReason::TargetLost, Some(Trouble::TargetLost { target: target() })),
        Outcome::Terminated(terminated) => (EndReason::Terminated, Some(terminated.clone().into())),
        Outcome::Stopping => (EndReason::NodeLost, Some(gateway::Trouble::Stopping.into())),
    };
    let note = match outcome {
        Outcome::TargetSaid(words) => Some(format!("{} said: {words}", target())),
        _ => trouble.as_ref().map(ToString::to_string),
    };
    drop(registered);
    // First the target, whoever ended the session and however long the person takes to hear of it.
    if !matches!(reason, EndReason::Closed | EndReason::TargetLost) {
        cancel(&way, &shared.connector).await;
    }
    relay.settle(&open).await;
    open.close(End { note, ..End::new(reason, Millis::now()) });
    relay.end(trouble.as_ref().map(|trouble| trouble.report().error())).await;
}

/// The first line of the log.
fn headline(connection: &Connection, startup: &Startup) -> String {
    let database = for_target(startup, connection);
    let database = database.get("database").unwrap_or_default();
    let program = startup.get("application_name").filter(|name| !name.is_empty()).unwrap_or("a client");
    let name = format!("{}@{}", connection.login, connection.agent_name);
    format!("{program} on {name}, database {database}; times are UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_hears_of_the_account_alone() {
        let connection = Connection {
            account: wire::AccountId::generate(),
            login: "app".into(),
            agent: wire::AgentId::generate(),
            agent_name: "dw".into(),
            display_name: "Warehouse".into(),
            jump_server_group: None,
            host: "dw".into(),
            port: 5432,
            service_url: "postgres://dw:5432".into(),
            pinned_key: None,
            secret: gateway::Secret::Password(zeroize::Zeroizing::new("x".into())),
            policy: hub::WatchPolicy::Announced,
            recording: hub::RecordingRule::Off,
        };
        let startup = |parameters: &[(&str, &str)]| Startup {
            minor: 2,
            parameters: parameters.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        };
        let given = startup(&[
            ("user", "ann:app@dw"),
            ("database", "ann:app@dw"),
            ("_pq_.x", "1"),
            ("application_name", "psql"),
        ]);
        let sent = for_target(&given, &connection);
        let expected = startup(&[("user", "app"), ("database", "app"), ("application_name", "psql")]);
        assert_eq!((sent.minor, sent.parameters), (0, expected.parameters));
        let sent = for_target(&startup(&[("user", "ann:app@dw"), ("database", "sales")]), &connection);
        assert_eq!(sent.get("database"), Some("sales"));
    }
}
