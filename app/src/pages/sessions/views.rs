//! Saved views: the person's own and those that everybody sees, behind one button.

mod item;
mod panel;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::params::ParamsMap;

use super::arranged::{self, VIEW};
use super::controls::{Controls, use_controls};
use crate::backend::{BackendError, SavedView, Views};
use crate::parts::{Icon, IconName};
use crate::table::{Arrangement, Sheet};
use crate::words::{fill, words};
use crate::{calls, frame};

pub(super) use panel::Panel;

/// The saved views, and which one is open; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(super) struct ViewList {
    all: RwSignal<Vec<SavedView>>,
    may_share: RwSignal<bool>,
    /// The id of the open one.
    open: RwSignal<Option<String>>,
    /// Whether the panel shows; what was begun in it ends with it.
    is_open: RwSignal<bool>,
    /// What went wrong last, to be said in the panel.
    wrong: RwSignal<Option<String>>,
}

impl SavedView {
    /// What it arranges.
    pub(super) fn arrangement(&self) -> Arrangement {
        Arrangement::from_json(Sheet::Sessions, &self.value)
    }
}

impl ViewList {
    /// Those that are known, if any; `open` is open already.
    pub(super) fn new(known: Option<Views>, open: Option<String>) -> Self {
        let (views, may_share) = known.map_or((Vec::new(), false), |known| (known.views, known.may_share));
        Self {
            all: RwSignal::new(views),
            may_share: RwSignal::new(may_share),
            open: RwSignal::new(open),
            is_open: RwSignal::new(false),
            wrong: RwSignal::new(None),
        }
    }

    /// The id of the open view, to be followed.
    pub(super) fn current_id(self) -> Option<String> {
        self.open.get()
    }

    /// The open view, if it is known, to be followed.
    pub(super) fn current(self) -> Option<SavedView> {
        let open = self.open.get()?;
        self.all.with(|all| all.iter().find(|view| view.id == open).cloned())
    }

    async fn read(self) -> Result<(), BackendError> {
        let views = calls::saved_views(Sheet::Sessions).await?;
        // The page may be gone by now.
        let _gone = self.may_share.try_set(views.may_share);
        let _gone = self.all.try_set(views.views);
        Ok(())
    }
}

/// What came of reading the views before the page is made.
pub(super) type Read = Result<Views, BackendError>;

/// Reads the views when the page opens, unless that is done, and says which one is open where the address names it.
pub(super) fn start(controls: Controls, named: Option<String>, arranged: bool, read: Option<Read>) {
    let views = controls.views;
    Effect::new(move |_| {
        let (named, read) = (named.clone(), read.clone());
        spawn_local(async move {
            let read = match read {
                Some(read) => read.map(drop),
                None => views.read().await,
            };
            if let Err(error) = read {
                controls.toasts.failed(format!("{} {}", words().views.not_read, frame::sentence(&error)));
                return;
            }
            let Some(name) = named else { return };
            // None when the page was left meanwhile.
            let found = views.all.try_with_untracked(|all| find(all, &name).map(|view| view.id.clone()));
            let Some(found) = found else { return };
            match found {
                found @ Some(_) if views.open.get_untracked() != found => views.open.set(found),
                Some(_) => {}
                None if arranged => {}
                None => controls.toasts.failed(fill(words().views.no_such, &[("name", &name)])),
            }
        });
    });
}

/// The view of a name: the person's own before one that everybody sees.
pub(super) fn find<'v>(all: &'v [SavedView], name: &str) -> Option<&'v SavedView> {
    let lower = name.to_lowercase();
    let fits = all.iter().filter(|view| view.name.to_lowercase() == lower);
    fits.max_by_key(|view| view.mine && !view.shared)
}

/// The name of the view in an address.
pub(super) fn named(params: &ParamsMap) -> Option<String> {
    params.get(VIEW).filter(|name| !name.is_empty())
}

/// Whether a view's name is all that an address says: then the view is what the page begins with.
pub(super) fn is_all(params: &ParamsMap) -> bool {
    named(params).is_some() && !arranged::is_said(params)
}

impl Controls {
    /// Whether what is seen is not what the open view says, to be followed.
    pub(super) fn differs_from_view(self) -> bool {
        self.views.current().is_some_and(|view| !view.arrangement().looks_like(&self.arrangement()))
    }

    /// Shows the view of an id as it was saved last.
    fn open_saved(self, id: &str) {
        let all = self.views.all;
        let saved = all.with_untracked(|all| all.iter().find(|view| view.id == id).cloned());
        if let Some(view) = saved {
            self.open_view(&view);
        }
    }

    /// Shows a view.
    fn open_view(self, view: &SavedView) {
        self.arrange(view.arrangement());
        self.views.open.set(Some(view.id.clone()));
    }

    /// As nobody has arranged it yet.
    fn reset(self) {
        self.arrange(Arrangement::of(Sheet::Sessions));
        self.views.open.set(None);
    }

    /// Does something about views on the server, reads them anew and says `done`; what went wrong is said in the
    /// panel.
    fn ask_about_views<T: 'static>(
        self,
        call: impl Future<Output = Result<T, BackendError>> + 'static,
        done: String,
        then: impl FnOnce(T) + 'static,
    ) {
        let views = self.views;
        spawn_local(async move {
            let answer = match call.await {
                Ok(answer) => views.read().await.map(|()| answer),
                Err(error) => Err(error),
            };
            match answer {
                Ok(answer) => {
                    let _gone = views.wrong.try_set(None);
                    self.toasts.done(done);
                    then(answer);
                }
                Err(error) => {
                    let _gone = views.wrong.try_set(Some(frame::sentence(&error)));
                }
            }
        });
    }
}

/// The button that opens the panel; it says which view is open, and whether it was changed since.
#[component]
pub(super) fn Button() -> AnyView {
    let controls = use_controls();
    let words = &words().views;
    let label = move || match controls.views.current() {
        Some(view) => crate::text::visible(&view.name).into_owned(),
        None => words.views.to_owned(),
    };
    let named = move || match controls.views.current() {
        Some(view) => {
            let text = if controls.differs_from_view() { words.open_changed } else { words.open };
            fill(text, &[("name", &crate::text::visible(&view.name))])
        }
        None => words.views.to_owned(),
    };
    let changed = Signal::derive(move || !controls.differs_from_view());
    view! {
        <button type="button" class="btn views-button" popovertarget="views-menu" aria-label=named title=words.help>
            <Icon name=IconName::Bookmark/>
            <span class="views-name">{label}</span>
            <i class="changed" aria-hidden="true" hidden=changed></i>
        </button>
    }
    .into_any()
}
