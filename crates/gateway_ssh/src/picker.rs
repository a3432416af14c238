//! The list on which a person with a terminal picks an account: by number, by typing part of it, or
//! with the arrow keys.

mod list;

use bytes::Bytes;

use crate::Account;
use crate::person::Person;
use crate::pipe::{Event, Reader, Stream};
use list::{Key, Keys, List};

/// How picking ended.
pub(crate) enum Choice {
    /// With an account.
    Account(Account),
    /// The person left the list.
    None,
    /// The person is gone.
    PersonGone,
}

/// Shows the accounts and reads keys until one is picked. `window` follows the person's window.
pub(crate) async fn pick(
    accounts: Vec<Account>,
    window: &mut [u32; 4],
    words: &mut Reader,
    near: &impl Person,
) -> Choice {
    let mut list = List::new(accounts);
    let mut keys = Keys::default();
    loop {
        let picture = list.draw(window[0], window[1]);
        if near.data(Stream::Main, picture.into()).await.is_err() {
            return Choice::PersonGone;
        }
        let typed = match words.next().await {
            Some(Event::Data(Stream::Main, bytes)) => bytes,
            Some(Event::Window(size)) => {
                *window = size;
                continue;
            }
            Some(Event::Eof) => return leave(&list, near, Choice::None).await,
            Some(Event::Close) | None => return Choice::PersonGone,
            Some(_) => continue,
        };
        for &byte in &typed {
            match keys.read(byte) {
                Some(Key::Enter) => {
                    if let Some(account) = list.selected().cloned() {
                        return leave(&list, near, Choice::Account(account)).await;
                    }
                }
                Some(Key::Leave) => return leave(&list, near, Choice::None).await,
                Some(key) => list.press(key),
                None => {}
            }
        }
    }
}

/// Takes the list off the screen.
async fn leave(list: &List, near: &impl Person, choice: Choice) -> Choice {
    match near.data(Stream::Main, Bytes::from(list.erase())).await {
        Ok(()) => choice,
        Err(_) => Choice::PersonGone,
    }
}
