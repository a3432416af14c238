//! What a person's client asks for.

use super::fields::Fields;
use super::operation::What;
use super::packets::{Lost, Packet, WRITE};

/// A longer path is cut, in bytes: Linux opens none.
const PATH_BYTES: usize = 4 << 10;

const INIT: u8 = 1;
const OPEN: u8 = 3;
const CLOSE: u8 = 4;
const READ: u8 = 5;
const LSTAT: u8 = 7;
const FSTAT: u8 = 8;
const SETSTAT: u8 = 9;
const FSETSTAT: u8 = 10;
const OPENDIR: u8 = 11;
const READDIR: u8 = 12;
const REMOVE: u8 = 13;
const MKDIR: u8 = 14;
const RMDIR: u8 = 15;
const REALPATH: u8 = 16;
const STAT: u8 = 17;
const RENAME: u8 = 18;
const READLINK: u8 = 19;
const SYMLINK: u8 = 20;
const EXTENDED: u8 = 200;

/// The target's name for an open file or folder.
pub(super) type Handle = Box<[u8]>;
/// A path as it was sent.
pub(super) type Path = Box<[u8]>;

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mode(u32);

impl Mode {
    /// Whether the file may be made, cut or written.
    pub(super) const fn writes(self) -> bool {
        const WRITE: u32 = 2;
        const APPEND: u32 = 4;
        const CREATE: u32 = 8;
        const TRUNCATE: u32 = 16;
        self.0 & (WRITE | APPEND | CREATE | TRUNCATE) != 0
    }
}

/// One request. What concerns an open file is settled when the answer is there: a target may give the
/// handle of a closed file to the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    Open {
        path: Path,
        mode: Mode,
    },
    OpenFolder {
        path: Path,
    },
    Close(Handle),
    Read(Handle),
    Write {
        handle: Handle,
        bytes: u32,
    },
    List(Handle),
    ByPath {
        what: What,
        path: Path,
        to: Option<Path>,
    },
    ByHandle {
        what: What,
        handle: Handle,
    },
    Copy {
        from: Handle,
        to: Handle,
        bytes: u64,
    },
    /// Nothing that anybody wants to read of.
    Silent,
}

impl Request {
    /// Reads a packet: the request's number and the request; `None` for the greeting.
    pub(super) fn read(packet: Packet<'_>) -> Result<Option<(u32, Self)>, Lost> {
        let mut fields = Fields(packet.body);
        let id = fields.u32()?;
        let request = match packet.kind {
            INIT => return Ok(None),
            OPEN => Self::Open { path: path(&mut fields)?, mode: Mode(fields.u32()?) },
            OPENDIR => Self::OpenFolder { path: path(&mut fields)? },
            CLOSE => Self::Close(handle(&mut fields)?),
            READ => Self::Read(handle(&mut fields)?),
            WRITE => {
                let handle = handle(&mut fields)?;
                let _offset = fields.u64()?;
                Self::Write { handle, bytes: fields.u32()? }
            }
            READDIR => Self::List(handle(&mut fields)?),
            STAT | LSTAT | REALPATH | READLINK => one(What::Looked, &mut fields)?,
            FSTAT => Self::ByHandle { what: What::Looked, handle: handle(&mut fields)? },
            SETSTAT => change(&mut fields)?,
            FSETSTAT => {
                let handle = handle(&mut fields)?;
                Self::ByHandle { what: What::Changed(fields.changes()?), handle }
            }
            REMOVE => one(What::Removed, &mut fields)?,
            MKDIR => one(What::MadeFolder, &mut fields)?,
            RMDIR => one(What::RemovedFolder, &mut fields)?,
            RENAME => two(What::Renamed, &mut fields)?,
            // What it leads to comes first in OpenSSH and those that speak with it, whatever the draft says.
            SYMLINK => turned(What::Linked, &mut fields)?,
            EXTENDED => extended(&mut fields)?,
            kind => other(format!("request {kind}").as_bytes()),
        };
        Ok(Some((id, request)))
    }

    /// Bytes of text that it holds.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Open { path, .. } | Self::OpenFolder { path } => path.len(),
            Self::Close(handle)
            | Self::Read(handle)
            | Self::Write { handle, .. }
            | Self::List(handle)
            | Self::ByHandle { handle, .. } => handle.len(),
            Self::ByPath { path, to, .. } => path.len() + to.as_ref().map_or(0, |to| to.len()),
            Self::Copy { from, to, .. } => from.len() + to.len(),
            Self::Silent => 0,
        }
    }
}

fn extended(fields: &mut Fields<'_>) -> Result<Request, Lost> {
    Ok(match fields.string()? {
        b"posix-rename@openssh.com" => two(What::Renamed, fields)?,
        b"hardlink@openssh.com" => turned(What::HardLinked, fields)?,
        b"fsync@openssh.com" => Request::ByHandle { what: What::Flushed, handle: handle(fields)? },
        b"statvfs@openssh.com" | b"expand-path@openssh.com" => one(What::Looked, fields)?,
        b"fstatvfs@openssh.com" => Request::ByHandle { what: What::Looked, handle: handle(fields)? },
        b"lsetstat@openssh.com" => change(fields)?,
        b"copy-data" => {
            let from = handle(fields)?;
            let (_offset, bytes) = (fields.u64()?, fields.u64()?);
            Request::Copy { from, to: handle(fields)?, bytes }
        }
        b"home-directory" => {
            let home = [b"~", fields.string()?].concat();
            Request::ByPath { what: What::Looked, path: kept(&home), to: None }
        }
        b"limits@openssh.com" | b"users-groups-by-id@openssh.com" => Request::Silent,
        name => other(name),
    })
}

fn one(what: What, fields: &mut Fields<'_>) -> Result<Request, Lost> {
    Ok(Request::ByPath { what, path: path(fields)?, to: None })
}

fn two(what: What, fields: &mut Fields<'_>) -> Result<Request, Lost> {
    Ok(Request::ByPath { what, path: path(fields)?, to: Some(path(fields)?) })
}

fn turned(what: What, fields: &mut Fields<'_>) -> Result<Request, Lost> {
    let to = path(fields)?;
    Ok(Request::ByPath { what, path: path(fields)?, to: Some(to) })
}

fn change(fields: &mut Fields<'_>) -> Result<Request, Lost> {
    let path = path(fields)?;
    Ok(Request::ByPath { what: What::Changed(fields.changes()?), path, to: None })
}

fn other(name: &[u8]) -> Request {
    Request::ByPath { what: What::Other, path: kept(name), to: None }
}

fn path(fields: &mut Fields<'_>) -> Result<Path, Lost> {
    fields.string().map(kept)
}

/// As much of a path as is kept.
pub(super) fn kept(path: &[u8]) -> Path {
    match path.split_at_checked(PATH_BYTES) {
        Some((start, rest)) if !rest.is_empty() => [start, b"..."].concat().into(),
        _ => path.into(),
    }
}

fn handle(fields: &mut Fields<'_>) -> Result<Handle, Lost> {
    fields.handle().map(Handle::from)
}
