//! The two directions of a session, side by side until one of them ends it.
//!
//! Target → person → hub, in this order: a watcher is never served before the owner. The directions
//! are one task, and neither ever waits for the other.

use bytes::Bytes;
use hub::{OpenSession, Terminated};
use russh::ChannelWriteHalf;
use russh::client::Msg;
use wire::live::Size;

use crate::far::{Far, Nudge};
use crate::near::NearEnd;
use crate::pipe::{Event, Reader, Stream};
use crate::terminal::AlternateScreen;

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
    /// Somebody ended it.
    Terminated(Terminated),
    /// The gateway stops.
    Stopping,
}

/// Carries what both sides say until one of them has ended the session.
pub(crate) async fn relay(
    words: &mut Reader,
    near: &NearEnd,
    far: &mut Far,
    target: &ChannelWriteHalf<Msg>,
    open: &OpenSession,
    screen: &mut AlternateScreen,
    has_screen: bool,
) -> Outcome {
    let Far { words: answers, nudge, .. } = far;
    let left = words.hang_up();
    tokio::select! {
        // The program's last words before the person's leave: both may be there at once.
        biased;
        outcome = to_person(answers, near, open, screen, has_screen) => outcome,
        outcome = to_target(words, target, nudge, open, near.has_terminal()) => outcome,
        // Last: what the person said before they left goes out first, if the target takes it.
        () = left.cancelled() => Outcome::PersonGone,
    }
}

async fn to_person(
    answers: &mut Reader,
    near: &NearEnd,
    open: &OpenSession,
    screen: &mut AlternateScreen,
    has_screen: bool,
) -> Outcome {
    let mut ended = false;
    while let Some(event) = answers.next().await {
        let written = match event {
            Event::Data(stream, bytes) => {
                let written = near.data(stream, bytes.clone()).await;
                if has_screen && written.is_ok() {
                    show(open, screen, near.has_terminal(), bytes).await;
                }
                written
            }
            Event::ExitStatus(status) => {
                ended = true;
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
) -> Outcome {
    while let Some(event) = words.next().await {
        // Before: the target's queue may be full. After: what was put into it is to get out.
        nudge.give();
        let written = match event {
            Event::Data(Stream::Main, bytes) => {
                open.active();
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
    Outcome::PersonGone
}
