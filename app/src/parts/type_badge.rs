//! The type of a session, in its colour.

use leptos::prelude::*;
use wire::SessionType;

/// The class that gives a type its colour.
pub(crate) const fn type_class(kind: SessionType) -> &'static str {
    match kind {
        SessionType::Console => "type t-console",
        SessionType::WebSso => "type t-websso",
        SessionType::Esso => "type t-esso",
        SessionType::Pam => "type t-pam",
        SessionType::PamRdp => "type t-rdp",
        SessionType::PamSsh => "type t-ssh",
    }
}

/// The type's name with a square in its colour.
#[component]
pub fn TypeBadge(
    /// Which type.
    kind: SessionType,
) -> impl IntoView {
    view! { <span class=type_class(kind)>{kind.as_str()}</span> }
}
