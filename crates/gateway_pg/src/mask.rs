//! Passwords in statements, masked: what follows the word, in each of the forms that SQL and connection strings
//! have for it. Pure.
//!
//! A value that nothing names (the third of a list of values) cannot be known for one.

use std::borrow::Cow;

/// Stands for what is not shown.
pub(crate) const MASK: &str = "•••";
/// Words that begin the name of a secret.
const WORDS: [&str; 2] = ["password", "passwd"];

/// A statement as it may be shown and kept.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Masked<'a> {
    /// Its text.
    pub(crate) text: Cow<'a, str>,
    /// Numbers of the parameters that are secrets.
    pub(crate) parameters: Vec<u16>,
}

/// Masks the secrets of a statement, which may be cut off anywhere.
pub(crate) fn mask(text: &str) -> Masked<'_> {
    let mut parameters = Vec::new();
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = next_word(text, at) {
        let Named { value, plain, has_operator } = named(text, found);
        at = value.max(found + 1);
        let rest = &text[value..];
        if let Some(number) = parameter(rest) {
            parameters.push(number);
            continue;
        }
        let length = quoted(rest)
            .filter(|_| has_operator || plain)
            .or_else(|| (has_operator || (plain && is_about_role(text))).then(|| bare(rest)))
            .unwrap_or(0);
        if length == 0 || rest[..length].eq_ignore_ascii_case("null") {
            continue;
        }
        out.push_str(&text[copied..value]);
        out.push_str(MASK);
        copied = value + length;
        at = copied;
    }
    let text = if copied == 0 { Cow::Borrowed(text) } else { Cow::Owned(out + &text[copied..]) };
    Masked { text, parameters }
}

/// Text of an error about a statement with secrets: it may quote one.
pub(crate) fn mask_quoted(message: &str) -> String {
    let mut out = String::new();
    for (at, part) in message.split('"').enumerate() {
        if at > 0 {
            out.push('"');
        }
        out.push_str(if at % 2 == 1 { MASK } else { part });
    }
    out
}

/// Where the next name of a secret begins.
fn next_word(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at += memchr::memchr2(b'p', b'P', &bytes[at..])?;
        let is_word = |word: &str| {
            bytes.get(at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes()))
        };
        if WORDS.iter().any(|word| is_word(word)) {
            return Some(at);
        }
        at += 1;
    }
}

/// What follows a name.
struct Named {
    /// Where its value begins.
    value: usize,
    /// The name is one of the words and nothing else.
    plain: bool,
    /// An equals sign or its like stands in between.
    has_operator: bool,
}

fn named(text: &str, word: usize) -> Named {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let length = text[word..].find(|c| !is_name(c)).unwrap_or(text.len() - word);
    let alone = !text[..word].chars().next_back().is_some_and(is_name);
    let plain = alone && WORDS.iter().any(|known| known.len() == length);
    let mut value = word + length;
    let rest = &text[value..];
    // A quoted name, in SQL or in JSON.
    if let Some(after) = rest.strip_prefix('"') {
        value = text.len() - after.len();
    }
    value += blank(&text[value..]);
    let operator = [":=", "=>", "=", ":"].iter().find(|operator| text[value..].starts_with(**operator));
    let operator = operator.filter(|_| !text[value..].starts_with("::"));
    if let Some(operator) = operator {
        value += operator.len();
        value += blank(&text[value..]);
    }
    Named { value, plain, has_operator: operator.is_some() }
}

/// Length of the space and the comments at the start.
fn blank(text: &str) -> usize {
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        rest = if let Some(comment) = trimmed.strip_prefix("/*") {
            comment.find("*/").map_or("", |end| &comment[end + 2..])
        } else if let Some(comment) = trimmed.strip_prefix("--") {
            comment.find('\n').map_or("", |end| &comment[end..])
        } else {
            return text.len() - trimmed.len();
        };
    }
}

/// `$1`.
fn parameter(text: &str) -> Option<u16> {
    let digits = text.strip_prefix('$')?;
    let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..length].parse().ok().filter(|_| !digits[length..].starts_with('$'))
}

/// Length of the quoted value at the start, whatever quotes it.
fn quoted(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if let Some(rest) = text.strip_prefix('"') {
        return Some(rest.find('"').map_or(text.len(), |end| end + 2));
    }
    if let Some(rest) = text.strip_prefix('$') {
        let tag = &text[..rest.find('$')? + 2];
        let body = &text[tag.len()..];
        return Some(body.find(tag).map_or(text.len(), |end| end + 2 * tag.len()));
    }
    // A quoted value within a quoted text: its quotes are doubled.
    if let Some(inner) = text.strip_prefix("''")
        && inner.starts_with(|c: char| !c.is_whitespace() && !matches!(c, '\'' | ';' | ',' | ')'))
    {
        return Some(inner.find("''").map_or(text.len(), |end| end + 4));
    }
    let prefix = match bytes {
        [b'\'', ..] => 0,
        [b'e' | b'E' | b'n' | b'N' | b'b' | b'B' | b'x' | b'X', b'\'', ..] => 1,
        [b'u' | b'U', b'&', b'\'', ..] => 2,
        _ => return None,
    };
    let escapes = prefix == 1 && matches!(bytes[0], b'e' | b'E');
    let mut at = prefix + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if escapes => at += 2,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 2,
            b'\'' => return Some(at + 1),
            _ => at += 1,
        }
    }
    Some(text.len())
}

/// Length of a value without quotes.
fn bare(text: &str) -> usize {
    text.find(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ';' | ',' | ')' | '}'))
        .unwrap_or(text.len())
}

/// Whether a statement makes or changes a role.
fn is_about_role(text: &str) -> bool {
    let mut words = text[blank(text)..].split_whitespace();
    let is = |word: Option<&str>, known: &[&str]| {
        word.is_some_and(|word| known.iter().any(|known| word.eq_ignore_ascii_case(known)))
    };
    is(words.next(), &["alter", "create"]) && is(words.next(), &["role", "user", "group"])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{mask, mask_quoted};

    #[test]
    fn passwords_are_masked_wherever_something_names_them() {
        for (text, shown) in [
            ("SELECT 1", "SELECT 1"),
            ("ALTER ROLE app PASSWORD 'hunter2'", "ALTER ROLE app PASSWORD •••"),
            (
                "alter role app password 'hun''ter2' valid until 'x'",
                "alter role app password ••• valid until 'x'",
            ),
            ("CREATE USER a PASSWORD E'hun\\'ter2', b", "CREATE USER a PASSWORD •••, b"),
            ("CREATE USER a PASSWORD\n/* s */ $x$hunter2$x$;", "CREATE USER a PASSWORD\n/* s */ •••;"),
            ("CREATE USER a ENCRYPTED PASSWORD 'hunt", "CREATE USER a ENCRYPTED PASSWORD •••"),
            ("CREATE ROLE a PASSWORD hunter2;", "CREATE ROLE a PASSWORD •••;"),
            ("ALTER ROLE a PASSWORD NULL", "ALTER ROLE a PASSWORD NULL"),
            ("SELECT password FROM people", "SELECT password FROM people"),
            (
                "UPDATE people SET user_password = 'x', a = 'b'",
                "UPDATE people SET user_password = •••, a = 'b'",
            ),
            ("UPDATE people SET \"password\"='x'", "UPDATE people SET \"password\"=•••"),
            (
                "SELECT dblink('host=a password=hunter2 user=b')",
                "SELECT dblink('host=a password=••• user=b')",
            ),
            ("SELECT dblink('password=''hun ter2'' host=a')", "SELECT dblink('password=••• host=a')"),
            ("SELECT '{\"password\": \"hunter2\", \"a\": 1}'", "SELECT '{\"password\": •••, \"a\": 1}'"),
            ("SELECT f(passwd => 'hunter2')", "SELECT f(passwd => •••)"),
        ] {
            assert_eq!(mask(text).text, shown);
        }
        let masked = mask("UPDATE people SET name = $1, password = $2 WHERE id = $3");
        assert_eq!(masked.parameters, [2]);
    }

    #[test]
    fn an_error_quotes_no_secret() {
        assert_eq!(mask_quoted("syntax error at or near \"hunter2\""), "syntax error at or near \"•••\"");
        assert_eq!(mask_quoted("cut \"hunt"), "cut \"•••");
    }

    proptest! {
        #[test]
        fn any_text_is_masked(text in "\\PC{0,60}", named in "( |=|: |'|\"|\\$|\\$1|E'|/\\*|--|''|PASSWORD|passwd|é|\n){0,12}") {
            mask(&text);
            mask(&named);
            mask(&format!("ALTER ROLE a {named}"));
        }

        #[test]
        fn no_quoted_password_stays(secret in "[a-z]{6,20}", before in "\\PC{0,20}") {
            let text = format!("{before} PASSWORD '{secret}' LOGIN");
            let masked = mask(&text);
            prop_assert!(before.contains(&secret) || before.contains('$') || !masked.text.contains(&secret), "{}", masked.text);
        }
    }
}
