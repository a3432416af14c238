//! The person's own open sessions: to return to, where a page can be their terminal, and to end.

use std::sync::Arc;

use leptos::prelude::*;
use wire::SessionType;

use super::at;
use crate::backend::MyAccounts;
use crate::board::Board;
use crate::clock::{local_time, use_local};
use crate::parts::TypeBadge;
use crate::parts::terminate::{in_words, use_terminator};
use crate::pwa::Mine;
use crate::table::{Row, Rows};
use crate::text::visible;
use crate::time;
use crate::words::{fill, words};

/// The open sessions of `user` on accounts, in the order in which they were opened.
fn own<'r>(rows: &'r Rows, user: &str) -> impl Iterator<Item = &'r Arc<Row>> {
    let is_own = |row: &&Arc<Row>| {
        row.ended.is_none()
            && !user.is_empty()
            && row.shown().user == user
            && matches!(row.kind, SessionType::PamSsh | SessionType::Pam | SessionType::PamRdp)
    };
    let mut found: Vec<_> = rows.iter().filter(is_own).collect();
    found.sort_by_key(|row| row.id);
    found.into_iter()
}

/// Those of the signed-in person, as the list has them now.
pub(super) fn own_sessions() -> Memo<Vec<Arc<Row>>> {
    let (board, user) = (expect_context::<Board>(), expect_context::<Mine>().name());
    Memo::new(move |_| board.rows(|rows| own(rows, &user).cloned().collect()))
}

/// The sessions; nothing while there is none.
#[component]
pub(super) fn OwnSessions(found: RwSignal<MyAccounts>) -> AnyView {
    let mine = own_sessions();
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
