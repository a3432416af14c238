//! A ledger in memory.

use std::sync::Mutex;

use async_trait::async_trait;
use hub::{Ledger, LedgerError, Opening};
use wire::{End, SessionId};

/// Every session that was written down, with its end.
#[derive(Default)]
pub(crate) struct Rows {
    rows: Mutex<Vec<(Opening, Option<End>)>>,
    pub(crate) full: Mutex<bool>,
}

impl Rows {
    /// Every row.
    pub(crate) fn all(&self) -> Vec<(Opening, Option<End>)> {
        self.rows.lock().unwrap().clone()
    }

    /// The sessions that have no end.
    pub(crate) fn open(&self) -> Vec<Opening> {
        self.all().into_iter().filter(|(_, end)| end.is_none()).map(|(opening, _)| opening).collect()
    }

    /// The ends, in the order in which sessions were opened.
    pub(crate) fn ends(&self) -> Vec<End> {
        self.all().into_iter().filter_map(|(_, end)| end).collect()
    }
}

#[async_trait]
impl Ledger for Rows {
    async fn opened(&self, opening: &Opening, _recorded: bool) -> Result<(), LedgerError> {
        if *self.full.lock().unwrap() {
            return Err(LedgerError("the disk is full".into()));
        }
        self.rows.lock().unwrap().push((opening.clone(), None));
        Ok(())
    }

    fn ended(&self, session: SessionId, end: &End) {
        let mut rows = self.rows.lock().unwrap();
        let row = rows.iter_mut().find(|(opening, _)| opening.session.id == session).expect("a row");
        assert!(row.1.is_none(), "a session ends once");
        row.1 = Some(end.clone());
    }
}
