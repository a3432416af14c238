//! The first packet of a connection, read and written. Pure.

/// Longest first packet, in bytes: PostgreSQL's own bound.
pub(crate) const MOST_BYTES: usize = 10_000;
/// The version that is spoken here: 3.0.
pub(crate) const VERSION: u32 = 3 << 16;

const CANCEL: u32 = 80_877_102;
const SSL: u32 = 80_877_103;
const GSS: u32 = 80_877_104;
/// Secret of a cancel key, in bytes: 4 in version 3.0, more in later ones.
const MOST_SECRET: usize = 256;

/// What a client begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum First {
    /// It asks for TLS.
    Ssl,
    /// It asks for GSSAPI.
    Gss,
    /// It asks that a statement be cancelled.
    Cancel(CancelKey),
    /// It begins a session.
    Startup(Startup),
}

/// What names a connection to whoever wants to cancel its statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CancelKey {
    /// Process, as the server has it.
    pub(crate) process: u32,
    /// Secret.
    pub(crate) secret: Vec<u8>,
}

/// A session that a client begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Startup {
    /// Minor version of the protocol.
    pub(crate) minor: u16,
    /// Name and value, in their order.
    pub(crate) parameters: Vec<(String, String)>,
}

/// What is no first packet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreadable {
    /// Something else altogether.
    #[error("this is no start of a PostgreSQL session")]
    NotOurs,
    /// Another major version.
    #[error("version {0} of the protocol is not spoken here, only 3")]
    Version(u16),
}

/// Length of the body that follows the packet's own four bytes of length.
pub(crate) fn body_len(head: [u8; 4]) -> Result<usize, Unreadable> {
    let length = u32::from_be_bytes(head) as usize;
    if (8..=MOST_BYTES).contains(&length) { Ok(length - 4) } else { Err(Unreadable::NotOurs) }
}

impl First {
    /// Reads the body of a packet: what follows its length.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Unreadable> {
        let (code, rest) = body.split_first_chunk().ok_or(Unreadable::NotOurs)?;
        match u32::from_be_bytes(*code) {
            SSL if rest.is_empty() => Ok(Self::Ssl),
            GSS if rest.is_empty() => Ok(Self::Gss),
            CANCEL => {
                let (process, secret) = rest.split_first_chunk().ok_or(Unreadable::NotOurs)?;
                if secret.is_empty() || secret.len() > MOST_SECRET {
                    return Err(Unreadable::NotOurs);
                }
                Ok(Self::Cancel(CancelKey { process: u32::from_be_bytes(*process), secret: secret.into() }))
            }
            version if version >> 16 == VERSION >> 16 => {
                let parameters = parameters(rest).ok_or(Unreadable::NotOurs)?;
                // Only the lower half is left.
                let minor = u16::try_from(version & 0xffff).unwrap_or_default();
                Ok(Self::Startup(Startup { minor, parameters }))
            }
            // What other protocols begin with is no version.
            version if (1..10).contains(&(version >> 16)) => {
                Err(Unreadable::Version(u16::try_from(version >> 16).unwrap_or_default()))
            }
            _ => Err(Unreadable::NotOurs),
        }
    }
}

/// Pairs of texts, each ended by a zero, the list by one more.
fn parameters(bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let mut rest = bytes;
    let mut parameters = Vec::new();
    loop {
        let name = text(&mut rest)?;
        if name.is_empty() {
            return rest.is_empty().then_some(parameters);
        }
        parameters.push((name, text(&mut rest)?));
    }
}

/// Takes a text off that ends with a zero.
fn text(bytes: &mut &[u8]) -> Option<String> {
    let end = memchr::memchr(0, bytes)?;
    let text = String::from_utf8_lossy(&bytes[..end]).into_owned();
    *bytes = &bytes[end + 1..];
    Some(text)
}

impl Startup {
    /// A parameter's value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Options of later versions of the protocol, which are not known here.
    pub(crate) fn unknown_options(&self) -> Vec<&str> {
        self.parameters
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| name.starts_with("_pq_."))
            .collect()
    }

    /// The packet, in version 3.0.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut body = VERSION.to_be_bytes().to_vec();
        for text in self.parameters.iter().flat_map(|(name, value)| [name, value]) {
            body.extend_from_slice(text.as_bytes());
            body.push(0);
        }
        body.push(0);
        packet(&body)
    }
}

impl CancelKey {
    /// The packet that asks for a statement to be cancelled.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        packet(&[&CANCEL.to_be_bytes()[..], &self.process.to_be_bytes(), &self.secret].concat())
    }
}

/// The packet that asks for TLS.
pub(crate) fn ssl_request() -> Vec<u8> {
    packet(&SSL.to_be_bytes())
}

fn packet(body: &[u8]) -> Vec<u8> {
    // Bodies are made here, and small.
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), body].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{CancelKey, First, MOST_BYTES, Startup, Unreadable, body_len, ssl_request};

    fn read(packet: &[u8]) -> Result<First, Unreadable> {
        let (head, body) = packet.split_first_chunk().ok_or(Unreadable::NotOurs)?;
        assert_eq!(body_len(*head)?, body.len());
        First::read(body)
    }

    #[test]
    fn what_other_protocols_begin_with_is_refused() {
        for bytes in
            [&b"GET / HTTP/1.1\r\n"[..], b"SSH-2.0-OpenSSH\r\n", &[0x16, 3, 1, 2, 0, 1, 0, 1], &[0; 8]]
        {
            let head = [bytes[0], bytes[1], bytes[2], bytes[3]];
            assert!(body_len(head).is_err() || First::read(&bytes[4..]).is_err(), "{bytes:?}");
        }
        assert_eq!(read(&ssl_request()), Ok(First::Ssl));
        assert_eq!(First::read(&[0, 2, 0, 0, 0]), Err(Unreadable::Version(2)));
        assert!(body_len([0, 0, 0x27, 0x11]).is_err() && body_len([0, 0, 0, 7]).is_err());
        assert_eq!(body_len([0, 0, 0x27, 0x10]), Ok(MOST_BYTES - 4));
        for torn in [&b"\0\x03\0\0user\0a"[..], b"\0\x03\0\0user\0a\0", b"\0\x03\0\0\0more"] {
            assert_eq!(First::read(torn), Err(Unreadable::NotOurs), "{torn:?}");
        }
    }

    #[test]
    fn later_versions_are_read() {
        let first = First::read(b"\0\x03\0\x02user\0ann\0_pq_.x\0on\0\0").expect("read");
        let First::Startup(startup) = first else { panic!("{first:?}") };
        assert_eq!((startup.minor, startup.get("user")), (2, Some("ann")));
        assert_eq!(startup.unknown_options(), ["_pq_.x"]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = First::read(&bytes);
            let _ = First::read(&[&[0, 3, 0, 0], &bytes[..]].concat());
            if let Some(head) = bytes.first_chunk() {
                prop_assert!(body_len(*head).map_or(true, |length| length <= MOST_BYTES));
            }
        }

        #[test]
        fn what_was_written_is_read(
            parameters in prop::collection::vec(("[a-z_.]{1,10}", "[^\0]{0,10}"), 0..8),
            process in any::<u32>(),
            secret in prop::collection::vec(any::<u8>(), 1..40),
        ) {
            let startup = Startup { minor: 0, parameters };
            prop_assert_eq!(read(&startup.to_bytes()), Ok(First::Startup(startup)));
            let key = CancelKey { process, secret };
            prop_assert_eq!(read(&key.to_bytes()), Ok(First::Cancel(key)));
        }
    }
}
