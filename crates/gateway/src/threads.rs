//! The threads that serve connections: each has a runtime of its own.
//!
//! Both halves of a connection and the tasks of its sessions stay on one thread, so that a key's
//! way through the gateway never waits for another thread to wake up.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::mpsc;

/// How long jobs have to end when a gateway stops; then they are dropped.
const STOP_TIME: Duration = Duration::from_secs(5);

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The threads; dropping it lets each end when its present jobs' runtime is asked to.
pub struct Threads {
    threads: Vec<Thread>,
}

struct Thread {
    jobs: mpsc::UnboundedSender<Job>,
    load: Arc<AtomicUsize>,
    join: JoinHandle<()>,
}

impl Threads {
    /// Starts `count` threads, or one a core if that is 0, named `name-0` and so on.
    ///
    /// # Errors
    /// When the machine gives none.
    pub fn start(name: &str, count: usize) -> io::Result<Self> {
        let count = match count {
            0 => thread::available_parallelism().map_or(1, usize::from),
            count => count,
        };
        let threads =
            (0..count).map(|number| Thread::start(format!("{name}-{number}"))).collect::<io::Result<_>>()?;
        Ok(Self { threads })
    }

    /// Runs a job on the thread that has the fewest.
    pub fn run(&self, job: impl Future<Output = ()> + Send + 'static) {
        let Some(thread) = self.threads.iter().min_by_key(|thread| thread.load.load(Ordering::Relaxed))
        else {
            return;
        };
        let load = Load::add(&thread.load);
        let job = async move {
            let _load = load;
            job.await;
        };
        if thread.jobs.send(Box::pin(job)).is_err() {
            tracing::error!("a gateway thread is gone");
        }
    }

    /// Ends the threads once `over` says that every job has ended by itself, or a little later.
    pub async fn end(self, over: impl Future<Output = ()>) {
        if tokio::time::timeout(STOP_TIME, over).await.is_err() {
            tracing::warn!("connections that did not end in time were dropped");
        }
        // Joining blocks, if only for a moment.
        if tokio::task::spawn_blocking(move || self.stop()).await.is_err() {
            tracing::error!("the gateway's threads did not end in order");
        }
    }

    /// Ends the threads and whatever still runs on them.
    fn stop(self) {
        let joins: Vec<_> = self.threads.into_iter().map(|thread| thread.join).collect();
        for join in joins {
            if join.join().is_err() {
                tracing::error!("a gateway thread panicked");
            }
        }
    }
}

impl Thread {
    fn start(name: String) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (jobs, mut inbox) = mpsc::unbounded_channel::<Job>();
        let join = thread::Builder::new().name(name).spawn(move || {
            runtime.block_on(async {
                while let Some(job) = inbox.recv().await {
                    tokio::spawn(job);
                }
            });
        })?;
        Ok(Self { jobs, load: Arc::default(), join })
    }
}

/// Counts one job for as long as it lives.
struct Load(Arc<AtomicUsize>);

impl Load {
    fn add(load: &Arc<AtomicUsize>) -> Self {
        load.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(load))
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
