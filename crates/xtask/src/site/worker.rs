//! The service worker and the offline page, from their sources in `app/src/pwa`.
//!
//! The worker is given the list of what it may keep: files whose names carry their hash, and the offline
//! page. Nothing else is ever in a cache.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::css::{self, Style};
use super::publish::hashed;
use crate::place;
use crate::stamp::short_hash;

/// The offline page with its own style and script, by published name.
pub(crate) struct Offline {
    /// The page's path on the site.
    pub(crate) page: String,
    /// It and what it loads.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// Makes the offline page: what it refers to carries hashes, and so does its own name.
pub(crate) fn offline() -> Result<Offline> {
    let style = css::bundle(&place::root().join("style").join("offline.css"))?;
    offline_from(&source("offline.html")?, &source("offline.js")?, style)
}

fn offline_from(html: &str, script: &str, style: Style) -> Result<Offline> {
    let mut files = style.files;
    let css = hashed(Path::new("offline.css"), style.css.as_bytes())?;
    let js = hashed(Path::new("offline.js"), script.as_bytes())?;
    let html = put(html, "OFFLINE_CSS", &format!("/pkg/{css}"))?;
    let html = put(&html, "OFFLINE_JS", &format!("/pkg/{js}"))?;
    let page = hashed(Path::new("offline.html"), html.as_bytes())?;
    files.insert(css, style.css.into_bytes());
    files.insert(js, script.as_bytes().to_vec());
    files.insert(page.clone(), html.into_bytes());
    Ok(Offline { page: format!("/pkg/{page}"), files })
}

/// The worker that keeps `files`, paths on the site, and shows the page `offline`.
pub(crate) fn worker(files: &[String], offline: &str) -> Result<String> {
    worker_from(&source("worker.js")?, files, offline)
}

fn worker_from(script: &str, files: &[String], offline: &str) -> Result<String> {
    ensure!(files.iter().any(|file| file == offline), "the worker does not keep the offline page {offline}");
    let list = serde_json::to_string(files)?;
    let text = put(script, "FILES", &list)?;
    let text = put(&text, "OFFLINE", &serde_json::to_string(offline)?)?;
    let hash = short_hash(text.as_bytes());
    put(&text, "CACHE", &serde_json::to_string(&format!("sightline-{hash}"))?)
}

/// Puts a value in the place that a source leaves for it.
fn put(text: &str, name: &str, value: &str) -> Result<String> {
    let place = format!("__{name}__");
    ensure!(text.matches(&place).count() == 1, "app/src/pwa: there is not one place for {place}");
    Ok(text.replace(&place, value))
}

fn source(name: &str) -> Result<String> {
    let path = place::root().join("app/src/pwa").join(name);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worker_is_another_when_what_it_keeps_is() -> Result<()> {
        let script = "const A = __CACHE__, B = __FILES__, C = __OFFLINE__;";
        let page = "/pkg/offline.1.html";
        let made = |files: &[&str]| {
            worker_from(script, &files.iter().map(|file| (*file).to_owned()).collect::<Vec<_>>(), page)
        };
        let one = made(&["/pkg/a.js", page])?;
        assert!(
            one.ends_with(r#"B = ["/pkg/a.js","/pkg/offline.1.html"], C = "/pkg/offline.1.html";"#),
            "{one}"
        );
        assert!(one.starts_with(r#"const A = "sightline-"#), "{one}");
        let other = made(&["/pkg/b.js", page])?;
        assert_ne!(one.split(',').next(), other.split(',').next(), "each has a cache of its own");
        assert_eq!(one, made(&["/pkg/a.js", page])?);
        assert!(made(&["/pkg/a.js"]).is_err(), "the offline page must be kept");
        Ok(())
    }

    #[test]
    fn the_offline_page_refers_to_hashed_files_alone() -> Result<()> {
        let offline = offline()?;
        let html = offline.page.strip_prefix("/pkg/").and_then(|name| offline.files.get(name));
        let html = String::from_utf8(html.context("the page")?.clone())?;
        let named: Vec<_> = html.split('"').filter(|part| part.starts_with('/')).collect();
        assert_eq!(named.len(), 2, "{named:?}");
        for path in named {
            assert!(offline.files.contains_key(path.trim_start_matches("/pkg/")), "{path}");
        }
        assert!(!html.contains("style=") && !html.contains("<style") && !html.contains("nonce"), "{html}");
        Ok(())
    }
}
