//! What this provider can do, as programs read it (OpenID Connect Discovery 1.0, 3; RFC 8414, 2).

use serde_json::{Value, json};

/// Where people are sent to sign in to an application.
pub const AUTHORIZE: &str = "/oidc/authorize";
/// Where applications fetch tokens.
pub const TOKEN: &str = "/oidc/token";
/// Where they ask who somebody is.
pub const USERINFO: &str = "/oidc/userinfo";
/// Where people are sent to sign out.
pub const LOGOUT: &str = "/oidc/logout";
/// Where the keys are.
pub const JWKS: &str = "/oidc/jwks";

/// The description; the issuer is the address that people open.
#[must_use]
pub fn describe(issuer: &str) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    json!({
        "issuer": issuer,
        "authorization_endpoint": at(AUTHORIZE),
        "token_endpoint": at(TOKEN),
        "userinfo_endpoint": at(USERINFO),
        "jwks_uri": at(JWKS),
        "end_session_endpoint": at(LOGOUT),
        "scopes_supported": ["openid", "profile", "email", "groups"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [super::jws::ALGORITHM],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid",
            "preferred_username", "name", "email", "groups",
        ],
        "claim_types_supported": ["normal"],
        "prompt_values_supported": ["none", "login", "select_account"],
        // RFC 9207, 3.
        "authorization_response_iss_parameter_supported": true,
        // Back-Channel Logout 1.0, 2.1.
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "ui_locales_supported": ["en", "es"],
    })
}
