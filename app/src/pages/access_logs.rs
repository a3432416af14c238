//! `/access-logs`: every session that the person may see, open and ended, newest first.
//!
//! What is filtered and where the page begins hangs on its address: a filter is a plain form, a page is a
//! link. Which columns are shown is the person's own, as on the sessions page.

mod filter;
mod rows;

use leptos::either::EitherOf3;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

use super::failed::failed;
use super::not_found::NotFoundPage;
use crate::backend::{BackendError, LogPage as Found, LogQuery};
use crate::calls;
use crate::clock::{offset_at, use_local};
use crate::download;
use crate::kept::KeptLogLayout;
use crate::parts::reorder::{Axis, Reorder};
use crate::parts::toast::use_toasts;
use crate::parts::{Icon, IconName, ViewMenu};
use crate::table::{Layout, Sheet, file_name, push_log_csv, push_log_headings};
use crate::text::address;
use crate::words::{counted, words};

const HERE: &str = "/access-logs";

/// The page.
#[component]
pub(crate) fn AccessLogsPage() -> AnyView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(read));
    let found = Resource::new_blocking(move || asked.get(), calls::access_log);
    view! {
        <Suspense fallback=|| view! { <div class="list" aria-busy="true"></div> }>
            {move || Suspend::new(async move {
                match found.await {
                    Ok(found) => EitherOf3::A(present(asked.get_untracked(), found)),
                    Err(BackendError::NotFound) => EitherOf3::B(view! { <NotFoundPage/> }),
                    Err(error) => {
                        let words = &words().log;
                        EitherOf3::C(failed(&error, words.title, words.not_shown, HERE))
                    }
                }
            })}
        </Suspense>
    }
    .into_any()
}

fn read(query: &ParamsMap) -> LogQuery {
    let text = |name: &str| query.get(name).unwrap_or_default();
    LogQuery {
        user: text("user"),
        kind: text("type"),
        account: text("account"),
        agent: text("agent"),
        state: text("state"),
        from: text("from"),
        until: text("until"),
        zone: text("zone"),
        before: text("before"),
    }
}

/// The filter of `query` as an address, from before a place on.
fn at(query: &LogQuery, before: &str) -> String {
    address(HERE, query.filters().into_iter().chain([("before", before)]))
}

fn present(query: LogQuery, found: Found) -> AnyView {
    let kept = expect_context::<KeptLogLayout>().0;
    let reorder = Reorder::new(Axis::Across);
    let layout = kept.signal();
    let columns = Memo::new(move |_| layout.with(Layout::shown));
    let is_local = use_local();
    let all = address("/access-logs.csv", query.filters());
    let newest = (!query.before.is_empty()).then(|| at(&query, ""));
    let older = found.older.as_deref().map(|older| at(&query, older));
    let (words, lists) = (&words().log, &words().lists);
    let shown = counted(found.entries.len(), words.session, words.many);
    let nothing = found.entries.is_empty().then(|| filter::nothing(&query));
    let form = filter::form(&query);
    let filter = filter::in_words(&query);
    let found = StoredValue::new(found);
    let toasts = use_toasts();
    let download_shown = move |_| {
        found.with_value(|found| {
            let columns = columns.get_untracked();
            let mut csv = String::new();
            push_log_headings(&mut csv, &columns);
            push_log_csv(&mut csv, &columns, &found.entries, found.now, offset_at);
            let name = file_name("access-logs", found.now, offset_at(found.now));
            let mut file = download::File::new(name, &columns);
            file.push(&csv);
            file.save(toasts, Sheet::AccessLog, filter.clone(), found.entries.len());
        });
    };
    let scroller = NodeRef::<leptos::html::Div>::new();
    let class =
        Signal::derive(move || if reorder.dragged().is_some() { "grid log is-dragging" } else { "grid log" });
    view! {
        <Title text=words.title/>
        <div class="sessions">
            <section class="list" aria-labelledby="log-title">
                <div class="head">
                    <div class="row">
                        <h1 id="log-title">{words.title}</h1>
                        <div class="spacer"></div>
                        <button type="button" class="btn" popovertarget="view-menu" title=words.view_help>
                            <Icon name=IconName::Columns/>
                            <span>{words.view}</span>
                        </button>
                        <span class="joined">
                            <button
                                type="button"
                                class="btn join-left"
                                title=words.download_help
                                on:click=download_shown
                            >
                                <Icon name=IconName::Download/>
                                <span>{lists.download_csv}</span>
                            </button>
                            <a
                                class="btn join-right all"
                                href=all
                                rel="external"
                                download=""
                                title=words.all_help
                            >
                                {words.all_csv}
                            </a>
                        </span>
                    </div>
                    {form}
                </div>
                <div class="grid-box">
                    <div class=class node_ref=scroller tabindex="0" role="region" aria-label=words.region>
                        <table role="table" aria-label=words.table>
                            <thead role="rowgroup">
                                <tr
                                    role="row"
                                    on:pointerdown=move |event| reorder.press(&event)
                                    on:pointermove=move |event| {
                                        let scroller = scroller.get_untracked();
                                        reorder.drag(&event, scroller.as_ref().map(|scroller| scroller.as_ref()));
                                    }
                                    on:pointerup=move |_| kept.dropped(reorder.release())
                                    on:pointercancel=move |_| reorder.cancel()
                                >
                                    {move || rows::headings(&columns.get(), reorder, layout)}
                                    <th role="columnheader" scope="col" class="acts">
                                        <span class="out-of-sight">{words.actions}</span>
                                    </th>
                                </tr>
                            </thead>
                            <tbody role="rowgroup">
                                {move || {
                                    let (columns, is_local) = (columns.get(), is_local.get());
                                    found.with_value(|found| rows::all(found, &columns, is_local))
                                }}
                            </tbody>
                        </table>
                    </div>
                    {nothing}
                </div>
                <div class="foot">
                    <span>{shown}</span>
                    <span class="sorted">{words.newest_first}</span>
                    <div class="spacer"></div>
                    {newest.map(|href| view! { <a href=href>{lists.newest}</a> })}
                    {older.map(|href| view! { <a href=href>{lists.older}</a> })}
                </div>
            </section>
            <ViewMenu kept/>
        </div>
    }
    .into_any()
}
