//! What a pane shows of its watch, and what it asks of it.

use leptos::prelude::*;
use wire::Session;
use wire::connect::ConnectRequest;
use wire::desktop::Extent;
use wire::live::{LiveRequest, Size, Watcher};

use super::asked::Asked;
use super::phase::Phase;
use super::standing::Standing;
use super::sticky::Sticky;
use super::told::Told;
use super::watch::{Inner, Watch};
use super::{desk, hands};
use crate::clock::Clock;

/// What the pane shows of a watch; a handle, cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Shows {
    pub(crate) phase: RwSignal<Phase>,
    pub(crate) watchers: RwSignal<Vec<Watcher>>,
    /// Size of a terminal, once it is drawn.
    pub(crate) size: RwSignal<Option<Size>>,
    /// Size of a desktop, once it is drawn.
    pub(crate) extent: RwSignal<Option<Extent>>,
    pub(crate) title: RwSignal<String>,
    /// The person's own session, once it is open; none for a watcher.
    pub(crate) own: RwSignal<Option<Session>>,
    /// Who may type beside the session's user.
    pub(crate) standing: RwSignal<Standing>,
    /// Keys go to the session, not to the page.
    pub(crate) typing: RwSignal<bool>,
    /// Ctrl and Alt that wait for the next key.
    pub(crate) sticky: RwSignal<Sticky>,
    /// What the owner of a desktop is told and asked.
    pub(crate) told: Told,
    /// What the person is asked before something is sent.
    pub(crate) asked: RwSignal<Option<Asked>>,
    /// Several lines are pasted without a question.
    pub(crate) pastes_freely: StoredValue<bool>,
    /// Told the server's time.
    pub(crate) clock: Clock,
    /// Made in the browser alone: a watch belongs to its one thread.
    watch: StoredValue<Option<StoredValue<Watch, LocalStorage>>>,
}

impl Shows {
    /// What a pane shows before anything has come.
    pub(crate) fn new(phase: Phase) -> Self {
        Self {
            phase: RwSignal::new(phase),
            watchers: RwSignal::new(Vec::new()),
            size: RwSignal::new(None),
            extent: RwSignal::new(None),
            title: RwSignal::new(String::new()),
            own: RwSignal::new(None),
            standing: RwSignal::new(Standing::default()),
            typing: RwSignal::new(false),
            sticky: RwSignal::new(Sticky::default()),
            told: Told::new(),
            asked: RwSignal::new(None),
            pastes_freely: StoredValue::new(false),
            clock: expect_context(),
            watch: StoredValue::new(None),
        }
    }

    /// Width and height of the screen, in cells or pixels; none before it is drawn.
    pub(crate) fn dimensions(self) -> Option<(u16, u16)> {
        let cells = self.size.get().map(|size| (size.cols, size.rows));
        cells.or_else(|| self.extent.get().map(|extent| (extent.width, extent.height)))
    }

    /// Whether what is typed here goes to the session: a watcher's while they hold the lease, the owner's while
    /// there is a connection.
    pub(crate) fn is_mine(self) -> bool {
        self.standing.with(|standing| standing.mine().is_some())
            || (self.own.with(Option::is_some) && self.phase.with(|phase| *phase == Phase::Live))
    }

    /// Watches from now on, as long as the current owner lives.
    pub(crate) fn watch_with(self, watch: Watch) {
        self.watch.set_value(Some(StoredValue::new_local(watch)));
    }

    /// Asks the server for something.
    pub(crate) fn ask(self, request: &LiveRequest) {
        self.standing.update(|standing| standing.asks(*request == LiveRequest::Release));
        self.with_watch(|inner| inner.send(request));
    }

    /// Ends the person's own session.
    pub(crate) fn end(self) {
        self.with_watch(|inner| inner.send(&ConnectRequest::End));
    }

    /// Pastes text that somebody has agreed to.
    pub(crate) fn paste(self, text: &str) {
        self.with_watch(|inner| inner.paste(text));
    }

    /// Answers what the owner of a desktop is asked.
    pub(crate) fn answer(self, question: u64, yes: bool) {
        self.told.asks(None);
        self.with_watch(|inner| inner.send(&ConnectRequest::Answer { question, yes }));
    }

    /// Presses a key that is known by its name.
    pub(crate) fn tap(self, name: &str) {
        self.with_watch(|inner| match inner.easel {
            Some(_) => desk::tap(inner, name),
            None => hands::tap(inner, name),
        });
    }

    /// Presses Ctrl, Alt and Delete on a desktop.
    pub(crate) fn secure_attention(self) {
        self.with_watch(desk::secure_attention);
    }

    /// Shows the keyboard on glass, or hides it.
    pub(crate) fn show_keyboard(self, shown: bool) {
        self.with_watch(|inner| desk::show_keyboard(inner, shown));
    }

    fn with_watch(self, act: impl FnOnce(&Inner)) {
        if let Some(watch) = self.watch.get_value() {
            // The pane may be going away.
            let _gone = watch.try_with_value(|watch| act(&watch.inner));
        }
    }
}
