//! The description of the JSON API (OpenAPI 3.1), made from the types and handlers that it describes.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::IntoResponse;
use report::{Answer, Answers, Report, bounds};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Schema};
use utoipa::{IntoParams, Modify, OpenApi as _, ToSchema};

use super::super::problem;

/// The body of `POST /reports`: `Report`, or up to a thousand of them.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, clippy::large_enum_variant, reason = "described, never made")]
pub(super) enum Reports {
    One(Report),
    Many(Vec<Report>),
}

/// The answer to it: one for one, a list for a list.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "described, never made")]
pub(super) enum Taken {
    One(Answer),
    Many(Answers),
}

/// What the access log can be asked, as [`app::backend::LogQuery`] reads it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "described, never made")]
pub(super) struct LogParameters {
    /// Of this user.
    user: Option<String>,
    /// Of this type.
    #[param(rename = "type")]
    kind: Option<String>,
    /// On this account: `LOGIN`, or `LOGIN@AGENT`.
    account: Option<String>,
    /// On this agent.
    agent: Option<String>,
    /// `open`, or `ended`.
    state: Option<String>,
    /// Opened on this day or later, `2026-11-23`.
    from: Option<String>,
    /// Opened on this day or earlier.
    until: Option<String>,
    /// The time zone of those days, `Europe/Paris`; UTC when empty.
    zone: Option<String>,
    /// Before the session at this place: `next` of the page before.
    before: Option<String>,
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Sightline",
        description = "Open sessions, the access log, and sessions that other systems report. \
                       Every error is a problem document (RFC 9457).",
    ),
    paths(
        super::list,
        super::one,
        super::terminate,
        super::access_logs,
        super::reports::take,
        super::reports::commands,
        describe,
    ),
    components(schemas(problem::Body<'static>)),
    modifiers(&Security, &Problems, &Exact),
)]
struct Description;

/// How callers say who they are.
struct Security;

impl Modify for Security {
    fn modify(&self, api: &mut OpenApi) {
        let components = api.components.get_or_insert_default();
        let bearer = |format: &str, what: &str| {
            let http = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format(format);
            SecurityScheme::Http(http.description(Some(what)).build())
        };
        components
            .add_security_scheme("person", bearer("slt_…", "A person's token: `sightline token add USER`"));
        components
            .add_security_scheme("agent", bearer("sla_…", "An agent's token: `sightline agent token NAME`"));
        let cookie = ApiKeyValue::with_description("sightline", "The sign-in of a browser");
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// Errors that an operation is answered with, beside those that every one has.
const PROBLEMS: [(&str, &[u16]); 6] = [
    ("/api/v1/sessions", &[400, 401]),
    ("/api/v1/sessions/{id}", &[401, 404]),
    ("/api/v1/sessions/{id}/terminate", &[400, 401, 403, 404, 409, 413, 415, 422, 503]),
    ("/api/v1/access-logs", &[400, 401]),
    ("/api/v1/reports", &[400, 401, 413, 415, 422, 503]),
    ("/api/v1/reports/commands", &[400, 401]),
];

/// What a status means, in all of the API.
const fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The query or the JSON is malformed",
        401 => "No token, or one that is not good (any more)",
        403 => "The role does not allow it, or the request has neither a token nor our own `Origin`",
        404 => "There is no such session for the one who asks",
        405 => "This address does not take that method: see `Allow`",
        409 => "It has ended already, or its source refuses to end it",
        413 => "The body is too large, or has too many reports",
        415 => "The body is not declared as JSON",
        422 => "The JSON is not what is wanted; `field` says where, for a report",
        503 => "It could not be written down: nothing was done, send it again",
        _ => "The server could not do it",
    }
}

struct Problems;

impl Modify for Problems {
    fn modify(&self, api: &mut OpenApi) {
        for (path, statuses) in PROBLEMS {
            let Some(item) = api.paths.paths.get_mut(path) else { continue };
            for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
                for status in statuses.iter().copied().chain([405, 500]) {
                    add(operation, status);
                }
            }
        }
    }
}

fn add(operation: &mut Operation, status: u16) {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let response = ResponseBuilder::new().description(meaning(status));
    let response = response.content("application/problem+json", content).build();
    operation.responses.responses.insert(status.to_string(), response.into());
}

/// A report has one member, and a batch an end: what the types cannot say to the description.
struct Exact;

impl Modify for Exact {
    fn modify(&self, api: &mut OpenApi) {
        let schemas = &mut api.components.get_or_insert_default().schemas;
        if let Some(RefOr::T(Schema::OneOf(one_or_many))) = schemas.get_mut("Reports") {
            for form in &mut one_or_many.items {
                if let RefOr::T(Schema::Array(many)) = form {
                    many.max_items = Some(bounds::BATCH);
                }
            }
        }
        let Some(RefOr::T(Schema::OneOf(kinds))) = schemas.get_mut("Report") else { return };
        for kind in &mut kinds.items {
            if let RefOr::T(Schema::Object(object)) = kind {
                object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
            }
        }
    }
}

static JSON: LazyLock<String> = LazyLock::new(|| Description::openapi().to_pretty_json().unwrap_or_default());

/// This description.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "description",
    responses((status = 200, description = "An OpenAPI 3.1 document", body = Object)))]
pub(super) async fn describe() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], JSON.as_str())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    fn described() -> Value {
        serde_json::from_str(&JSON).expect("JSON")
    }

    #[test]
    fn every_operation_says_how_it_is_answered() {
        let api = described();
        assert!(api["openapi"].as_str().expect("a version").starts_with("3.1"));
        let paths = api["paths"].as_object().expect("paths");
        assert_eq!(paths.len(), PROBLEMS.len() + 1, "each has its problems, but for the description itself");
        for (path, item) in paths {
            for (method, operation) in item.as_object().expect("operations") {
                let responses = operation["responses"].as_object().expect("responses");
                assert!(responses.contains_key("200"), "{method} {path}");
                let open = path.ends_with("openapi.json");
                assert_eq!(responses.contains_key("401"), !open, "{method} {path}");
                assert_eq!(operation.get("security").is_some(), !open, "{method} {path}");
            }
        }
    }

    #[test]
    fn objects_have_no_members_but_those_described() {
        let api = described();
        for (name, schema) in api["components"]["schemas"].as_object().expect("schemas") {
            if schema["type"] == "object" {
                assert_eq!(schema["additionalProperties"], false, "{name}");
            }
        }
        let kinds = api["components"]["schemas"]["Report"]["oneOf"].as_array().expect("kinds");
        let forms = api["components"]["schemas"]["Reports"]["oneOf"].as_array().expect("forms");
        assert!(forms.iter().any(|form| form["maxItems"] == bounds::BATCH));
        assert!(kinds.len() == 4 && kinds.iter().all(|kind| kind["additionalProperties"] == false));
    }

    #[test]
    fn the_access_log_is_asked_as_its_query_reads() {
        let api = described();
        let parameters = api["paths"]["/api/v1/access-logs"]["get"]["parameters"].as_array().expect("some");
        let names: BTreeSet<_> =
            parameters.iter().filter_map(|parameter| parameter["name"].as_str()).collect();
        let query = serde_json::to_value(app::backend::LogQuery::default()).expect("an object");
        assert_eq!(names, query.as_object().expect("an object").keys().map(String::as_str).collect());
    }
}
