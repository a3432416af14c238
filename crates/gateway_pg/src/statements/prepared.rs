//! Statements that were prepared, and portals that were bound, by their names: a bounded number of each.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use crate::backend::{number16, number32, text};
use crate::frames::Message;
use crate::mask::{MASK, mask};

use super::counted;
use super::lines::{hex, plain};

/// Names that are remembered, of each kind.
const NAMES: usize = 1000;
/// Bytes of statements that are remembered.
const BYTES: usize = 2 << 20;
/// Values of one statement that are shown, in bytes: together, and each.
const VALUES_BYTES: usize = 16 << 10;
const VALUE_BYTES: usize = 2 << 10;

/// A statement's text, fit to be shown.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) shown: Box<str>,
    /// Something was masked.
    pub(super) has_secrets: bool,
    /// Parameters that are secrets.
    secrets: Vec<u16>,
}

impl Text {
    /// The text that a body begins with, which may be cut off.
    pub(super) fn of(message: &Message<'_>, body: &[u8]) -> Self {
        let mut body = body;
        let given = String::from_utf8_lossy(text(&mut body));
        let masked = mask(&given);
        let mut shown = plain(masked.text.trim_ascii_end());
        if let Some(hash) = &message.hash {
            // Writing to a String does not fail.
            let _ = write!(shown, " … ({} bytes in all, SHA-256 {})", message.length, hex(hash));
        }
        let has_secrets = !masked.parameters.is_empty() || matches!(masked.text, std::borrow::Cow::Owned(_));
        Self { shown: shown.into(), has_secrets, secrets: masked.parameters }
    }

    /// A text of our own.
    pub(super) fn plain(text: String) -> Self {
        Self { shown: text.into(), ..Self::default() }
    }
}

/// A statement with its values.
#[derive(Clone, Debug)]
pub(super) struct Portal {
    pub(super) text: Arc<Text>,
    pub(super) values: Option<Box<str>>,
}

/// What was prepared and bound. The one without a name of each kind is always remembered.
#[derive(Default)]
pub(super) struct Prepared {
    unnamed: Option<Arc<Text>>,
    statements: HashMap<Box<[u8]>, Arc<Text>>,
    bytes: usize,
    unnamed_portal: Option<Portal>,
    portals: HashMap<Box<[u8]>, Portal>,
}

impl Prepared {
    /// Remembers a statement; false when there is no room for it.
    pub(super) fn keep(&mut self, name: &[u8], text: &Arc<Text>) -> bool {
        if name.is_empty() {
            self.unnamed = Some(Arc::clone(text));
            return true;
        }
        self.forget(name);
        let fits = self.statements.len() < NAMES && self.bytes + name.len() + text.shown.len() <= BYTES;
        if fits {
            self.bytes += name.len() + text.shown.len();
            self.statements.insert(name.into(), Arc::clone(text));
        }
        fits
    }

    fn forget(&mut self, name: &[u8]) {
        if let Some(text) = self.statements.remove(name) {
            self.bytes -= name.len() + text.shown.len();
        }
    }

    /// The text of a statement.
    pub(super) fn text(&self, name: &[u8]) -> Arc<Text> {
        let found = if name.is_empty() { self.unnamed.as_ref() } else { self.statements.get(name) };
        found.map_or_else(|| not_known("statement", name), Arc::clone)
    }

    /// Remembers a portal, if there is room.
    pub(super) fn bind(&mut self, name: &[u8], portal: Portal) {
        if name.is_empty() {
            self.unnamed_portal = Some(portal);
        } else if self.portals.len() < NAMES || self.portals.contains_key(name) {
            let portal =
                Portal { values: portal.values.filter(|values| values.len() <= VALUE_BYTES), ..portal };
            self.portals.insert(name.into(), portal);
        }
    }

    /// A portal.
    pub(super) fn portal(&self, name: &[u8]) -> Portal {
        let found = if name.is_empty() { self.unnamed_portal.as_ref() } else { self.portals.get(name) };
        found.cloned().unwrap_or_else(|| Portal { text: not_known("cursor", name), values: None })
    }

    /// Forgets what a Close message names.
    pub(super) fn close(&mut self, body: &[u8]) {
        let Some((&kind, mut rest)) = body.split_first() else { return };
        let name = text(&mut rest);
        match kind {
            b'S' => self.forget(name),
            b'P' => drop(self.portals.remove(name)),
            _ => {}
        }
    }
}

fn not_known(what: &str, name: &[u8]) -> Arc<Text> {
    let name: String = String::from_utf8_lossy(name).chars().take(64).collect();
    Arc::new(Text::plain(plain(&format!("execute {what} \"{name}\""))))
}

/// The values of a Bind message after its names, ready to be shown; none when there are none.
pub(super) fn values(body: &[u8], of: &Text, is_cut: bool) -> Option<Box<str>> {
    let mut rest = body;
    let formats: Vec<u16> = (0..counted(&mut rest)).map_while(|_| number16(&mut rest)).collect();
    let count = counted(&mut rest);
    if count == 0 {
        return None;
    }
    let mut shown = String::new();
    for at in 0..count {
        let Some(length) = number32(&mut rest) else { break };
        if shown.len() > VALUES_BYTES {
            shown.push_str(", …");
            break;
        }
        let number = at + 1;
        // Writing to a String does not fail.
        let _ = write!(shown, "{}${number} = ", if at == 0 { "" } else { ", " });
        let Ok(length) = usize::try_from(length) else {
            shown.push_str("NULL");
            continue;
        };
        let value = &rest[..length.min(rest.len())];
        rest = &rest[value.len()..];
        let format = if formats.len() == 1 { formats[0] } else { formats.get(at).copied().unwrap_or(0) };
        if of.secrets.iter().any(|&secret| usize::from(secret) == number) {
            shown.push_str(MASK);
        } else if format == 0 {
            push_quoted(&mut shown, value, length);
        } else {
            let _ = write!(shown, "({length} bytes)");
        }
    }
    if is_cut {
        shown.push_str(", … cut off");
    }
    Some(shown.into())
}

fn push_quoted(shown: &mut String, value: &[u8], length: usize) {
    let part = &value[..value.len().min(VALUE_BYTES)];
    let text = String::from_utf8_lossy(part);
    // What an application stores as text may hold secrets that name themselves.
    shown.push('\'');
    shown.push_str(&plain(&mask(&text).text.replace('\'', "''")));
    shown.push('\'');
    if part.len() < length {
        let _ = write!(shown, "… ({length} bytes)");
    }
}
