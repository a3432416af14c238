//! What the clauses of the filter box begin with.

use super::super::Column;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Types,
    Values(Column),
    Older,
    Newer,
    Started,
    After,
    Before,
    Idle,
    Watched,
    Is,
}

/// Every key, with an example of what goes after it. The first of a column is the one that it is written
/// with, the others are understood.
const KEYS: [(&str, Key, &str); 33] = [
    ("type", Key::Types, "ssh"),
    ("user", Key::Values(Column::User), "alice"),
    ("name", Key::Values(Column::FullName), "\"Alice Doe\""),
    ("device", Key::Values(Column::Device), "10.4.0.0/16"),
    ("client", Key::Values(Column::Client), "gw-1"),
    ("port", Key::Values(Column::Port), "22"),
    ("url", Key::Values(Column::ServiceUrl), "db-1"),
    ("account", Key::Values(Column::AccountName), "root"),
    ("provider", Key::Values(Column::ServiceProvider), "\"Database 1\""),
    ("agent", Key::Values(Column::Agent), "db-1"),
    ("group", Key::Values(Column::JumpServerGroup), "paris"),
    ("node", Key::Values(Column::Node), "gw-1"),
    ("id", Key::Values(Column::SessionId), "0193…"),
    ("older", Key::Older, "2h"),
    ("newer", Key::Newer, "30m"),
    ("started", Key::Started, "2026-11-20..2026-11-23"),
    ("after", Key::After, "2026-11-20"),
    ("before", Key::Before, "2026-11-23T14:30"),
    ("idle", Key::Idle, "10m"),
    ("watched", Key::Watched, "yes"),
    ("is", Key::Is, "mine"),
    ("kind", Key::Types, "ssh"),
    ("ip", Key::Values(Column::Device), "10.4.0.0/16"),
    ("fullname", Key::Values(Column::FullName), "\"Alice Doe\""),
    ("service", Key::Values(Column::ServiceUrl), "db-1"),
    ("login", Key::Values(Column::AccountName), "root"),
    ("jump", Key::Values(Column::JumpServerGroup), "paris"),
    ("session", Key::Values(Column::SessionId), "0193…"),
    ("start", Key::Started, "2026-11-20..2026-11-23"),
    ("since", Key::After, "2026-11-20"),
    ("until", Key::Before, "2026-11-23"),
    ("from", Key::After, "2026-11-20"),
    ("watchers", Key::Watched, "yes"),
];

/// The key of a name.
pub(super) fn named(name: &str) -> Option<Key> {
    KEYS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)).map(|(_, key, _)| *key)
}

/// A clause that a key begins, for example.
#[must_use]
pub fn example(name: &str) -> Option<String> {
    let (known, _, value) = KEYS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
    Some(format!("{known}:{value}"))
}

/// What a column's values are asked for with; none for a column that is not asked for by its values.
#[must_use]
pub fn key_of(column: Column) -> Option<&'static str> {
    KEYS.iter().find(|(_, key, _)| *key == Key::Values(column)).map(|(name, ..)| *name)
}

/// The key that somebody meant by a name that is none: one letter is wrong, missing or too many.
pub(super) fn like(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    if name.len() < 3 {
        return None;
    }
    KEYS.iter().find(|(known, ..)| is_one_off(&name, known)).map(|(known, ..)| *known)
}

/// Whether two words differ by one letter, or by two neighbours that changed places.
fn is_one_off(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    match (a, b) {
        ([x, rest_a @ ..], [y, rest_b @ ..]) if rest_a == rest_b => x != y,
        ([x1, x2, rest_a @ ..], [y1, y2, rest_b @ ..]) if x1 == y2 && x2 == y1 && rest_a == rest_b => true,
        ([_, rest @ ..], other) | (other, [_, rest @ ..]) if rest == other => true,
        (_, [_, rest @ ..]) => rest == a,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_understood() {
        for (typed, meant) in [
            ("usr", Some("user")),
            ("users", Some("user")),
            ("uesr", Some("user")),
            ("usar", Some("user")),
            ("Tyype", Some("type")),
            ("devices", Some("device")),
            ("ssh", None),
            ("db", None),
            ("https", None),
        ] {
            assert_eq!(like(typed), meant, "{typed}");
        }
    }

    #[test]
    fn every_key_is_written_once() {
        for (at, (name, ..)) in KEYS.iter().enumerate() {
            assert!(!KEYS[..at].iter().any(|(other, ..)| other == name), "{name}");
        }
    }
}
