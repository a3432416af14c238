//! A test: pages speak through this module alone. Looks for sentences and texts that stand in the code itself.

use std::fs;
use std::path::{Path, PathBuf};

/// What may stand in the code: the name of the product, and names of types.
const ALLOWED: [&str; 2] = ["Sightline", "Console"];
/// Attributes whose value people read or hear.
const SPOKEN: [&str; 5] = ["aria-label=", "title=", "placeholder=", "alt=", "label="];

/// The literal strings of a line, each with what stands before it and after it.
fn literals(line: &str) -> Vec<(&str, &str, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = line[from..].find('"').map(|at| from + at) {
        let mut close = None;
        let mut escaped = false;
        for (at, c) in line[open + 1..].char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    close = Some(open + 1 + at);
                    break;
                }
                _ => {}
            }
        }
        let Some(close) = close else { break };
        found.push((&line[..open], &line[open + 1..close], &line[close + 1..]));
        from = close + 1;
    }
    found
}

/// Whether a literal is something that people read.
fn is_stray(before: &str, text: &str, after: &str) -> bool {
    let mut letters = text.chars();
    let is_word =
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_some_and(char::is_lowercase);
    if !is_word || ALLOWED.contains(&text) {
        return false;
    }
    let (before, after) = (before.trim_end(), after.trim_start());
    let is_sentence = text.contains(' ') && !before.ends_with("reason =") && !before.ends_with("expect(");
    let is_child = (before.is_empty() || before.ends_with('>') && !before.ends_with("=>"))
        && (after.is_empty() || after.starts_with('<'));
    is_sentence || is_child || SPOKEN.iter().any(|name| before.ends_with(name))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the sources").map(|entry| entry.expect("a file").path()) {
        if entry.is_dir() && entry.file_name().is_some_and(|name| name != "words") {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
}

#[test]
fn no_page_speaks_by_itself() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.len() > 50, "the sources are elsewhere");
    let mut stray = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source");
        // Tests are the last thing in a file, and may say what they like.
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        for (number, line) in
            code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            for (before, text, after) in literals(line) {
                if is_stray(before, text, after) {
                    stray.push(format!("{}:{}: {text}", file.display(), number + 1));
                }
            }
        }
    }
    assert_eq!(stray, [""; 0], "texts belong into `words/`, where they have a translation");
}

#[test]
fn what_people_read_is_found() {
    let stray = |line: &str| literals(line).iter().any(|(before, text, after)| is_stray(before, text, after));
    for line in [
        r#"<h1>"Sessions"</h1>"#,
        r#"    "Sign out""#,
        r#"<button aria-label="Close" class="icon">"#,
        r#"toasts.done("Link copied.")"#,
        r#"format!("Stale since {time}")"#,
        r#"{ "Copied to it" } else { "x" }"#,
    ] {
        assert!(stray(line), "{line}");
    }
    for line in [
        r#"match key { "Enter" => watch(),"#,
        r#"<div class="Box" data-x="Two words here"#,
        r#"#[expect(missing_docs, reason = "The macro makes them")]"#,
        r#"<span>"Sightline"</span>"#,
        r#"let class = "live live-page";"#,
    ] {
        assert!(!stray(line), "{line}");
    }
}
