//! The fields that packets are made of.

use super::operation::Changes;
use super::packets::{HANDLE_BYTES, Lost};

const HAS_SIZE: u32 = 1;
const HAS_OWNER: u32 = 2;
const HAS_MODE: u32 = 4;
const HAS_TIMES: u32 = 8;
const HAS_MORE: u32 = 1 << 31;

/// What is left of a packet.
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn u32(&mut self) -> Result<u32, Lost> {
        let (field, rest) = self.0.split_first_chunk().ok_or(Lost::Malformed)?;
        self.0 = rest;
        Ok(u32::from_be_bytes(*field))
    }

    pub(super) fn u64(&mut self) -> Result<u64, Lost> {
        let (field, rest) = self.0.split_first_chunk().ok_or(Lost::Malformed)?;
        self.0 = rest;
        Ok(u64::from_be_bytes(*field))
    }

    pub(super) fn string(&mut self) -> Result<&'a [u8], Lost> {
        let length = self.u32()? as usize;
        let (field, rest) = self.0.split_at_checked(length).ok_or(Lost::Malformed)?;
        self.0 = rest;
        Ok(field)
    }

    /// The target's name for an open file.
    pub(super) fn handle(&mut self) -> Result<&'a [u8], Lost> {
        match self.string()? {
            handle if handle.len() > HANDLE_BYTES => Err(Lost::Malformed),
            handle => Ok(handle),
        }
    }

    /// A file's attributes, those that are given.
    pub(super) fn changes(&mut self) -> Result<Changes, Lost> {
        let flags = self.u32()?;
        let mut changes = Changes::default();
        if flags & HAS_SIZE != 0 {
            changes.size = Some(self.u64()?);
        }
        if flags & HAS_OWNER != 0 {
            changes.owner = Some((self.u32()?, self.u32()?));
        }
        if flags & HAS_MODE != 0 {
            changes.mode = Some(self.u32()?);
        }
        if flags & HAS_TIMES != 0 {
            changes.times = Some((self.u32()?, self.u32()?));
        }
        if flags & HAS_MORE != 0 {
            for _ in 0..self.u32()? {
                self.string()?;
                self.string()?;
            }
        }
        Ok(changes)
    }
}
