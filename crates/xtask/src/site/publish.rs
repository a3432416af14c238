//! Puts the web assets where the server reads them, each with its compressed forms beside it.
//!
//! A server may be serving the folder meanwhile: files are complete when their name appears, the list of
//! them changes last, and those of the build before stay for the pages that are still open.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result};
use flate2::Compression;
use serde_json::{Value, json};

use super::css::Style;
use super::wasm::{NAME, Program};
use super::{Make, icons, manifest, worker};
use crate::stamp::{files, short_hash};
use crate::{place, say};

/// Brotli's best quality, and one that takes no time.
const BROTLI_BEST: u32 = 11;
const BROTLI_QUICK: u32 = 2;
/// Its largest ordinary window, 2^22 bytes.
const BROTLI_WINDOW: u32 = 22;

/// What is compressed already; its compressed forms would be larger.
const COMPRESSED: &[&str] = &["woff2", "png", "jpg", "webp"];

/// Writes the assets and their list.
pub(crate) fn publish(make: Make, program: &Program, style: &Style) -> Result<()> {
    let mut site = Site { make, folder: place::site(make), written: 0, names: BTreeSet::new() };
    fs::create_dir_all(site.folder.join("pkg"))?;

    let wasm = hashed(Path::new(&format!("{NAME}_bg.wasm")), &program.wasm)?;
    let js = program.js.replace(&format!("{NAME}_bg.wasm"), &wasm);
    let js_name = hashed(Path::new(&format!("{NAME}.js")), js.as_bytes())?;
    let css = hashed(Path::new(&format!("{NAME}.css")), style.css.as_bytes())?;
    site.put(&format!("pkg/{wasm}"), &program.wasm)?;
    site.put(&format!("pkg/{js_name}"), js.as_bytes())?;
    site.put(&format!("pkg/{css}"), style.css.as_bytes())?;
    for (path, content) in &program.snippets {
        site.put(&format!("pkg/{}", path.to_string_lossy()), content)?;
    }
    for (name, content) in &style.files {
        site.put(&format!("pkg/{name}"), content)?;
    }
    let favicon = place::root().join("style").join("favicon.svg");
    let mark = fs::read_to_string(&favicon).with_context(|| format!("cannot read {}", favicon.display()))?;
    site.replace("favicon.svg", mark.as_bytes())?;
    site.replace("apple-touch-icon.png", &icons::of_home_screens(&mark)?.png)?;
    let manifest = manifest::build(&mark, &place::root().join("style").join("screenshots"))?;
    for (name, content) in &manifest.pictures {
        site.put(&format!("pkg/{name}"), content)?;
    }
    site.replace("manifest.webmanifest", &manifest.json)?;
    let offline = worker::offline()?;
    for (name, content) in &offline.files {
        site.put(&format!("pkg/{name}"), content)?;
    }

    let fonts: Vec<_> = style
        .files
        .keys()
        .filter(|name| is_wanted_at_once(name))
        .map(|name| format!("/pkg/{name}"))
        .collect();
    let mut kept: BTreeSet<String> = fonts.iter().cloned().collect();
    kept.extend([&wasm, &js_name, &css].map(|name| format!("/pkg/{name}")));
    kept.extend(program.snippets.iter().map(|(path, _)| format!("/pkg/{}", path.to_string_lossy())));
    // Of the offline page's fonts those alone that it needs: the others belong to no word of it.
    kept.extend(
        offline.files.keys().filter(|name| !name.ends_with(".woff2")).map(|name| format!("/pkg/{name}")),
    );
    let worker = worker::worker(&kept.into_iter().collect::<Vec<_>>(), &offline.page)?;
    site.replace("sw.js", worker.as_bytes())?;
    let list = json!({
        "build": short_hash(worker.as_bytes()),
        "make": match make {
            Make::Release => "release",
            Make::Quick => "quick",
        },
        "js": format!("/pkg/{js_name}"),
        "wasm": format!("/pkg/{wasm}"),
        "css": format!("/pkg/{css}"),
        "preload_fonts": fonts,
    });
    write_whole(&site.folder.join("assets.json"), serde_json::to_string_pretty(&list)?.as_bytes())?;
    site.sweep()?;

    let raw = program.wasm.len() as u64;
    let small = fs::metadata(site.folder.join("pkg").join(format!("{wasm}.br")))?.len();
    if site.written == 0 {
        say::fresh("site", "the web assets are up to date");
    } else {
        say::step(
            "site",
            &format!("wrote {} files; wasm {} kB, {} kB with Brotli", site.written, raw / 1000, small / 1000),
        );
    }
    Ok(())
}

/// `name.ext` with the hash of its content: `name.HASH.ext`.
pub(crate) fn hashed(path: &Path, content: &[u8]) -> Result<String> {
    let stem = path.file_stem().context("a file without a name")?.to_string_lossy();
    let extension = path.extension().context("a file without an extension")?.to_string_lossy();
    Ok(format!("{stem}.{}.{extension}", short_hash(content)))
}

/// Whether the first page needs this font: the ranges beyond plain Latin are fetched when a text has them.
fn is_wanted_at_once(name: &str) -> bool {
    name.ends_with(".woff2") && name.contains("-latin-") && !name.contains("-latin-ext-")
}

struct Site {
    make: Make,
    folder: PathBuf,
    written: usize,
    names: BTreeSet<String>,
}

impl Site {
    /// Writes a file whose name tells its content, so what is there already is right.
    fn put(&mut self, name: &str, content: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        self.names.insert(name.to_owned());
        if path.extension().is_some_and(|kind| COMPRESSED.iter().any(|known| kind == *known)) {
            return self.write_missing(name, || Ok(content.to_vec()));
        }
        // The plain file last: who finds it may count on the others.
        let (quality, level) = match self.make {
            Make::Release => (BROTLI_BEST, Compression::best()),
            Make::Quick => (BROTLI_QUICK, Compression::fast()),
        };
        for kind in ["br", "gz"] {
            let name = format!("{name}.{kind}");
            self.write_missing(&name, || match kind {
                "br" => brotli(content, quality),
                _ => gzip(content, level),
            })?;
            self.names.insert(name);
        }
        self.write_missing(name, || Ok(content.to_vec()))
    }

    /// Writes a file whose name stays the same, if its content does not.
    fn replace(&mut self, name: &str, content: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        if fs::read(&path).is_ok_and(|there| there == content) {
            return Ok(());
        }
        self.written += 1;
        write_whole(&path, content)
    }

    fn write_missing(&mut self, name: &str, content: impl FnOnce() -> Result<Vec<u8>>) -> Result<()> {
        let path = self.folder.join(name);
        if path.exists() {
            return Ok(());
        }
        self.written += 1;
        let begun = Instant::now();
        let content = content()?;
        write_whole(&path, &content)?;
        if begun.elapsed().as_secs() >= 1 {
            say::step("compress", &format!("{name}: {} kB", content.len() / 1000));
        }
        Ok(())
    }

    /// Removes what belongs neither to this build nor to the one before.
    fn sweep(&self) -> Result<()> {
        let path = place::kept(match self.make {
            Make::Release => "generations.json",
            Make::Quick => "generations-quick.json",
        });
        let kept: Value =
            fs::read(&path).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        let names = |key: &str| -> BTreeSet<String> {
            kept[key]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|name| Some(name.as_str()?.to_owned()))
                .collect()
        };
        let current = names("current");
        let previous = if current == self.names { names("previous") } else { current };
        for file in files(&self.folder.join("pkg"))? {
            let name = file.strip_prefix(&self.folder)?.to_string_lossy().into_owned();
            if !self.names.contains(&name) && !previous.contains(&name) {
                fs::remove_file(&file)?;
            }
        }
        fs::create_dir_all(place::kept(""))?;
        write_whole(&path, json!({ "current": self.names, "previous": previous }).to_string().as_bytes())
    }
}

/// Writes beside the file and moves it there, so that no reader meets half of it.
fn write_whole(path: &Path, content: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = path.with_extension("part");
    fs::write(&part, content).with_context(|| format!("cannot write {}", part.display()))?;
    fs::rename(&part, path).with_context(|| format!("cannot write {}", path.display()))
}

fn brotli(content: &[u8], quality: u32) -> Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, quality, BROTLI_WINDOW);
    writer.write_all(content)?;
    writer.flush()?;
    Ok(writer.into_inner())
}

fn gzip(content: &[u8], level: Compression) -> Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), level);
    writer.write_all(content)?;
    Ok(writer.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn compressed_forms_unpack_to_the_same() -> Result<()> {
        let content = "a sentence that repeats itself. ".repeat(5000).into_bytes();
        let mut unpacked = Vec::new();
        brotli::Decompressor::new(&brotli(&content, BROTLI_BEST)?[..], 1 << 16).read_to_end(&mut unpacked)?;
        assert!(unpacked == content, "Brotli came back different");
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&gzip(&content, Compression::best())?[..]).read_to_end(&mut unpacked)?;
        assert!(unpacked == content, "gzip came back different");
        Ok(())
    }

    #[test]
    fn a_name_carries_the_hash_of_the_content() -> Result<()> {
        assert_eq!(hashed(Path::new("x/sightline_bg.wasm"), b"abc")?, "sightline_bg.ba7816bf8f01cfea.wasm");
        Ok(())
    }
}
