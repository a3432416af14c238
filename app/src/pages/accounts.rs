//! `/accounts`: what the person may connect to, and how; above it the sessions that they have open.

mod how;
mod sessions;

use std::sync::Arc;

use leptos::either::Either;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;
use wire::SessionId;

use super::connect::at;
use super::failed::failed;
use crate::backend::{BackendError, MyAccount, MyAccounts};
use crate::calls;
use crate::table::Row;
use crate::text::{count, visible};
use crate::words::{counted, fill, words};
use how::{Copy, Way, way};
use sessions::{OwnSessions, own_sessions};

const HERE: &str = "/accounts";

/// The page.
#[component]
pub(crate) fn AccountsPage() -> AnyView {
    let found = Resource::new_blocking(|| (), |()| calls::accounts());
    view! {
        <Suspense fallback=|| view! { <div class="list" aria-busy="true"></div> }>
            {move || Suspend::new(async move {
                match found.await {
                    Ok(found) => Either::Left(view! { <Present found/> }),
                    Err(error) => Either::Right(unshown(&error)),
                }
            })}
        </Suspense>
    }
    .into_any()
}

fn unshown(error: &BackendError) -> AnyView {
    let words = &words().accounts;
    failed(error, words.title, words.not_shown, HERE)
}

#[component]
fn Present(found: MyAccounts) -> AnyView {
    let words = &words().accounts;
    let found = RwSignal::new(found);
    let mine = own_sessions();
    keep_current(mine, found);
    let filter = RwSignal::new(String::new());
    let shown = Memo::new(move |_| {
        let needle = filter.with(|filter| filter.trim().to_lowercase());
        found.with(|found| {
            found.accounts.iter().filter(|account| matches(account, &needle)).cloned().collect::<Vec<_>>()
        })
    });
    let all = move || found.with(|found| found.accounts.len());
    let number = move || match shown.with(Vec::len) {
        some if some < all() => fill(words.some, &[("n", &count(some)), ("all", &count(all()))]),
        some => counted(some, words.one, words.many),
    };
    let nothing = move || {
        shown.with(Vec::is_empty).then(|| {
            let (title, help) = if all() == 0 {
                (words.none, words.none_help)
            } else {
                (words.no_match, words.no_match_help)
            };
            view! {
                <div class="audit-none">
                    <h2>{title}</h2>
                    <p>{help}</p>
                </div>
            }
        })
    };
    view! {
        <Title text=words.title/>
        <section class="list accounts" aria-labelledby="accounts-title">
            <div class="head">
                <div class="row">
                    <h1 id="accounts-title">{words.title}</h1>
                    <span class="soft" role="status">{number}</span>
                    <div class="spacer"></div>
                    <input
                        type="search"
                        class="field accounts-filter"
                        aria-label=words.filter
                        placeholder=words.filter_hint
                        autocomplete="off"
                        spellcheck="false"
                        prop:value=filter
                        on:input=move |event| filter.set(event_target_value(&event))
                    />
                </div>
            </div>
            <div class="accounts-scroll" tabindex="0" role="region" aria-label=words.region>
                <OwnSessions mine found/>
                <table class="accounts-table" hidden=move || shown.with(Vec::is_empty)>
                    <thead>
                        <tr>
                            <th scope="col">{words.account}</th>
                            <th scope="col">{words.system}</th>
                            <th scope="col">{words.address}</th>
                            <th scope="col">{words.grant}</th>
                            <th scope="col"><span class="out-of-sight">{words.connect}</span></th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || shown.get() key=|account| account.id let:account>
                            <Line account found/>
                        </For>
                    </tbody>
                </table>
                {nothing}
            </div>
        </section>
    }
    .into_any()
}

/// Asks again when a session of the person's own was opened or has ended: which can be taken up again is the
/// server's to say.
fn keep_current(mine: Memo<Vec<Arc<Row>>>, found: RwSignal<MyAccounts>) {
    Effect::new(move |before: Option<Vec<SessionId>>| {
        let now = mine.with(|rows| rows.iter().map(|row| row.id).collect::<Vec<_>>());
        if before.as_ref() != Some(&now) {
            spawn_local(async move {
                // What is shown stays when the server does not answer: the bar says that it is not current.
                if let Ok(current) = calls::accounts().await {
                    // The page may have been left meanwhile.
                    found.try_set(current);
                }
            });
        }
        now
    });
}

/// Whether an account has the text, which is in small letters, in what is shown of it.
fn matches(account: &MyAccount, needle: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(needle);
    has(&account.display_name) || has(&account.service_url) || has(&name(account))
}

/// `LOGIN@AGENT`.
fn name(account: &MyAccount) -> String {
    format!("{}@{}", account.login, account.agent)
}

#[component]
fn Line(account: MyAccount, found: RwSignal<MyAccounts>) -> AnyView {
    let words = &words().accounts;
    let called = visible(&name(&account)).into_owned();
    let way = found.with_untracked(|found| way(found, &account));
    let connect = || {
        let label = fill(words.connect_to, &[("account", &called)]);
        view! { <a class="btn primary" href=at(account.id, None) aria-label=label>{words.connect}</a> }
    };
    let act = match way {
        Way::Terminal { command } => view! { <Copy command account=called.clone()/> {connect()} }.into_any(),
        Way::Desktop => connect().into_any(),
        Way::Command(command) => view! { <Copy command account=called.clone() shown=true/> }.into_any(),
        Way::Link(address) => {
            let label = fill(words.open_at, &[("place", &visible(&account.display_name))]);
            view! {
                <a class="btn" href=address rel="external noreferrer" target="_blank" aria-label=label>
                    {words.open}
                </a>
            }
            .into_any()
        }
        Way::None => view! { <span class="soft">{words.no_gateway}</span> }.into_any(),
    };
    let system = if account.display_name.is_empty() { &account.agent } else { &account.display_name };
    let system = visible(system).into_owned();
    let address = visible(&account.service_url).into_owned();
    view! {
        <tr>
            <th scope="row" class="accounts-name" title=called.clone()>{called.clone()}</th>
            <td title=system.clone()>{system.clone()}</td>
            <td class="mono soft" title=address.clone()>{address.clone()}</td>
            <td class="soft">{if account.owner { words.owner } else { words.user }}</td>
            <td class="accounts-acts"><div>{act}</div></td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::AccountKind;

    #[test]
    fn accounts_are_found_by_what_is_shown_of_them() {
        let account = MyAccount {
            id: "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000".parse().unwrap(),
            login: "root".into(),
            agent: "db-1".into(),
            display_name: "Sales Database".into(),
            service_url: "ssh://10.0.0.7:22".into(),
            kind: AccountKind::Terminal,
            owner: false,
        };
        for (needle, found) in
            [("", true), ("root@db", true), ("sales", true), ("10.0.0", true), ("oracle", false)]
        {
            assert_eq!(matches(&account, needle), found, "{needle}");
        }
    }
}
