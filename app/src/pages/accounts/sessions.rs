//! The person's own open sessions: to return to, where a page can be their terminal, and to end.

use std::sync::Arc;

use leptos::prelude::*;
use wire::SessionType;

use super::at;
use crate::backend::MyAccounts;
use crate::board::Board;
use crate::clock::{local_time, use_local};
use crate::kept::MyName;
use crate::parts::TypeBadge;
use crate::parts::terminate::{in_words, use_terminator};
use crate::table::{Row, Rows};
use crate::text::visible;
use crate::time;
use crate::words::{fill, words};

/// The open sessions of `user` on accounts, in the order in which they were opened.
fn own<'r>(rows: &'r Rows, user: &str) -> impl Iterator<Item = &'r Arc<Row>> {
    let is_own = |row: &&Arc<Row>| {
        row.ended.is_none()
            && matches!(row.kind, SessionType::PamSsh | SessionType::Pam | SessionType::PamRdp)
            && !user.is_empty()
            && row.user() == user
    };
    let mut found: Vec<_> = rows.iter().filter(is_own).collect();
    found.sort_by_key(|row| row.id);
    found.into_iter()
}

/// Those of the signed-in person, a few times a second as the list has them: it is gone through for them.
pub(super) fn own_sessions() -> Memo<Vec<Arc<Row>>> {
    let (board, MyName(me)) = (expect_context::<Board>(), expect_context());
    Memo::new(move |_| board.count_rows(|rows| me.with_value(|me| own(rows, me).cloned().collect())))
}

/// The sessions; nothing while there is none.
#[component]
pub(super) fn OwnSessions(mine: Memo<Vec<Arc<Row>>>, found: RwSignal<MyAccounts>) -> AnyView {
    let none = Signal::derive(move || mine.with(Vec::is_empty));
    view! {
        <section class="accounts-open" aria-labelledby="accounts-open" hidden=none>
            <h2 id="accounts-open">{words().accounts.sessions}</h2>
            <ul>
                <For each=move || mine.get() key=|row| row.id let:row>
                    <Line row found/>
                </For>
            </ul>
        </section>
    }
    .into_any()
}

#[component]
fn Line(row: Arc<Row>, found: RwSignal<MyAccounts>) -> AnyView {
    let words = &words().accounts;
    let session = row.session();
    let (id, is_local, terminator) = (session.id, use_local(), use_terminator());
    let agent = session.agent.clone().unwrap_or_else(|| session.service_provider.clone());
    let name = visible(&format!("{}@{agent}", session.account_name)).into_owned();
    let held = Memo::new(move |_| {
        found.with(|found| found.terminals.iter().find(|held| held.0 == id).map(|(_, account)| *account))
    });
    let started = session.started_at;
    let since = move || {
        let time = if is_local.get() { local_time(started) } else { time::utc(started) };
        fill(words.since, &[("time", &time)])
    };
    let from = fill(words.from, &[("device", &visible(&session.device))]);
    let what = in_words(&session);
    let return_to = fill(words.return_to, &[("session", &what)]);
    let back = move || {
        held.get().map(|account| {
            view! {
                <a
                    class="btn"
                    href=at(account, Some(id))
                    title=words.return_help
                    aria-label=return_to.clone()
                >
                    {words.return_}
                </a>
            }
        })
    };
    let end = fill(words.end_of, &[("session", &what)]);
    view! {
        <li>
            <span class="accounts-name">{name}</span>
            <TypeBadge kind=session.kind/>
            <span class="soft">{since} " " {from}</span>
            <span class="spacer"></span>
            {back}
            <button
                type="button"
                class="btn danger"
                aria-label=end
                on:click=move |_| terminator.open(session.clone())
            >
                {words.end}
            </button>
        </li>
    }
    .into_any()
}
