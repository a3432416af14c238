//! The manifest of the installed app: what it is called, how it looks, and where it begins.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::icons::{self, Shape};
use super::publish::hashed;
use crate::stamp::files;

/// `--surface` and `--canvas` of the light theme in `style/tokens.css`, as the manifest writes colours.
const SURFACE: &str = "#ffffff";
const CANVAS: &str = "#f7fafa";
/// Largest screenshot, in bytes: whoever installs the app loads it.
const MAX_SCREENSHOT: usize = 150_000;

/// The manifest and the pictures that it names.
pub(crate) struct Manifest {
    /// The manifest.
    pub(crate) json: Vec<u8>,
    /// Its pictures, by published name.
    pub(crate) pictures: BTreeMap<String, Vec<u8>>,
}

/// Makes the manifest from the mark and the screenshots of a folder.
pub(crate) fn build(mark: &str, screenshots: &Path) -> Result<Manifest> {
    let mut pictures = BTreeMap::new();
    let mut icons = Vec::new();
    for icon in icons::of_the_manifest(mark)? {
        let name = hashed(Path::new(&icon.name()), &icon.png)?;
        icons.push(json!({
            "src": format!("/pkg/{name}"),
            "sizes": format!("{0}x{0}", icon.side),
            "type": "image/png",
            "purpose": match icon.shape {
                Shape::Any => "any",
                Shape::Maskable => "maskable",
            },
        }));
        pictures.insert(name, icon.png);
    }
    let mut shown = Vec::new();
    for path in files(screenshots)? {
        let png = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let (name, entry) =
            screenshot(&path, &png).with_context(|| format!("the screenshot {}", path.display()))?;
        shown.push(entry);
        pictures.insert(name, png);
    }
    let manifest = json!({
        "id": "/",
        "name": "Sightline",
        "short_name": "Sightline",
        "description": "Every open session of an organisation on one live page: watch it, take part, end it, \
                        and prove later what happened.",
        "lang": "en",
        "dir": "ltr",
        "start_url": "/sessions",
        "scope": "/",
        "display": "standalone",
        "theme_color": SURFACE,
        "background_color": CANVAS,
        "categories": ["business", "security", "utilities"],
        "icons": icons,
        "screenshots": shown,
        "shortcuts": [
            { "name": "Sessions", "description": "What is open now", "url": "/sessions" },
            { "name": "Access logs", "description": "What was open before", "url": "/access-logs" },
        ],
    });
    Ok(Manifest { json: serde_json::to_vec(&manifest)?, pictures })
}

/// The published name of a screenshot, and what the manifest says of it.
fn screenshot(path: &Path, png: &[u8]) -> Result<(String, Value)> {
    ensure!(png.len() <= MAX_SCREENSHOT, "is larger than {MAX_SCREENSHOT} bytes");
    let (width, height) = size(png).context("is no PNG")?;
    let name = hashed(path, png)?;
    let entry = json!({
        "src": format!("/pkg/{name}"),
        "sizes": format!("{width}x{height}"),
        "type": "image/png",
        "form_factor": if width > height { "wide" } else { "narrow" },
        "label": "Every open session, live",
    });
    Ok((name, entry))
}

/// Width and height of a PNG: its first chunk says them.
fn size(png: &[u8]) -> Option<(u32, u32)> {
    let header = png.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")?;
    let (width, rest) = header.split_first_chunk::<4>()?;
    let height = rest.first_chunk::<4>()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place;

    #[test]
    fn the_manifest_names_pictures_that_are_there_in_the_sizes_that_it_says() -> Result<()> {
        let style = place::root().join("style");
        let built = build(&fs::read_to_string(style.join("favicon.svg"))?, &style.join("screenshots"))?;
        let manifest: Value = serde_json::from_slice(&built.json)?;
        let mut shapes = Vec::new();
        for list in ["icons", "screenshots"] {
            for entry in manifest[list].as_array().context("a list")? {
                let name =
                    entry["src"].as_str().and_then(|src| src.strip_prefix("/pkg/")).context("a name")?;
                let (width, height) =
                    size(built.pictures.get(name).context("a picture")?).context("a PNG")?;
                assert_eq!(entry["sizes"], format!("{width}x{height}"), "{name}");
                shapes.push(entry["purpose"].as_str().or(entry["form_factor"].as_str()).map(str::to_owned));
            }
        }
        shapes.sort();
        shapes.dedup();
        let shapes: Vec<_> = shapes.into_iter().flatten().collect();
        assert_eq!(shapes, ["any", "maskable", "narrow", "wide"]);
        Ok(())
    }

    #[test]
    fn what_is_no_png_or_too_large_is_refused() {
        let png = fs::read(place::root().join("style/screenshots/wide.png")).unwrap_or_default();
        let path = Path::new("wide.png");
        assert!(screenshot(path, &png).is_ok());
        assert!(screenshot(path, b"GIF89a").is_err());
        let mut large = png;
        large.resize(MAX_SCREENSHOT + 1, 0);
        assert!(screenshot(path, &large).is_err());
    }
}
