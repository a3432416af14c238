//! The program: its routes, and the context that every page has.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::SsrMode;
use leptos_router::components::{ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::path;

use crate::clock::Clock;
use crate::frame::Frame;
use crate::look::Looks;
use crate::pages::access_logs::AccessLogsPage;
use crate::pages::accounts::AccountsPage;
use crate::pages::audit::AuditPage;
use crate::pages::connect::ConnectPage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::refused::RefusedPage;
use crate::pages::session::SessionPage;
use crate::pages::sessions::SessionsPage;
use crate::pages::set_up::SetUpPage;
use crate::pages::sign_in::SignInPage;
use crate::pages::sign_out::SignOutPage;
use crate::pages::wall::WallPage;
use crate::pages::web_sso::WebSsoPage;

/// All of it.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Clock::provide();
    Looks::provide();
    let title =
        |page: String| if page.is_empty() { "Sightline".into() } else { format!("{page} · Sightline") };
    view! {
        <Title formatter=title/>
        <Router>
            <Routes fallback=NotFoundPage>
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("/") view=|| view! { <Redirect path="/sessions"/> } ssr=SsrMode::Async/>
                    <Route path=path!("/sessions") view=SessionsPage ssr=SsrMode::Async/>
                    <Route path=path!("/sessions/:id") view=SessionPage ssr=SsrMode::Async/>
                    <Route path=path!("/accounts") view=AccountsPage ssr=SsrMode::Async/>
                    <Route path=path!("/connect/:id") view=ConnectPage ssr=SsrMode::Async/>
                    <Route path=path!("/access-logs") view=AccessLogsPage ssr=SsrMode::Async/>
                    <Route path=path!("/wall") view=WallPage ssr=SsrMode::Async/>
                    <Route path=path!("/audit") view=AuditPage ssr=SsrMode::Async/>
                </ParentRoute>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/sso/notice") view=WebSsoPage ssr=SsrMode::Async/>
                <Route path=path!("/set-up") view=SetUpPage ssr=SsrMode::Async/>
                <Route path=path!("/oidc/refused") view=RefusedPage ssr=SsrMode::Async/>
                <Route path=path!("/oidc/sign-out") view=SignOutPage ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}
