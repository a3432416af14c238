//! The style sheet: every file that `style/main.css` imports in one, made small, with its fonts.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::dependencies::{Dependency, DependencyOptions};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};

use super::publish::hashed;
use crate::{place, say};

/// The style sheet and what it refers to.
pub(crate) struct Style {
    /// The sheet, with the published names of its files.
    pub(crate) css: String,
    /// The files that it refers to, by published name.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// Bundles and minifies the style sheet. Takes milliseconds, so it is done each time.
pub(crate) fn build() -> Result<Style> {
    let entry = place::root().join("style").join("main.css");
    say::step("css", "bundling style/main.css");
    bundle(&entry)
}

/// One sheet with all that it imports.
pub(super) fn bundle(entry: &Path) -> Result<Style> {
    let provider = FileProvider::new();
    let mut bundler = Bundler::new(&provider, None, ParserOptions::default());
    let mut sheet = bundler.bundle(entry).map_err(|error| anyhow!("style sheet: {error}"))?;
    sheet.minify(MinifyOptions::default()).map_err(|error| anyhow!("style sheet: {error}"))?;
    let printed = sheet
        .to_css(PrinterOptions {
            minify: true,
            analyze_dependencies: Some(DependencyOptions { remove_imports: false }),
            ..PrinterOptions::default()
        })
        .map_err(|error| anyhow!("style sheet: {error}"))?;

    let mut css = printed.code;
    let mut files = BTreeMap::new();
    for dependency in printed.dependencies.unwrap_or_default() {
        match dependency {
            Dependency::Import(import) => bail!("style sheet: cannot import {} from elsewhere", import.url),
            Dependency::Url(url) => {
                let name = if is_elsewhere(&url.url) {
                    url.url
                } else {
                    let path = Path::new(&url.loc.file_path).with_file_name("").join(&url.url);
                    let content = fs::read(&path)
                        .with_context(|| format!("style sheet: cannot read {}", path.display()))?;
                    let name = hashed(&path, &content)?;
                    files.insert(name.clone(), content);
                    name
                };
                css = css.replace(&url.placeholder, &name);
            }
        }
    }
    Ok(Style { css, files })
}

/// Whether a reference is something else than a file beside the style sheet.
fn is_elsewhere(url: &str) -> bool {
    url.starts_with(['/', '#']) || url.starts_with("data:") || url.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_inlined_and_fonts_named_by_content() -> Result<()> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("fonts"))?;
        fs::write(folder.path().join("fonts/a.woff2"), b"font")?;
        fs::write(
            folder.path().join("fonts/fonts.css"),
            "@font-face { font-family: A; src: url(\"a.woff2\") format(\"woff2\"); }",
        )?;
        fs::write(
            folder.path().join("main.css"),
            "@import \"fonts/fonts.css\";\nbody { color: red; background: url(data:image/png;base64,AA==); }",
        )?;

        let style = bundle(&folder.path().join("main.css"))?;

        let [(name, content)] = style.files.iter().collect::<Vec<_>>()[..] else {
            bail!("expected one file, found {:?}", style.files.keys());
        };
        assert_eq!(content, b"font");
        assert!(name.starts_with("a.") && name.ends_with(".woff2"), "{name}");
        assert!(style.css.contains(&format!("url(\"{name}\")")), "{}", style.css);
        assert!(style.css.contains("data:image/png;base64,AA=="), "{}", style.css);
        assert!(!style.css.contains("@import"), "{}", style.css);
        Ok(())
    }

    #[test]
    fn a_missing_font_is_named() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let entry = folder.path().join("main.css");
        fs::write(&entry, "@font-face { font-family: A; src: url(gone.woff2); }")?;
        let error = bundle(&entry).err().context("a missing font was accepted")?;
        assert!(format!("{error:#}").contains("gone.woff2"), "{error:#}");
        Ok(())
    }
}
