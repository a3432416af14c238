//! What the gateway to desktops asks beside what every gateway asks: what an account's desktops may do.

use async_trait::async_trait;
use gateway_rdp::{Clipped, Directory, Rules, Way};
use gateway_ssh::DirectoryError;
use wire::AccountId;

use super::StoreDirectory;
use crate::audit::{Action, Event};

#[async_trait]
impl Directory for StoreDirectory {
    async fn rules(&self, account: AccountId) -> Result<Rules, DirectoryError> {
        let store = self.store.clone();
        let rules = self.here(async move { store.desktop_rules(account).await }).await?;
        let rules = rules.ok_or_else(|| DirectoryError("the account is gone".into()))?;
        Ok(Rules { record_keys: rules.record_keys, clipboard: rules.clipboard })
    }

    fn clipped(&self, clipped: Clipped) {
        let Clipped { session, user, from, account, by, way, characters } = clipped;
        let way = match way {
            Way::In => "to",
            Way::Out => "from",
        };
        let subject = format!("{}: {account}", user.name);
        let event = match by {
            // Where a watcher is, is known from the event that they watched.
            Some(by) => Event::new(Action::Clipboard, by),
            None => Event::new(Action::Clipboard, user.name).by_user(user.id).from(from),
        };
        let said = format!("{characters} characters {way} the desktop");
        self.journal.note(event.on(subject).session(session).detail(said));
    }
}
