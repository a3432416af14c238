//! The document around every page: style, fonts, theme and the script that starts the program.
//!
//! No inline style, and no script without the nonce of the answer.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::look::Rendered;
use crate::words::words;
use crate::{App, Assets};

/// The whole document. Reads [`Assets`] from the context.
#[must_use]
pub fn shell() -> impl IntoView {
    let assets = expect_context::<Assets>();
    let nonce = use_nonce();
    let Rendered { look, language } = use_context().unwrap_or_default();
    view! {
        <!DOCTYPE html>
        <html
            lang=language.tag()
            data-theme="light"
            data-choice=look.theme.name()
            data-density=look.density.name()
            data-look=look.to_string()
        >
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="build" content=assets.build/>
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#ffffff"/>
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#131a1e"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/apple-touch-icon.png"/>
                <script nonce=nonce.clone()>{include_str!("shell/theme.js")}</script>
                <link rel="stylesheet" href=assets.css/>
                {assets
                    .preload_fonts
                    .into_iter()
                    .map(|font| view! { <link rel="preload" href=font r#as="font" r#type="font/woff2" crossorigin="anonymous"/> })
                    .collect_view()}
                <script nonce=nonce data-js=assets.js data-wasm=assets.wasm data-words=boot_words()>
                    {include_str!("shell/boot.js")}
                </script>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// What the boot script may have to say, as it reads it.
fn boot_words() -> String {
    let words = &words().boot;
    serde_json::json!({
        "reload": words.reload,
        "slow": [words.slow, words.slow_why],
        "failed": [words.failed, words.failed_why],
        "stopped": [words.stopped, words.stopped_why],
    })
    .to_string()
}

/// Id of the build that made this page. Browser only.
pub(crate) fn own_build() -> Option<String> {
    document().query_selector("meta[name=build]").ok().flatten()?.get_attribute("content")
}
