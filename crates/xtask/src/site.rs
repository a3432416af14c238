//! The web assets: from the crate `frontend` and the folder `style` to hashed, compressed files.
//!
//! Each step is done again only when its inputs changed; the names carry the hash of the content, so a
//! file that is there is the right one.

mod css;
mod publish;
mod wasm;

use anyhow::Result;

/// Builds the web assets into the site folder.
pub(crate) fn build() -> Result<()> {
    let program = wasm::build()?;
    let style = css::build()?;
    publish::publish(&program, &style)
}
