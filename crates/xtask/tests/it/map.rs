//! The map in ARCHITECTURE.md names what there is, all of it, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::root;

/// Top-level folders that are made, not written.
const MADE: &[&str] = &[".git", "data", "target"];

fn folders(of: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(of).expect("a folder").map(|entry| entry.expect("its entry"));
    entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

/// Every top-level folder, and each crate of `crates` by itself.
fn there() -> BTreeSet<String> {
    let mut there = folders(root());
    there.retain(|name| !MADE.contains(&name.as_str()));
    assert!(there.remove("crates"), "where are the crates?");
    there.extend(folders(&root().join("crates")).into_iter().map(|name| format!("crates/{name}")));
    there
}

/// The first word of each line in the block under the heading "Map".
fn mapped(text: &str) -> BTreeSet<String> {
    let block = text.split_once("\n## Map\n").and_then(|(_, rest)| rest.split("```").nth(1));
    let lines = block.expect("a block under the heading \"Map\"").lines().skip(1);
    lines.filter_map(|line| Some(line.split_whitespace().next()?.strip_suffix('/')?.to_owned())).collect()
}

#[test]
fn the_map_is_true() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let (mapped, there) = (mapped(&text), there());
    let missing: Vec<_> = there.difference(&mapped).collect();
    let invented: Vec<_> = mapped.difference(&there).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md does not name {missing:?}");
    assert!(invented.is_empty(), "ARCHITECTURE.md names {invented:?}, which are not there");
}

#[test]
fn a_map_is_read_by_its_first_words() {
    let text =
        "# A\n\n## Map\n\nWords.\n\n```text\ncrates/wire/   types\n  more words\napp/           pages\n```\n";
    assert_eq!(mapped(text), ["app", "crates/wire"].map(String::from).into());
}
