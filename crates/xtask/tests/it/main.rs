//! Tests over the workspace as a whole: the edges between its crates, and the map of it.

mod edges;
mod map;

use std::path::Path;

/// The root of the work tree.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
