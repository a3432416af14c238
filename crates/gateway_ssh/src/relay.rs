//! The two directions of a session, side by side until one of them ends it.
//!
//! Target → person → hub, in this order: a watcher is never served before the owner. The directions
//! are one task, and neither ever waits for the other. What watchers type goes to the target between
//! two of the owner's pieces, what the owner is told of them between two of the target's.

use bytes::Bytes;
use hub::{OpenSession, Terminated};
use russh::ChannelWriteHalf;
use russh::client::Msg;
use wire::live::Size;

use crate::far::{Far, Nudge};
use crate::keyboard::{Chord, is_report};
use crate::person::Person;
use crate::pipe::{Event, Reader, Stream};
use crate::teller::{Shown, Teller};
use crate::terminal::AlternateScreen;
use crate::transfer::Transfer;

/// How a session came to its end.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The program on the target ended and the person was told all of it.
    Closed,
    /// The person closed the channel, or their connection ended.
    PersonGone,
    /// The target did not start what was asked for.
    NotStarted,
    /// The target's connection ended in the middle.
    TargetLost,
    /// Its file transfer can be followed no further, and it must be recorded.
    Unfollowed,
    /// Somebody ended it.
    Terminated(Terminated),
    /// The gateway stops.
    Stopping,
}

/// What is known of the person's screen.
pub(crate) struct OnScreen<'a> {
    pub(crate) screen: &'a mut AlternateScreen,
    pub(crate) teller: &'a mut Teller,
    /// Whether watchers see it.
    pub(crate) has_screen: bool,
}

/// Carries what both sides say until one of them has ended the session.
pub(crate) async fn relay(
    words: &mut Reader,
    near: &impl Person,
    far: &mut Far,
    target: &ChannelWriteHalf<Msg>,
    open: &OpenSession,
    on_screen: OnScreen<'_>,
    transfer: &Transfer,
) -> Outcome {
    let shown = Shown::default();
    let Far { words: answers, nudge, .. } = far;
    let left = words.hang_up();
    tokio::select! {
        // The program's last words before the person's leave: both may be there at once.
        biased;
        outcome = to_person(answers, near, open, on_screen, &shown, transfer) => outcome,
        outcome = to_target(words, target, nudge, open, near.has_terminal(), &shown, transfer) => outcome,
        // Last: what the person said before they left goes out first, if the target takes it.
        () = left.cancelled() => Outcome::PersonGone,
    }
}

async fn to_person(
    answers: &mut Reader,
    near: &impl Person,
    open: &OpenSession,
    on_screen: OnScreen<'_>,
    shown: &Shown,
    transfer: &Transfer,
) -> Outcome {
    let OnScreen { screen, teller, has_screen } = on_screen;
    let mut ended = false;
    loop {
        if open.has_news() {
            teller.take(open, shown);
        }
        if teller.is_ready(screen.is_on()) && teller.tell(near, open, shown).await.is_err() {
            return Outcome::PersonGone;
        }
        let event = tokio::select! {
            biased;
            event = answers.next() => event,
            () = open.news() => continue,
        };
        let Some(event) = event else { break };
        let written = match event {
            Event::Data(stream, bytes) => {
                let written = near.data(stream, bytes.clone()).await;
                if stream == Stream::Main && transfer.answers(open, &bytes).is_err() {
                    return Outcome::Unfollowed;
                }
                if has_screen && written.is_ok() {
                    show(open, screen, near.has_terminal(), bytes).await;
                }
                written
            }
            Event::ExitStatus(status) => {
                ended = true;
                open.exited(status);
                near.exit_status(status).await
            }
            Event::ExitSignal { signal, core_dumped, message } => {
                ended = true;
                near.exit_signal(signal, core_dumped, message).await
            }
            Event::Eof => near.eof().await,
            Event::Close => {
                ended = true;
                break;
            }
            Event::Success | Event::Failure | Event::Window(_) | Event::Signal(_) => Ok(()),
        };
        if written.is_err() {
            return Outcome::PersonGone;
        }
    }
    if !ended {
        return Outcome::TargetLost;
    }
    match near.close().await {
        Ok(()) => Outcome::Closed,
        Err(_) => Outcome::PersonGone,
    }
}

async fn show(open: &OpenSession, screen: &mut AlternateScreen, terminal: bool, bytes: Bytes) {
    if terminal {
        screen.read(&bytes);
    }
    open.output(bytes).await;
}

async fn to_target(
    words: &mut Reader,
    target: &ChannelWriteHalf<Msg>,
    nudge: &Nudge,
    open: &OpenSession,
    terminal: bool,
    shown: &Shown,
    transfer: &Transfer,
) -> Outcome {
    let mut chord = Chord::default();
    loop {
        let event = tokio::select! {
            biased;
            event = words.next() => event,
            typed = open.input() => {
                open.typed(Some(&typed.by), &typed.bytes).await;
                nudge.give();
                let written = target.data_bytes(typed.bytes).await;
                nudge.give();
                if written.is_err() {
                    return std::future::pending().await;
                }
                continue;
            }
        };
        let Some(event) = event else { return Outcome::PersonGone };
        // Before: the target's queue may be full. After: what was put into it is to get out.
        nudge.give();
        let written = match event {
            Event::Data(Stream::Main, bytes) => {
                let bytes = if open.hindrance().is_none() && !chord.is_held() {
                    bytes
                } else if terminal {
                    of_owner(bytes, open, &mut chord, shown)
                } else {
                    open.resumed().await;
                    bytes
                };
                if bytes.is_empty() {
                    continue;
                }
                // Before it goes out, so that a recording has the key before its echo.
                open.typed(None, &bytes).await;
                transfer.asks(&bytes);
                // Again: what was waited for here may have taken long.
                nudge.give();
                target.data_bytes(bytes).await
            }
            Event::Window([columns, rows, wide, high]) => {
                if terminal {
                    open.resize(Size::clamped(columns, rows)).await;
                }
                target.window_change(columns, rows, wide, high).await
            }
            Event::Signal(signal) => target.signal(signal).await,
            Event::Eof => target.eof().await,
            Event::Close => return Outcome::PersonGone,
            _ => Ok(()),
        };
        nudge.give();
        if written.is_err() {
            // The other direction notices that the target is gone, after its last words.
            return std::future::pending().await;
        }
    }
}

/// The owner's keys while something stands in their way: what of them goes to the target.
fn of_owner(keys: Bytes, open: &OpenSession, chord: &mut Chord, shown: &Shown) -> Bytes {
    let question = shown.question();
    let (keys, answer) = chord.read(&keys, question.is_some());
    if let (Some(question), Some(yes)) = (question, answer) {
        open.answer(question, yes);
    }
    if keys.is_empty() {
        return keys;
    }
    if open.hindrance().is_paused() {
        open.in_vain();
        return Bytes::new();
    }
    if open.hindrance().is_exclusive() && !is_report(&keys) {
        open.take_back();
    }
    keys
}
