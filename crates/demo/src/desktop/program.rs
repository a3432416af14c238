//! One program of a desktop: ends when it is asked, so that it takes its sockets with it.

use std::process::ExitStatus;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures::future::select_all;
use rustix::process::Signal;
use tokio::process::{Child, Command};

use crate::processes::Leader;

/// How long it may take to end.
const GOODBYE: Duration = Duration::from_secs(3);

/// A running program. Dropping it ends it, with what runs in its terminals.
pub(crate) struct Program {
    name: String,
    pub(crate) child: Child,
    leader: Leader,
}

impl Program {
    /// Starts it.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let name = command.as_std().get_program().to_string_lossy().into_owned();
        let child = command.process_group(0).spawn().with_context(|| format!("cannot start {name}"))?;
        Ok(Self { leader: Leader::new(child.id()), name, child })
    }

    /// Returns when it ended by itself.
    pub(crate) async fn ended(&mut self) -> String {
        self.child
            .wait()
            .await
            .map_or_else(|error| error.to_string(), |status: ExitStatus| status.to_string())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // A shell in a window leads a session of its own.
        let _inside = self.leader.children();
        self.leader.signal(Signal::TERM);
        let deadline = Instant::now() + GOODBYE;
        while Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Which program ended first, and how.
pub(crate) async fn first_end(programs: &mut [Program]) -> (String, String) {
    let ends = programs.iter_mut().map(|program| {
        Box::pin(async {
            let status = program.ended().await;
            (program.name.clone(), status)
        })
    });
    select_all(ends).await.0
}
