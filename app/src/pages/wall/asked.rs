//! Which sessions a wall's address asks for.

use std::fmt::Display;

use crate::words::{fill, words};

/// Most sessions side by side: more than nine screens nobody can read.
pub(crate) const MOST: usize = 9;

/// What an address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// These, in their order, each once. They may be anything: the server knows which there are.
    Sessions(Vec<String>),
    /// None.
    Nothing,
    /// So many, which is more than [`MOST`].
    TooMany(usize),
}

/// Reads the value of `s`.
pub(crate) fn asked(list: &str) -> Asked {
    let mut ids: Vec<String> = Vec::new();
    for id in list.split(',').map(str::trim).filter(|id| !id.is_empty()) {
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    match ids.len() {
        0 => Asked::Nothing,
        1..=MOST => Asked::Sessions(ids),
        count => Asked::TooMany(count),
    }
}

/// The address of a wall.
pub(crate) fn path_of<T: Display>(ids: &[T]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| crate::text::percent_encoded(&id.to_string())).collect();
    format!("/wall?s={}", ids.join(","))
}

/// Says why so many are not shown.
pub(crate) fn too_many(count: usize) -> String {
    fill(words().wall.too_many, &[("n", &count), ("most", &MOST)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_for_up_to_nine() {
        let sessions = |ids: &[&str]| Asked::Sessions(ids.iter().map(|id| (*id).to_owned()).collect());
        for (list, expected) in [
            ("", Asked::Nothing),
            (" , ,", Asked::Nothing),
            ("a", sessions(&["a"])),
            ("b,a,b, c ,a", sessions(&["b", "a", "c"])),
            ("1,2,3,4,5,6,7,8,9", sessions(&["1", "2", "3", "4", "5", "6", "7", "8", "9"])),
            ("1,2,3,4,5,6,7,8,9,9", sessions(&["1", "2", "3", "4", "5", "6", "7", "8", "9"])),
            ("1,2,3,4,5,6,7,8,9,0", Asked::TooMany(10)),
        ] {
            assert_eq!(asked(list), expected, "{list:?}");
        }
    }

    #[test]
    fn an_address_survives_its_reading() {
        assert_eq!(path_of(&["a-1", "b"]), "/wall?s=a-1,b");
        assert_eq!(path_of(&["a&b"]), "/wall?s=a%26b");
    }
}
