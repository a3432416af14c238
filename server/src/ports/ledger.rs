//! The hub's ledger over the store and the journal.

use async_trait::async_trait;
use hub::{Ledger, LedgerError, Opening};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use wire::{End, EndReason, Millis, SessionId};

use crate::journal::Journal;
use crate::store::Store;

/// Writes sessions into the store, ends through the journal.
pub struct StoreLedger {
    store: Store,
    journal: Journal,
    runtime: Handle,
}

impl StoreLedger {
    /// A ledger whose database work runs on the runtime of the caller.
    #[must_use]
    pub fn new(store: Store, journal: Journal) -> Self {
        Self { store, journal, runtime: Handle::current() }
    }
}

/// A row that was written and that nobody has taken over yet: whoever asked for it may have gone
/// meanwhile, and then the row ends, or it would stay open for ever.
struct Written {
    session: SessionId,
    journal: Option<Journal>,
}

impl Written {
    fn taken(mut self) {
        self.journal = None;
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        if let Some(journal) = self.journal.take() {
            journal.ended(self.session, &End::new(EndReason::ClientLost, Millis::now()));
        }
    }
}

#[async_trait]
impl Ledger for StoreLedger {
    async fn opened(&self, opening: &Opening, recorded: bool) -> Result<(), LedgerError> {
        let (answer, written) = oneshot::channel();
        let (store, journal, opening) = (self.store.clone(), self.journal.clone(), opening.clone());
        self.runtime.spawn(async move {
            let session = opening.session.id;
            let done = store.insert_session(&opening, recorded).await;
            let _ = answer.send(done.map(|()| Written { session, journal: Some(journal) }));
        });
        match written.await {
            Ok(Ok(written)) => {
                written.taken();
                Ok(())
            }
            Ok(Err(error)) => Err(LedgerError(error.to_string())),
            Err(_) => Err(LedgerError("the server is stopping".into())),
        }
    }

    fn ended(&self, session: SessionId, end: &End) {
        self.journal.ended(session, end);
    }
}
