//! A person's own session as their page has it, whatever it shows.

use gateway_rdp::Desktop;
use gateway_ssh::Terminal;
use hub::{NotOpen, Window};
use wire::SessionId;
use wire::connect::Room;
use wire::desktop::{Extent, Gesture};
use wire::live::Size;

/// What a page says that its session cannot be told: bytes that are no gestures, or the size of something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misfit;

/// One open session. Dropping it ends the session.
#[derive(Debug)]
pub enum OwnSession {
    /// A terminal, reached by SSH.
    Terminal(Terminal),
    /// A desktop, reached by RDP.
    Desktop(Desktop),
}

impl OwnSession {
    /// The session.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        match self {
            Self::Terminal(terminal) => terminal.session(),
            Self::Desktop(desktop) => desktop.session(),
        }
    }

    /// A window on its screen.
    ///
    /// # Errors
    /// When it is over.
    pub fn window(&self) -> Result<Window, NotOpen> {
        match self {
            Self::Terminal(terminal) => terminal.window(),
            Self::Desktop(desktop) => desktop.window(),
        }
    }

    /// What the person types or does. Never waits: listen to nobody while [`OwnSession::is_backlogged`].
    ///
    /// # Errors
    /// When a desktop is given what is no list of gestures.
    pub fn input(&self, bytes: &[u8]) -> Result<(), Misfit> {
        match self {
            Self::Terminal(terminal) => {
                terminal.keys(bytes);
                Ok(())
            }
            Self::Desktop(desktop) => desktop.gestures(bytes).map_err(|_| Misfit),
        }
    }

    /// The page is gone, and with it whatever its person held.
    pub fn let_go(&self) {
        if let Self::Desktop(desktop) = self {
            // Always a list of gestures.
            let _always = desktop.gestures(&wire::encode(&vec![Gesture::Released]));
        }
    }

    /// The page has another size.
    ///
    /// # Errors
    /// When that is no size of such a session.
    pub fn resize(&self, room: Room) -> Result<(), Misfit> {
        match (self, room) {
            (Self::Terminal(terminal), Room::Cells(size)) => terminal.resize(cells(size)),
            (Self::Desktop(desktop), Room::Pixels(extent)) => desktop.resize(pixels(extent)),
            _ => return Err(Misfit),
        }
        Ok(())
    }

    /// The person answers a question about who may watch.
    ///
    /// # Errors
    /// When the session asks in another way.
    pub fn answer(&self, question: u64, yes: bool) -> Result<(), Misfit> {
        match self {
            // It is asked on the terminal itself, and answered by keys.
            Self::Terminal(_) => Err(Misfit),
            Self::Desktop(desktop) => {
                desktop.answer(question, yes);
                Ok(())
            }
        }
    }

    /// Whether the target takes input slower than it comes.
    #[must_use]
    pub fn is_backlogged(&self) -> bool {
        match self {
            Self::Terminal(terminal) => terminal.is_backlogged(),
            Self::Desktop(desktop) => desktop.is_backlogged(),
        }
    }

    /// Completes when it does not. Cancel-safe; for one caller at a time.
    pub async fn room(&self) {
        match self {
            Self::Terminal(terminal) => terminal.room().await,
            Self::Desktop(desktop) => desktop.room().await,
        }
    }

    /// The person leaves: the session ends.
    pub fn leave(&self) {
        match self {
            Self::Terminal(terminal) => terminal.leave(),
            Self::Desktop(desktop) => desktop.leave(),
        }
    }

    /// The person is gone and does not come back: the session ends as `client lost`.
    pub fn lose(&self) {
        match self {
            Self::Terminal(terminal) => terminal.lose(),
            Self::Desktop(desktop) => desktop.lose(),
        }
    }

    /// Completes when the session is over. Cancel-safe.
    pub async fn over(&self) {
        match self {
            Self::Terminal(terminal) => terminal.over().await,
            Self::Desktop(desktop) => desktop.over().await,
        }
    }
}

/// A terminal's size as the page gives it, within bounds.
pub(super) fn cells(size: Size) -> Size {
    Size::clamped(size.cols.into(), size.rows.into())
}

/// A desktop's size as the page gives it, within bounds.
pub(super) fn pixels(extent: Extent) -> Extent {
    Extent::clamped(extent.width.into(), extent.height.into())
}
