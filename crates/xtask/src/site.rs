//! The web assets: from the crate `frontend` and the folder `style` to hashed, compressed files.
//!
//! Each step is done again only when its inputs changed; the names carry the hash of the content, so a
//! file that is there is the right one.

mod css;
mod icons;
mod manifest;
mod publish;
mod wasm;
mod worker;

use anyhow::Result;

/// What the assets are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Make {
    /// To be served: small, whatever time that takes.
    Release,
    /// To be looked at while one works on the page, with a server of the debug build.
    Quick,
}

/// Builds the web assets into the site folder.
pub(crate) fn build(make: Make) -> Result<()> {
    let program = wasm::build(make)?;
    let style = css::build()?;
    publish::publish(make, &program, &style)
}
