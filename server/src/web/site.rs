//! The site folder: the built files that pages load, read into memory at start.
//!
//! Only what was there at start is served, by its exact name: a request's path is never a file's path.
//! The service worker and the offline page are files like others, each with a policy of its own.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context;
use app::Assets;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::Shared;

/// Files below it carry a hash of their contents in their names.
const HASHED: &str = "/pkg/";
/// The service worker. It lies at the top, since it may serve only what lies beside or below it.
const WORKER: &str = "/sw.js";
/// Files that decide which others are the right ones: asked for anew each time.
const ASKED_ANEW: [&str; 2] = [WORKER, "/manifest.webmanifest"];

/// What the service worker may do: ask this site.
const WORKER_POLICY: &str = "default-src 'none'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";
/// What the offline page may do: it is made before anybody asks for it, so it has no nonce, and nothing inline.
const OFFLINE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
    connect-src 'self'; img-src 'self' data:; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// One file with its compressed forms.
#[derive(Default)]
struct File {
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

/// What the folder holds.
pub(super) struct Site {
    assets: Option<Assets>,
    missing: Option<String>,
    files: HashMap<String, File>,
}

impl Site {
    /// Reads the folder. One that is not built is no error: pages then say so.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Self> {
        let list = folder.join("assets.json");
        let text = match fs::read(&list) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let missing = format!(
                    "the pages are not built: {} is missing; run `cargo xtask build`, or name the folder with \
                     SIGHTLINE_SITE",
                    list.display()
                );
                return Ok(Self { assets: None, missing: Some(missing), files: HashMap::new() });
            }
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", list.display())),
        };
        let assets = serde_json::from_slice(&text)
            .with_context(|| format!("{} is damaged: build the pages again", list.display()))?;
        let mut files = HashMap::new();
        read_folder(folder, "/", &mut files)
            .with_context(|| format!("{} cannot be read", folder.display()))?;
        files.remove("/assets.json");
        Ok(Self { assets: Some(assets), missing: None, files })
    }

    /// The build that pages load; none when there is none.
    pub(super) const fn assets(&self) -> Option<&Assets> {
        self.assets.as_ref()
    }

    /// What is missing and what to do, in words.
    pub(super) fn missing(&self) -> Option<&str> {
        self.missing.as_deref()
    }

    /// The file of that path, in the best form that the browser takes.
    pub(super) fn answer(&self, path: &str, request: &HeaderMap) -> Option<Response> {
        let file = self.files.get(path)?;
        let (body, encoding) = match (&file.brotli, &file.gzip) {
            (Some(body), _) if accepts(request, "br") => (body, Some("br")),
            (_, Some(body)) if accepts(request, "gzip") => (body, Some("gzip")),
            _ => (&file.plain, None),
        };
        let mut response = body.clone().into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime(path)));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        let keep = if path.starts_with(HASHED) {
            "public, max-age=31536000, immutable"
        } else if ASKED_ANEW.contains(&path) {
            "no-cache"
        } else {
            "public, max-age=3600"
        };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        let policy = match path {
            WORKER => Some(WORKER_POLICY),
            page if page.ends_with(".html") => Some(OFFLINE_POLICY),
            _ => None,
        };
        if let Some(policy) = policy {
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        }
        Some(response)
    }
}

/// `GET /pkg/…`.
pub(super) async fn file(State(web): State<Shared>, uri: Uri, headers: HeaderMap) -> Response {
    web.site
        .answer(uri.path(), &headers)
        .unwrap_or_else(|| (StatusCode::NOT_FOUND, "no such file\n").into_response())
}

fn read_folder(folder: &Path, prefix: &str, files: &mut HashMap<String, File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            read_folder(&entry.path(), &format!("{path}/"), files)?;
            continue;
        }
        let contents = Bytes::from(fs::read(entry.path())?);
        if let Some(path) = path.strip_suffix(".br") {
            files.entry(path.to_owned()).or_default().brotli = Some(contents);
        } else if let Some(path) = path.strip_suffix(".gz") {
            files.entry(path.to_owned()).or_default().gzip = Some(contents);
        } else {
            files.entry(path).or_default().plain = contents;
        }
    }
    Ok(())
}

/// Whether `Accept-Encoding` takes a coding; `;q=0` says that it does not.
fn accepts(request: &HeaderMap, coding: &str) -> bool {
    let all = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(',')).any(|part| {
        let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
        let refused =
            parameters.trim().strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q <= 0.0));
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

fn mime(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built() -> (tempfile::TempDir, Site) {
        let folder = tempfile::tempdir().unwrap();
        let pkg = folder.path().join("pkg");
        fs::create_dir(&pkg).unwrap();
        fs::write(
            folder.path().join("assets.json"),
            r#"{"build":"1","js":"/pkg/a.js","wasm":"/pkg/a.wasm","css":"/pkg/a.css","preload_fonts":[]}"#,
        )
        .unwrap();
        fs::write(folder.path().join("favicon.svg"), "<svg/>").unwrap();
        fs::write(folder.path().join("sw.js"), "worker").unwrap();
        fs::write(folder.path().join("manifest.webmanifest"), "{}").unwrap();
        fs::write(pkg.join("offline.1.html"), "<!DOCTYPE html>").unwrap();
        fs::write(pkg.join("a.js"), "plain").unwrap();
        fs::write(pkg.join("a.js.br"), "brotli").unwrap();
        fs::write(pkg.join("a.js.gz"), "gzip").unwrap();
        fs::write(pkg.join("a.wasm"), "wasm").unwrap();
        let site = Site::read(folder.path()).unwrap();
        (folder, site)
    }

    fn asking(encodings: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(encodings))])
    }

    #[test]
    fn the_best_encoding_that_is_accepted_is_sent() {
        let (_folder, site) = built();
        for (path, encodings, sent) in [
            ("/pkg/a.js", "gzip, deflate, br, zstd", Some("br")),
            ("/pkg/a.js", "gzip, br;q=0", Some("gzip")),
            ("/pkg/a.js", "identity", None),
            ("/pkg/a.wasm", "gzip, br", None),
        ] {
            let answer = site.answer(path, &asking(encodings)).unwrap();
            let encoding =
                answer.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap());
            assert_eq!(encoding, sent, "{path} for {encodings}");
        }
    }

    #[test]
    fn hashed_files_are_kept_for_good_and_typed() {
        let (_folder, site) = built();
        let header = |path, name| {
            let answer = site.answer(path, &HeaderMap::new()).unwrap();
            answer.headers()[name].to_str().unwrap().to_owned()
        };
        assert_eq!(header("/pkg/a.js", header::CACHE_CONTROL), "public, max-age=31536000, immutable");
        assert_eq!(header("/favicon.svg", header::CACHE_CONTROL), "public, max-age=3600");
        assert_eq!(header("/pkg/a.js", header::CONTENT_TYPE), "text/javascript; charset=utf-8");
        assert_eq!(header("/pkg/a.wasm", header::CONTENT_TYPE), "application/wasm");
        assert_eq!(header("/favicon.svg", header::CONTENT_TYPE), "image/svg+xml");
    }

    #[test]
    fn the_worker_and_the_manifest_are_asked_for_anew() {
        let (_folder, site) = built();
        for (path, kind) in [
            ("/sw.js", "text/javascript; charset=utf-8"),
            ("/manifest.webmanifest", "application/manifest+json"),
        ] {
            let answer = site.answer(path, &HeaderMap::new()).unwrap();
            assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-cache", "{path}");
            assert_eq!(answer.headers()[header::CONTENT_TYPE], kind, "{path}");
        }
    }

    #[test]
    fn the_worker_and_the_offline_page_have_policies_without_anything_inline() {
        let (_folder, site) = built();
        for (path, may) in [("/sw.js", "connect-src 'self'"), ("/pkg/offline.1.html", "script-src 'self'")] {
            let answer = site.answer(path, &HeaderMap::new()).unwrap();
            let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'; ") && policy.contains(may), "{policy}");
            assert!(!policy.contains("unsafe") && !policy.contains("nonce"), "{policy}");
        }
        let script = site.answer("/pkg/a.js", &HeaderMap::new()).unwrap();
        assert!(!script.headers().contains_key(header::CONTENT_SECURITY_POLICY), "it gets that of no page");
    }

    #[test]
    fn nothing_but_the_listed_names_is_served() {
        let (_folder, site) = built();
        for path in
            ["/assets.json", "/pkg/../assets.json", "/pkg/a.js.br", "/pkg/", "/etc/passwd", "/pkg/%2e%2e/x"]
        {
            assert!(site.answer(path, &HeaderMap::new()).is_none(), "{path}");
        }
    }

    #[test]
    fn a_folder_that_is_not_built_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let site = Site::read(folder.path()).unwrap();
        assert!(site.assets().is_none());
        assert!(site.missing().unwrap().contains("cargo xtask build"));
        fs::write(folder.path().join("assets.json"), "{").unwrap();
        assert!(Site::read(folder.path()).is_err());
    }
}
