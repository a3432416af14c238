//! The live pane beside the list, for the session that the address names.

use leptos::either::Either;
use leptos::prelude::*;
use wire::SessionId;

use super::controls::use_controls;
use crate::backend::{BackendError, Shown};
use crate::frame;
use crate::live::{LivePane, fetched};
use crate::parts::terminate::use_terminator;
use crate::parts::{Icon, IconName};
use crate::words::words;

/// The pane. A session that the list knows can be watched is shown at once; of any other the server
/// is asked.
#[component]
pub(super) fn Pane(id: SessionId) -> AnyView {
    let board = use_controls().board;
    let known = board.live_row(id).filter(|row| row.rights.watch).map(|row| Shown {
        session: row.session(),
        rights: row.rights,
        refusal: None,
        ended: None,
    });
    view! {
        <aside class="pane">
            {match known {
                Some(shown) => Either::Left(view! { <Present shown/> }),
                None => Either::Right(fetched(id.to_string().into(), |shown| match shown {
                    Ok(shown) => view! { <Present shown/> }.into_any(),
                    Err(error) => view! { <Absent error/> }.into_any(),
                })),
            }}
        </aside>
    }
    .into_any()
}

#[component]
fn Present(shown: Shown) -> AnyView {
    let (controls, terminator) = (use_controls(), use_terminator());
    view! {
        <LivePane
            shown
            on_close=move |()| controls.close_pane()
            on_terminate=move |session| terminator.open(session)
        />
    }
    .into_any()
}

#[component]
fn Absent(error: BackendError) -> AnyView {
    let controls = use_controls();
    view! {
        <div class="pane-absent" role="alert">
            <Icon name=IconName::Warning/>
            <p>{frame::sentence(&error)}</p>
            <button type="button" class="btn" on:click=move |_| controls.close_pane()>{words().sessions.close}</button>
        </div>
    }
    .into_any()
}
