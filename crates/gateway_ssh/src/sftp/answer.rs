//! What a target answers.

use super::fields::Fields;
use super::operation::shown;
use super::packets::{DATA, Lost, Packet};

/// Of a target's own words no more is kept, in bytes.
const MESSAGE_BYTES: usize = 200;
/// The newest version of the protocol that is read here.
const VERSION_READ: u32 = 3;

const VERSION: u8 = 2;
const STATUS: u8 = 101;
const HANDLE: u8 = 102;
const NAME: u8 = 104;
const ATTRS: u8 = 105;
const EXTENDED_REPLY: u8 = 201;

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer<'a> {
    Status(Status<'a>),
    Handle(&'a [u8]),
    /// So many bytes of content.
    Data(u32),
    /// So many names, without the folder's own and its parent's; the first of them all.
    Names {
        count: u64,
        first: Option<&'a [u8]>,
    },
    /// Attributes, or whatever an extension answers.
    Facts,
}

/// How a request went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status<'a> {
    pub(super) code: Code,
    message: &'a [u8],
}

/// How a request went, as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Code(u32);

impl Code {
    pub(super) const OK: Self = Self(0);
    pub(super) const END: Self = Self(1);
    const FAILURE: Self = Self(4);

    /// In words.
    pub(super) fn words(self) -> String {
        match self.0 {
            0 => "ok",
            1 => "end of file",
            2 => "no such file",
            3 => "permission denied",
            4 => "failure",
            5 => "bad message",
            6 => "no connection",
            7 => "connection lost",
            8 => "operation unsupported",
            code => return format!("failure {code}"),
        }
        .into()
    }
}

impl Status<'_> {
    /// Why it did not go well. A failure of no known kind is told in the target's words.
    pub(super) fn result(self) -> Result<(), String> {
        let own = !self.message.is_empty() && !self.message.eq_ignore_ascii_case(b"failure");
        match self.code {
            Code::OK => Ok(()),
            Code(code) if own && (code == Code::FAILURE.0 || code > 8) => Err(shown(self.message)),
            code => Err(code.words()),
        }
    }
}

impl<'a> Answer<'a> {
    /// Reads a packet: the request's number and its answer; `None` for the greeting.
    pub(super) fn read(packet: Packet<'a>) -> Result<Option<(u32, Self)>, Lost> {
        let mut fields = Fields(packet.body);
        let id = fields.u32()?;
        let answer = match packet.kind {
            VERSION if id > VERSION_READ => return Err(Lost::Version(id)),
            VERSION => return Ok(None),
            STATUS => {
                let code = Code(fields.u32()?);
                // Old servers send no words.
                let message = if fields.0.is_empty() { fields.0 } else { fields.string()? };
                Self::Status(Status { code, message: &message[..message.len().min(MESSAGE_BYTES)] })
            }
            HANDLE => Self::Handle(fields.handle()?),
            DATA => Self::Data(fields.u32()?),
            NAME => names(&mut fields)?,
            ATTRS | EXTENDED_REPLY => Self::Facts,
            _ => return Err(Lost::Malformed),
        };
        Ok(Some((id, answer)))
    }
}

fn names<'a>(fields: &mut Fields<'a>) -> Result<Answer<'a>, Lost> {
    let (mut count, mut first) = (0, None);
    for _ in 0..fields.u32()? {
        let name = fields.string()?;
        let _long_name = fields.string()?;
        fields.changes()?;
        first = first.or(Some(name));
        count += u64::from(!matches!(name, b"." | b".."));
    }
    Ok(Answer::Names { count, first })
}
