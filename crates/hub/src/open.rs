//! The guard that whoever runs a session holds: while it lives the session is open.

mod desktop;

use std::sync::Arc;

use bytes::Bytes;
use screen::Aside;
use wire::live::Size;
use wire::{End, EndReason, Millis, SessionId};

use crate::control::{Directive, Hindrance, Typed};
use crate::registry::{Entry, Registry};
use crate::{Mark, Moment, Windows};

/// Somebody ended the session: who, and what they gave as the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminated {
    /// Name of who did.
    pub by: String,
    /// Their reason, as typed.
    pub reason: String,
}

/// An open session, held by its gateway. Dropping it ends the session (`client lost`).
pub struct OpenSession {
    registry: Arc<Registry>,
    entry: Arc<Entry>,
}

impl OpenSession {
    pub(crate) const fn new(registry: Arc<Registry>, entry: Arc<Entry>) -> Self {
        Self { registry, entry }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.entry.session.id
    }

    /// Hands what the target wrote to the recording, the screen and the watchers. Waits for the
    /// recording and for the session's own screen to be brought up to date, never for a watcher. Call it
    /// after the owner was served.
    pub async fn output(&self, bytes: Bytes) {
        let now = self.registry.active(&self.entry);
        let Entry { live, tape, .. } = &*self.entry;
        // Both before anything is awaited: the recording has the order of the screen.
        let behind = tape.output(&bytes);
        let over = live.output(&bytes);
        if behind {
            tape.room().await;
        }
        if over {
            self.draw().await;
        }
        if tape.wants_keyframe(now) {
            self.keyframe(now).await;
        }
    }

    /// The owner's window has a new size.
    pub async fn resize(&self, size: Size) {
        self.entry.tape.take(Moment::Resize(size));
        if self.entry.live.resize(size) {
            self.draw().await;
        }
    }

    /// The owner did something: the session is not idle.
    pub fn active(&self) {
        self.registry.active(&self.entry);
    }

    /// Somebody's input is on its way to the target, the owner's or that of the watcher `by`: the
    /// session is not idle. Cheap enough for every key.
    pub async fn typed(&self, by: Option<&str>, bytes: &Bytes) {
        self.registry.active(&self.entry);
        let typed = || Moment::Typed { by: by.map(str::to_owned), bytes: bytes.clone() };
        // What is typed where there is no screen is a file on its way, which is recorded as marks.
        if self.entry.live.has_screen() && self.entry.tape.take_with(typed) {
            self.entry.tape.room().await;
        }
    }

    /// The program on the target ended with this status.
    pub fn exited(&self, status: u32) {
        self.entry.tape.take(Moment::Exit(status));
    }

    /// Somebody did something that the recording is to show.
    pub fn mark(&self, mark: Mark) {
        self.entry.tape.take(Moment::Mark(mark));
    }

    /// What stands in the way of the owner's next key: one atomic load.
    #[must_use]
    pub fn hindrance(&self) -> Hindrance {
        self.entry.hindrance()
    }

    /// Completes when the owner's input is not paused. Cancel-safe.
    pub async fn resumed(&self) {
        self.entry.resumed().await;
    }

    /// The owner pressed a key while a watcher has the keyboard for themselves: takes it back.
    pub fn take_back(&self) {
        self.entry.take_back();
    }

    /// A key of the owner counted for nothing.
    pub fn in_vain(&self) {
        self.entry.in_vain();
    }

    /// The owner answered [`Directive::Ask`].
    pub fn answer(&self, question: u64, yes: bool) {
        self.entry.answer(question, yes);
    }

    /// The next input of whoever holds the lease at this moment: write it whole. Cancel-safe.
    pub async fn input(&self) -> Typed {
        self.entry.input().await
    }

    /// Whether [`OpenSession::directive`] has something: one atomic load.
    #[must_use]
    pub fn has_news(&self) -> bool {
        self.entry.has_news()
    }

    /// Completes when [`OpenSession::directive`] has something. Cancel-safe; for one caller at a time.
    pub async fn news(&self) {
        self.entry.news().await;
    }

    /// What is to be done for the owner, if there is anything.
    #[must_use]
    pub fn directive(&self) -> Option<Directive> {
        self.entry.directive()
    }

    /// What puts lines above the one that the owner's cursor is on, after everything that was handed to
    /// [`OpenSession::output`], and the title that the program set; `None` without a screen. Write it
    /// to the owner and hand it to `output`, like what the target writes.
    pub async fn aside(&self, lines: &[String]) -> Option<(Aside, String)> {
        self.draw().await;
        self.entry.live.aside(lines)
    }

    /// Completes when somebody terminated the session; the row has ended by then. Tell the owner,
    /// close both ends, drop the guard. Cancel-safe; completes again when called again.
    pub async fn terminated(&self) -> Terminated {
        tokio::select! {
            terminated = self.ended_by_somebody() => terminated,
            why = self.entry.tape.lost() => {
                let end = End {
                    note: Some(why.clone()),
                    ..End::new(EndReason::RecordingLost, Millis::now())
                };
                self.registry.end(self.id(), end);
                Terminated { by: self.entry.session.node.clone(), reason: why }
            }
        }
    }

    async fn ended_by_somebody(&self) -> Terminated {
        self.entry.terminated.subscribe().wait_for(Option::is_some).await.map_or_else(
            // The sender lives in the entry that is borrowed here.
            |_| unreachable!("the session's entry outlives its guard"),
            |terminated| terminated.clone().unwrap_or_else(|| unreachable!("just waited for it")),
        )
    }

    /// What opens windows on the screen for the owner, if they see it through the hub.
    #[must_use]
    pub fn windows(&self) -> Windows {
        Windows::new(Arc::clone(&self.entry))
    }

    /// Ends the session in order.
    pub fn close(self, end: End) {
        self.registry.end(self.id(), end);
    }

    /// Gives the recording the whole screen.
    async fn keyframe(&self, now: Millis) {
        self.draw().await;
        // Another size may have come meanwhile: then the next output asks again.
        if let Some(keyframe) = self.entry.live.keyframe() {
            self.entry.tape.keyframe(keyframe, now);
        }
    }

    /// The inbox is full: draws it, giving way to the thread's other tasks in between.
    async fn draw(&self) {
        while !self.entry.live.draw() {
            tokio::task::yield_now().await;
        }
    }
}

impl Drop for OpenSession {
    fn drop(&mut self) {
        // Nothing happens when it has ended already.
        let lost = End::new(EndReason::ClientLost, Millis::now());
        self.registry.end(self.id(), lost.clone());
        // Only now: the recording has what its gateway said until here.
        self.entry.tape.close(&self.entry.live.ended().unwrap_or(lost));
    }
}

impl std::fmt::Debug for OpenSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OpenSession").field(&self.id()).finish()
    }
}
