//! What a browser loads before the page lives.

use std::fs;

use anyhow::Context;

use crate::table::Row;
use crate::world::World;

/// Sizes of the WASM module, as it is and as Brotli sends it.
pub(crate) fn sizes(world: &mut World) -> anyhow::Result<Vec<Row>> {
    let site = world.bin.parent().context("the program lies in a folder")?.join("site");
    let assets = fs::read_to_string(site.join("assets.json")).context("assets.json of the site")?;
    let assets: serde_json::Value = serde_json::from_str(&assets)?;
    let path =
        assets["wasm"].as_str().context("assets.json names no wasm")?.trim_start_matches('/').to_owned();
    let size = |path: &str| {
        fs::metadata(site.join(path)).map(|file| file.len() as f64 / 1e3).context(path.to_owned())
    };
    let (raw, brotli) = (size(&path)?, size(&format!("{path}.br"))?);
    Ok(vec![Row::new(
        "WASM, first load",
        format!("{raw:.0} kB raw, {brotli:.0} kB Brotli"),
        "≤ 900 kB raw, ≤ 300 kB Brotli",
        raw <= 900.0 && brotli <= 300.0,
    )])
}
