//! `/audit`: who did what in Sightline itself, newest first; for those who may read it.
//!
//! Everything that it shows hangs on its address: a filter is a plain form, a page is a link.

use leptos::either::EitherOf3;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

use super::failed::failed;
use super::not_found::NotFoundPage;
use crate::backend::{AuditEvent, AuditPage as Found, AuditQuery, BackendError};
use crate::parts::{Icon, IconName};
use crate::words::{counted, words};
use crate::{calls, text, time};

/// The page.
#[component]
pub(crate) fn AuditPage() -> AnyView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(read));
    let found = Resource::new_blocking(move || asked.get(), calls::audit);
    let words = &words().audit;
    view! {
        <Suspense fallback=|| view! { <div class="audit" aria-busy="true"></div> }>
            {move || Suspend::new(async move {
                match found.await {
                    Ok(found) => EitherOf3::A(present(asked.get_untracked(), found)),
                    Err(BackendError::NotFound) => EitherOf3::B(view! { <NotFoundPage/> }),
                    Err(error) => EitherOf3::C(failed(&error, words.title, words.not_shown, "/audit")),
                }
            })}
        </Suspense>
    }
    .into_any()
}

fn read(query: &ParamsMap) -> AuditQuery {
    let text = |name: &str| query.get(name).unwrap_or_default();
    AuditQuery {
        actor: text("actor"),
        action: text("action"),
        subject: text("subject"),
        session: text("session"),
        from: text("from"),
        until: text("until"),
        before: query.get("before").and_then(|number| number.parse().ok()),
    }
}

/// The filter of `query` as an address below `path`, from before event `before` on.
fn address(path: &str, query: &AuditQuery, before: Option<i64>) -> String {
    let before = before.map(|number| number.to_string()).unwrap_or_default();
    let pairs: [(&str, &str); 7] = [
        ("actor", &query.actor),
        ("action", &query.action),
        ("subject", &query.subject),
        ("session", &query.session),
        ("from", &query.from),
        ("until", &query.until),
        ("before", &before),
    ];
    text::address(path, pairs)
}

fn present(query: AuditQuery, found: Found) -> AnyView {
    let csv = address("/audit.csv", &query, None);
    let newest = query.before.is_some().then(|| address("/audit", &query, None));
    let older = found
        .more
        .then(|| found.events.last().map(|event| address("/audit", &query, Some(event.number))))
        .flatten();
    let (words, lists) = (&words().audit, &words().lists);
    let shown = match found.events.len() {
        0 => words.none.to_owned(),
        n => counted(n, words.event, words.many),
    };
    let nothing = found.events.is_empty().then(|| {
        view! {
            <div class="audit-none">
                <h2>{words.none}</h2>
                <p>{words.none_help}</p>
                <a class="btn" href="/audit">{lists.clear_filter}</a>
            </div>
        }
    });
    let rows: Vec<AnyView> = found.events.iter().map(|event| row(event, &query)).collect();
    view! {
        <Title text=words.title/>
        <section class="audit" aria-labelledby="audit-title">
            <div class="head">
                <div class="row">
                    <h1 id="audit-title">{words.title}</h1>
                    <div class="spacer"></div>
                    <a class="btn" href=csv rel="external" download="">
                        <Icon name=IconName::Download/>
                        <span>{lists.download_csv}</span>
                    </a>
                </div>
                {filter(&query, &found.actions)}
            </div>
            <div class="audit-scroll" tabindex="0" role="region" aria-label=words.events>
                <table class="audit-table">
                    <thead>
                        <tr>
                            <th scope="col" class="number">{words.number}</th>
                            <th scope="col">{words.time}</th>
                            <th scope="col">{words.who}</th>
                            <th scope="col">{words.what}</th>
                            <th scope="col">{words.on_what}</th>
                            <th scope="col">{words.from}</th>
                            <th scope="col">{words.detail}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
                {nothing}
            </div>
            <div class="foot">
                <span>{shown}</span>
                <div class="spacer"></div>
                {newest.map(|href| view! { <a href=href>{lists.newest}</a> })}
                {older.map(|href| view! { <a href=href>{lists.older}</a> })}
            </div>
        </section>
    }
    .into_any()
}

fn filter(query: &AuditQuery, actions: &[String]) -> AnyView {
    let (words, lists) = (&words().audit, &words().lists);
    let choices: Vec<AnyView> = actions
        .iter()
        .map(|action| {
            let chosen = *action == query.action;
            view! { <option value=action.clone() selected=chosen>{action.clone()}</option> }.into_any()
        })
        .collect();
    let session = (!query.session.is_empty())
        .then(|| view! { <input type="hidden" name="session" value=query.session.clone()/> });
    view! {
        <form class="filter-form" method="get" action="/audit" role="search" aria-label=words.filter>
            {session}
            <label>{words.who} " " <input class="field" name="actor" value=query.actor.clone() autocomplete="off"/></label>
            <div class="named">
                <label for="audit-action">{words.what}</label>
                <select id="audit-action" class="field" name="action">
                    <option value="">{words.anything}</option>
                    {choices}
                </select>
            </div>
            <label>
                {words.on_what}
                " "
                <input class="field" name="subject" value=query.subject.clone() autocomplete="off"/>
            </label>
            <label>{lists.from_day} " " <input class="field" type="date" name="from" value=query.from.clone()/></label>
            <label>{lists.to_day} " " <input class="field" type="date" name="until" value=query.until.clone()/></label>
            <button type="submit" class="btn primary">{lists.filter}</button>
            <a class="btn" href="/audit">{lists.clear}</a>
        </form>
    }
    .into_any()
}

fn row(event: &AuditEvent, query: &AuditQuery) -> AnyView {
    let said = &words().audit;
    let of_session = event.session.map(|session| {
        let only = AuditQuery { session: session.to_string(), ..AuditQuery::default() };
        let here = query.session == only.session;
        (!here).then(|| {
            view! {
                <a class="soft" href=address("/audit", &only, None) title=said.all_of_session>
                    {said.of_session}
                </a>
            }
        })
    });
    let shown = |text: &str| text::visible(text).into_owned();
    view! {
        <tr>
            <td class="number">{event.number}</td>
            <td class="mono"><time datetime=time::iso(event.at, 0)>{utc(event)}</time></td>
            <td>{shown(&event.actor)}</td>
            <td>{event.action.clone()}</td>
            <td>{shown(&event.subject)} " " {of_session}</td>
            <td class="mono">{event.device.clone()}</td>
            <td class="detail">{shown(&event.detail)}</td>
        </tr>
    }
    .into_any()
}

/// The moment without the zone, which the heading names.
fn utc(event: &AuditEvent) -> String {
    time::utc(event.at).trim_end_matches(" UTC").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_what_is_asked_for_and_no_more() {
        assert_eq!(address("/audit", &AuditQuery::default(), None), "/audit");
        let query = AuditQuery { actor: "ann".into(), subject: "a&b c".into(), ..AuditQuery::default() };
        assert_eq!(address("/audit", &query, Some(7)), "/audit?actor=ann&subject=a%26b%20c&before=7");
    }
}
