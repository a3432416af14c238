//! How a page is rendered for whoever asks: what they chose before, else what their browser says.
//!
//! What a signed-in person keeps on the server counts before the cookie, which may be another's or old.

use app::look::{COOKIE, COOKIE_SECONDS, Language, Look, Rendered};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use wire::UserId;

use super::Web;
use super::pages::query_of;
use crate::store::LOOK;

/// A page's look, and the cookie to write when the browser's is not the same.
pub(super) struct Chosen {
    pub(super) rendered: Rendered,
    pub(super) cookie: Option<HeaderValue>,
}

impl Web {
    /// The look for this request of that user, if somebody is signed in. Pages for everybody take a
    /// language from their address as well (`?language=es`), as a link on them says it.
    pub(super) async fn look(&self, parts: &Parts, user: Option<UserId>) -> Chosen {
        let cookie = look_of(&parts.headers);
        let mut look = cookie.unwrap_or_default();
        match user {
            Some(user) => match self.services.store.preference(user, LOOK).await {
                Ok(kept) => look = kept.map_or(look, |kept| Look::parse(&kept)),
                // A page in another look is better than none.
                Err(error) => tracing::error!(%error, "how the pages look to a person could not be read"),
            },
            None => {
                let asked = query_of(&parts.uri, "language").and_then(|tag| Language::of_tag(&tag));
                look.language = asked.or(look.language);
            }
        }
        let accepted = parts.headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let language = look.language.or_else(|| Language::accepted(accepted?)).unwrap_or_default();
        let is_new = cookie.unwrap_or_default() != look;
        let cookie = is_new.then(|| set_cookie(look, self.services.config.is_https())).flatten();
        Chosen { rendered: Rendered { look, language }, cookie }
    }
}

/// What the browser's cookie says.
fn look_of(headers: &HeaderMap) -> Option<Look> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
    (value.len() <= Look::MAX_BYTES).then(|| Look::parse(value))
}

/// The header that keeps a look in the browser. Its page changes it too, so scripts may see it.
fn set_cookie(look: Look, https: bool) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{COOKIE}={look}; Path=/; SameSite=Lax; Max-Age={COOKIE_SECONDS}{secure}");
    HeaderValue::try_from(text).ok()
}

#[cfg(test)]
mod tests {
    use app::look::{Density, Theme};

    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        for (sent, theme) in [
            (&["sightline-look=dark.compact.es"][..], Some(Theme::Dark)),
            (&["sightline=abc; sightline-look=light"], Some(Theme::Light)),
            (&["sightline=abc", "sightline-look="], Some(Theme::System)),
            (&["sightline=abc"], None),
            (&["sightline-look"], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in sent {
                headers.append(header::COOKIE, HeaderValue::from_static(value));
            }
            assert_eq!(look_of(&headers).map(|look| look.theme), theme, "{sent:?}");
        }
    }

    #[test]
    fn the_cookie_is_secure_behind_https_only() {
        let look = Look { theme: Theme::Dark, density: Density::Compact, language: Some(Language::Spanish) };
        let set = |https| set_cookie(look, https).unwrap().to_str().unwrap().to_owned();
        let plain = "sightline-look=dark.compact.es; Path=/; SameSite=Lax; Max-Age=31536000";
        assert_eq!(set(false), plain);
        assert_eq!(set(true), format!("{plain}; Secure"));
    }
}
