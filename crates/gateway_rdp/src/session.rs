//! One session, from what a page asked for to its end.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use gateway::{Connection, Refused, visible};
use hub::{KeysRule, OpenSession, ScreenKind, Terminated};
use wire::{End, EndReason, Millis, SessionType};

use crate::Rules;
use crate::desk::{Ask, Page, Visit};
use crate::far::Far;
use crate::gateway::Shared;
use crate::relay::{Outcome, Relay, Rest, Session};
use crate::teller::say;
use crate::words::Trouble;

/// Runs a session to its end and tells the page why there is none, if there is none.
pub(crate) async fn run(shared: Arc<Shared>, ask: Ask) {
    let Ask { visit, mut page } = ask;
    let left = page.left();
    let preparing = AssertUnwindSafe(prepare(&shared, &visit)).catch_unwind();
    let prepared = tokio::select! {
        prepared = preparing => prepared.unwrap_or_else(|_| {
            Err(Trouble::Panicked { target: visit.agent.clone() })
        }),
        () = shared.stop.cancelled() => Err(gateway::Trouble::Stopping.into()),
        () = left.cancelled() => return,
    };
    match prepared {
        Ok(ready) => {
            page.opened(&ready.open);
            converse(&shared, &visit, page, ready).await;
        }
        Err(trouble) => {
            let account = format!("{}@{}", visit.login, visit.agent);
            let reason = visible(&trouble.to_string());
            tracing::info!(user = ?visit.user.name, from = %visit.from, ?account, ?reason, "no session");
            let refused = Refused { user: visit.user, from: visit.from, account, reason };
            shared.office.refused(refused).await;
            page.refused(&trouble);
        }
    }
}

/// Everything that a session begins with.
struct Ready {
    connection: Connection,
    rules: Rules,
    far: Far,
    open: OpenSession,
}

/// Finds the account, connects to its target and has the session written down.
async fn prepare(shared: &Shared, visit: &Visit) -> Result<Ready, Trouble> {
    let connection = shared
        .office
        .connection(visit.user.id, visit.login.clone(), visit.agent.clone())
        .await?
        .ok_or_else(|| Trouble::NotYours { account: format!("{}@{}", visit.login, visit.agent) })?;
    let rules = shared.office.rules(connection.account).await?;
    let far = Far::connect(shared, &connection, visit.extent, rules.clipboard).await?;
    let extent = far.extent().map_err(|fault| fault.later(connection.agent_name.clone()))?;
    let place = (shared.config.node.as_str(), shared.config.port);
    let mut opening =
        connection.opening(SessionType::PamRdp, &visit.user, visit.from, place, ScreenKind::Picture(extent));
    opening.keys = if rules.record_keys { KeysRule::Kept } else { KeysRule::Masked };
    let open = shared.hub.open(opening).await?;
    Ok(Ready { connection, rules, far, open })
}

/// The session itself: ends its row in every case.
async fn converse(shared: &Arc<Shared>, visit: &Visit, mut page: Page, ready: Ready) {
    let Ready { connection, rules, far, open } = ready;
    let target = || connection.agent_name.clone();
    let session = Session { shared, visit, connection: &connection, rules, open: &open };
    let left = page.left();
    let relayed = AssertUnwindSafe(talk(&session, &mut page, far)).catch_unwind();
    let outcome = tokio::select! {
        outcome = relayed => outcome.unwrap_or(Outcome::Panicked),
        terminated = open.terminated() => Outcome::Terminated(terminated),
        () = shared.stop.cancelled() => Outcome::Stopping,
        () = left.cancelled() => Outcome::PersonGone,
    };
    let (reason, trouble) = match outcome {
        Outcome::Closed => (EndReason::Closed, None),
        Outcome::PersonGone if page.is_lost() => (EndReason::ClientLost, None),
        Outcome::PersonGone => (EndReason::Closed, None),
        Outcome::TargetLost => (EndReason::TargetLost, Some(Trouble::TargetLost { target: target() })),
        Outcome::TargetEnded(why) => {
            (EndReason::Closed, Some(Trouble::TargetEnded { target: target(), why }))
        }
        Outcome::Undrawable(why) => {
            (EndReason::TargetLost, Some(Trouble::Undrawable { target: target(), why }))
        }
        Outcome::Unreached(trouble) => (EndReason::TargetLost, Some(trouble)),
        Outcome::Panicked => {
            tracing::error!(session = %open.id(), target = ?target(), "a desktop could not be drawn");
            (EndReason::TargetLost, Some(Trouble::Panicked { target: target() }))
        }
        // The row has ended by then, with who and why.
        Outcome::Terminated(Terminated { .. }) => (EndReason::Terminated, None),
        Outcome::Stopping => (EndReason::NodeLost, None),
    };
    let mut end = End::new(reason, Millis::now());
    end.note = trouble.map(|trouble| visible(&trouble.to_string()));
    open.close(end);
}

/// Relays until somebody ends it; connects anew where a target changes its size in no other way.
async fn talk(session: &Session<'_>, page: &mut Page, far: Far) -> Outcome {
    let Session { shared, connection, rules, open, .. } = session;
    if let Some(greeting) = gateway::greeting(connection.policy) {
        say(open, greeting.into());
    }
    let mut far = far;
    let mut rest = Rest::default();
    loop {
        let mut relay = match Relay::new(session, far, rest) {
            Ok(relay) => relay,
            Err(fault) => return Outcome::Undrawable(fault.why()),
        };
        let extent = match relay.run(page).await {
            Ok(extent) => extent,
            Err(outcome) => return outcome,
        };
        rest = relay.cut();
        far = match Far::connect(shared, connection, extent, rules.clipboard).await {
            Ok(far) => far,
            Err(trouble) => return Outcome::Unreached(trouble),
        };
        match far.extent() {
            Ok(extent) => open.extent(extent),
            Err(fault) => return Outcome::Undrawable(fault.why()),
        }
    }
}
