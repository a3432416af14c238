//! `/connect/{account}`: a terminal or desktop on one of the person's accounts. `?session=` takes a session up again.

use http::StatusCode;
use leptos::either::EitherOf4;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};
use wire::{AccountId, SessionId};

use super::failed::failed;
use crate::backend::{AccountKind, BackendError, MyAccount};
use crate::calls;
use crate::live::{OwnPane, called};
use crate::reply::answer_with;
use crate::words::words;

const ACCOUNTS: &str = "/accounts";

/// The page of the account that the address names.
#[component]
pub(crate) fn ConnectPage() -> AnyView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let account = Resource::new_blocking(move || id.get(), find);
    view! {
        <Suspense fallback=|| view! { <div class="pane-wait" aria-busy="true"></div> }>
            {move || Suspend::new(async move {
                match account.await {
                    Ok(Some(account)) if matches!(account.kind, AccountKind::Terminal | AccountKind::Desktop) => {
                        EitherOf4::A(view! { <Connected account/> })
                    }
                    Ok(Some(_)) => {
                        let words = &words().connect;
                        EitherOf4::B(said(words.no_terminal, words.no_terminal_help))
                    }
                    Ok(None) => {
                        let words = &words().connect;
                        answer_with(StatusCode::NOT_FOUND);
                        EitherOf4::C(said(words.no_account, words.no_account_help))
                    }
                    Err(error) => {
                        let words = &words().accounts;
                        EitherOf4::D(failed(&error, words.title, words.not_shown, ACCOUNTS))
                    }
                }
            })}
        </Suspense>
    }
    .into_any()
}

async fn find(id: String) -> Result<Option<MyAccount>, BackendError> {
    let Ok(id) = id.parse::<AccountId>() else { return Ok(None) };
    let found = calls::accounts().await?;
    Ok(found.accounts.into_iter().find(|account| account.id == id))
}

/// The address of a terminal or desktop, of a new session or of one that is open.
pub(super) fn at(account: AccountId, session: Option<SessionId>) -> String {
    match session {
        Some(session) => format!("/connect/{account}?session={session}"),
        None => format!("/connect/{account}"),
    }
}

#[component]
fn Connected(account: MyAccount) -> AnyView {
    let asked = use_query_map().with_untracked(|query| query.get("session"));
    let asked = asked.and_then(|text| text.parse::<SessionId>().ok());
    // Which terminal or desktop this is on this page, and the session that it takes up.
    let turn = RwSignal::new((0_u32, asked));
    let navigate = use_navigate();
    let id = account.id;
    // So that a page that is loaded again comes back to its session.
    let go = StoredValue::new(move |session: Option<SessionId>| {
        let options = NavigateOptions { scroll: false, replace: true, ..NavigateOptions::default() };
        navigate(&at(id, session), options);
    });
    let on_open = Callback::new(move |session: SessionId| go.with_value(|go| go(Some(session))));
    let on_again = Callback::new(move |()| {
        go.with_value(|go| go(None));
        turn.update(|(turn, session)| (*turn, *session) = (*turn + 1, None));
    });
    let title = called(&account.login, &account.agent);
    view! {
        <Title text=title/>
        {move || {
            let (_, session) = turn.get();
            view! { <OwnPane account=account.clone() session on_open on_again/> }
        }}
    }
    .into_any()
}

fn said(title: &'static str, why: &'static str) -> impl IntoView {
    view! {
        <Title text=title/>
        <div class="failed" role="alert">
            <h1>{title}</h1>
            <p>{why}</p>
            <a class="btn" href=ACCOUNTS>{words().accounts.title}</a>
        </div>
    }
}
