//! How a person wants the pages to look, and in which language: theme, density, language.
//!
//! Kept in a cookie, so that the server can render it and nothing changes after the first paint, and per
//! user on the server, so that it follows them to another browser.

use std::fmt;
use std::sync::OnceLock;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use crate::parts::toast::Toasts;
use crate::words::words;
use crate::{calls, frame};

/// The cookie that keeps it.
pub const COOKIE: &str = "sightline-look";
/// How long the cookie lives, in seconds: a year from the last change.
pub const COOKIE_SECONDS: u32 = 365 * 24 * 60 * 60;
/// The event that `shell/theme.js` waits for.
const THEME_EVENT: &str = "sightline-theme";

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Its name in the cookie and in the document.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// How much room a row has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Density {
    /// Room to read.
    #[default]
    Comfortable,
    /// More rows at once.
    Compact,
}

impl Density {
    pub(crate) const ALL: [Self; 2] = [Self::Comfortable, Self::Compact];

    /// Its name in the cookie and in the document.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Comfortable => "comfortable",
            Self::Compact => "compact",
        }
    }

    /// Height of a row of a table in pixels; the same as `--row-height` in `style/tokens.css`.
    #[must_use]
    pub const fn row_px(self) -> i32 {
        match self {
            Self::Comfortable => 36,
            Self::Compact => 28,
        }
    }
}

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Spanish.
    Spanish,
}

impl Language {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::English, Self::Spanish];

    /// Its tag (BCP 47), as in `<html lang>`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }

    /// Its name in itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Spanish => "Español",
        }
    }

    /// The language of a tag; regions make no difference.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The one that a browser would like best, from its `Accept-Language`; none when it wants others.
    #[must_use]
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for range in header.split(',') {
            let mut parts = range.split(';');
            let Some(language) = parts.next().and_then(Self::of_tag) else { continue };
            let weight = parts
                .find_map(|part| part.trim().strip_prefix("q="))
                .map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
            // Of two that are liked as much, the first counts.
            if weight > best.map_or(0.0, |(best, _)| best) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// What a person has chosen; the text of it is the cookie's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Light or dark.
    pub theme: Theme,
    /// Room of a row.
    pub density: Density,
    /// The language, if they chose one; else the browser's.
    pub language: Option<Language>,
}

impl Look {
    /// Longest text of a look that is taken, in bytes.
    pub const MAX_BYTES: usize = 64;

    /// Reads the text of a look. What it does not know counts as not chosen.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut look = Self::default();
        for word in text.split('.') {
            if let Some(theme) = Theme::ALL.into_iter().find(|theme| theme.name() == word) {
                look.theme = theme;
            } else if let Some(density) = Density::ALL.into_iter().find(|density| density.name() == word) {
                look.density = density;
            } else if let Some(language) = Language::ALL.into_iter().find(|one| one.tag() == word) {
                look.language = Some(language);
            }
        }
        look
    }
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.theme.name(), self.density.name())?;
        self.language.map_or(Ok(()), |language| write!(f, ".{}", language.tag()))
    }
}

/// What a page is rendered in; the server puts it into the context of each render.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// What the person has chosen.
    pub look: Look,
    /// The language, chosen or not.
    pub language: Language,
}

/// The language of this page.
#[must_use]
pub(crate) fn language() -> Language {
    static OF_THE_PAGE: OnceLock<Language> = OnceLock::new();
    if cfg!(target_arch = "wasm32") {
        // Changed by loading the page anew, so it is read once.
        return *OF_THE_PAGE.get_or_init(|| {
            root_attribute("lang").and_then(|tag| Language::of_tag(&tag)).unwrap_or_default()
        });
    }
    use_context::<Rendered>().unwrap_or_default().language
}

fn root_attribute(name: &str) -> Option<String> {
    document().document_element()?.get_attribute(name)
}

/// The look of this page, and the way to change it; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looks(RwSignal<Look>);

impl Looks {
    /// Puts the look of the page into the context.
    pub(crate) fn provide() {
        let look = if cfg!(target_arch = "wasm32") {
            root_attribute("data-look").map(|text| Look::parse(&text)).unwrap_or_default()
        } else {
            use_context::<Rendered>().unwrap_or_default().look
        };
        provide_context(Self(RwSignal::new(look)));
    }

    /// The look, to be followed.
    pub(crate) fn signal(self) -> Signal<Look> {
        self.0.into()
    }

    /// Changes the look, shows it at once and keeps it; another language comes with a fresh page.
    pub(crate) fn change(self, toasts: Toasts, change: impl FnOnce(&mut Look)) {
        let before = self.0.get_untracked();
        let mut after = before;
        change(&mut after);
        if after == before {
            return;
        }
        self.0.set(after);
        show(after);
        write_cookie(after);
        spawn_local(async move {
            let kept = calls::save_look(after.to_string()).await;
            if after.language != before.language {
                // Fails only while another navigation is under way.
                let _navigating = window().location().reload();
            } else if let Err(error) = kept {
                toasts.failed(format!("{} {}", words().look.not_kept, frame::sentence(&error)));
            }
        });
    }
}

/// The look of this page.
pub(crate) fn use_looks() -> Looks {
    expect_context()
}

/// The density of this page, to be followed.
#[must_use]
pub fn density() -> Signal<Density> {
    let look = use_looks().signal();
    Memo::new(move |_| look.get().density).into()
}

fn show(look: Look) {
    let Some(root) = document().document_element() else { return };
    for (name, value) in [
        ("data-choice", look.theme.name()),
        ("data-density", look.density.name()),
        ("data-look", &look.to_string()),
    ] {
        // Refused for no name of these.
        let _always = root.set_attribute(name, value);
    }
    if let Ok(event) = web_sys::Event::new(THEME_EVENT) {
        let _never_cancelled = window().dispatch_event(&event);
    }
}

fn write_cookie(look: Look) {
    let is_https = window().location().protocol().is_ok_and(|protocol| protocol == "https:");
    let secure = if is_https { "; Secure" } else { "" };
    let text = format!("{COOKIE}={look}; Path=/; SameSite=Lax; Max-Age={COOKIE_SECONDS}{secure}");
    // A browser that refuses cookies has nobody signed in.
    let _refused = document().unchecked_into::<web_sys::HtmlDocument>().set_cookie(&text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_its_text() {
        for theme in Theme::ALL {
            for density in Density::ALL {
                for language in [None, Some(Language::English), Some(Language::Spanish)] {
                    let look = Look { theme, density, language };
                    assert_eq!(Look::parse(&look.to_string()), look);
                    assert!(look.to_string().len() <= Look::MAX_BYTES);
                }
            }
        }
    }

    #[test]
    fn what_is_not_known_is_not_chosen() {
        for text in ["", "...", "purple.huge.tlh", "es-MX", "DARK"] {
            assert_eq!(Look::parse(text), Look::default(), "{text:?}");
        }
        let some = Look::parse("purple.compact");
        assert_eq!((some.theme, some.density), (Theme::System, Density::Compact));
    }

    #[test]
    fn the_language_that_is_liked_best_is_taken() {
        for (header, language) in [
            ("", None),
            ("de, fr;q=0.8", None),
            ("es", Some(Language::Spanish)),
            ("es-MX,es;q=0.9,en;q=0.8", Some(Language::Spanish)),
            ("en-GB, es", Some(Language::English)),
            ("en;q=0.2, es;q=0.7, de", Some(Language::Spanish)),
            ("ES_419 ; q=0.5", Some(Language::Spanish)),
            ("es;q=0, en;q=0.1", Some(Language::English)),
            ("es;q=many", None),
            ("*;q=0.1", None),
            ("este, english", None),
        ] {
            assert_eq!(Language::accepted(header), language, "{header:?}");
        }
    }

    #[test]
    fn rows_are_as_high_as_the_style_says() {
        let tokens = include_str!("../../style/tokens.css");
        for density in Density::ALL {
            let token = format!("--row-height: {}px;", density.row_px());
            assert_eq!(tokens.matches(&token).count(), 1, "{token}");
        }
    }
}
