//! Texts of a few values, for the API's description: from the types that make them.

use std::borrow::Cow;

use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use wire::{EndAsked, EndReason, SessionType};

use super::session_json::end_asked;

fn words(words: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $schema:literal, $words:expr) => {
        $(#[$doc])*
        pub(super) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                words($words)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($schema)
            }
        }
    };
}

words!(
    /// What a session is.
    SessionTypeName, "SessionType", SessionType::ALL.map(SessionType::as_str)
);
words!(
    /// Why a session ended.
    EndReasonName, "EndReason", EndReason::ALL.map(EndReason::as_str)
);
words!(
    /// Where a request stands to end a session that its source must end.
    EndAskedName, "EndAsked", [EndAsked::Waiting, EndAsked::Silent, EndAsked::Refused].into_iter().filter_map(end_asked)
);
