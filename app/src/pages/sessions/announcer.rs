//! What happens in the table, told to those who do not see it: every change that a person made, and the
//! sessions that come and go in one sentence every few seconds, never one by one.

use std::time::Duration;

use leptos::prelude::*;

use crate::board::{Board, News};
use crate::text::count;
use crate::words::{fill, words};

/// Sessions that came and went are summed up this often.
const EVERY: Duration = Duration::from_secs(5);

/// Tells; a handle, cheap to copy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Announcer {
    said: RwSignal<String>,
}

impl Announcer {
    /// Makes one that tells the news of a board.
    pub(super) fn start(board: Board) -> Self {
        let announcer = Self { said: RwSignal::new(String::new()) };
        Effect::new(move |_| {
            // Of what was there before nobody needs to hear.
            board.take_news();
            let timer = set_interval_with_handle(move || announcer.tell(board), EVERY);
            on_cleanup(move || {
                if let Ok(timer) = timer {
                    timer.clear();
                }
            });
        });
        announcer
    }

    /// Says something once, even when it is what was said before.
    pub(super) fn say(self, text: impl Into<String>) {
        let mut text = text.into();
        self.said.update(|said| {
            if *said == text {
                text.push('\u{a0}');
            }
            *said = text;
        });
    }

    fn tell(self, board: Board) {
        // While the picture is held, what waits behind it is counted at the foot of the table.
        let news = board.take_news();
        if board.waiting_now().is_none()
            && let Some(text) = in_words(news)
        {
            self.say(text);
        }
    }
}

fn in_words(News { opened, ended }: News) -> Option<String> {
    let texts = &words().grid;
    let text = match (opened, ended) {
        (0, 0) => return None,
        (_, 0) => texts.news_opened,
        (0, _) => texts.news_ended,
        _ => texts.news_both,
    };
    Some(fill(text, &[("opened", &count(opened)), ("ended", &count(ended))]))
}

/// Where it is said.
#[component]
pub(super) fn Announced(announcer: Announcer) -> AnyView {
    view! { <div class="out-of-sight" role="status" aria-live="polite" data-said="">{announcer.said}</div> }
        .into_any()
}
