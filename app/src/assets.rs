//! Names of the built files that a page loads; the server reads them from `assets.json`.

use serde::{Deserialize, Serialize};

/// The build that is served: each name is a path on this site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assets {
    /// Id of the build, the same as the feed's hello carries.
    pub build: String,
    /// The script that loads the program.
    pub js: String,
    /// The program.
    pub wasm: String,
    /// The one style sheet.
    pub css: String,
    /// Fonts that every page needs at once.
    #[serde(default)]
    pub preload_fonts: Vec<String>,
}
