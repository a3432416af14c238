//! The hash chain over audit events (SHA-256, FIPS 180-4). Pure.
//!
//! An event's hash covers every field of it and the hash of the event before it, so whoever changes,
//! adds or takes away one has to change all that follow.

use sha2::{Digest, Sha256};

use crate::crypto;

/// Says what is hashed, so that no other hash of ours can stand for one of these.
const DOMAIN: &[u8] = b"sightline audit event 1\n";

/// Stands before the first event, in place of a hash.
pub(crate) const START: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One event as the table keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) id: String,
    pub(crate) number: i64,
    pub(crate) at: i64,
    pub(crate) actor: String,
    pub(crate) actor_id: Option<String>,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) session: Option<String>,
    pub(crate) device: Option<String>,
    pub(crate) detail: String,
}

impl Link {
    /// Its hash after an event whose hash is `previous`: 64 hexadecimal digits.
    pub(crate) fn hash(&self, previous: &str) -> String {
        let mut hash = Sha256::new_with_prefix(DOMAIN);
        field(&mut hash, Some(previous));
        hash.update(self.number.to_le_bytes());
        hash.update(self.at.to_le_bytes());
        for text in [
            Some(&self.id),
            Some(&self.actor),
            self.actor_id.as_ref(),
            Some(&self.action),
            Some(&self.subject),
            self.session.as_ref(),
            self.device.as_ref(),
            Some(&self.detail),
        ] {
            field(&mut hash, text.map(String::as_str));
        }
        crypto::hex(&hash.finalize())
    }
}

/// A text with its length, or that there is none: neighbours cannot lend each other characters.
fn field(hash: &mut Sha256, text: Option<&str>) {
    let length = text.map_or(u64::MAX, |text| text.len() as u64);
    hash.update(length.to_le_bytes());
    hash.update(text.unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link() -> Link {
        Link {
            id: "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000".into(),
            number: 1,
            at: 1_795_453_392_250,
            actor: "ann".into(),
            actor_id: None,
            action: "sign-in".into(),
            subject: String::new(),
            session: None,
            device: Some("192.0.2.7".into()),
            detail: "web, password".into(),
        }
    }

    #[test]
    fn every_field_and_the_event_before_count() {
        let hash = link().hash(START);
        assert_eq!(hash.len(), START.len());
        let changes: [fn(&mut Link); 11] = [
            |link| link.id.push('x'),
            |link| link.number += 1,
            |link| link.at += 1,
            |link| link.actor.push('x'),
            |link| link.actor_id = Some(String::new()),
            |link| link.action.push('x'),
            |link| link.subject.push('x'),
            |link| link.session = Some(String::new()),
            |link| link.device = None,
            |link| link.detail.push('x'),
            |link| std::mem::swap(&mut link.action, &mut link.detail),
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let mut changed = link();
            change(&mut changed);
            assert_ne!(changed.hash(START), hash, "change {at}");
        }
        assert_ne!(link().hash(&hash), hash);
    }

    /// Hashes that stand in databases must come out the same in every later version.
    #[test]
    fn a_hash_is_for_ever() {
        assert_eq!(link().hash(START), "df5434fa0fcbd0170bed149b447d5c1463992653e5cace76e82fd637ce22dfb9");
    }
}
