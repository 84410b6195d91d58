//! Threads that score units, and delivery of their outcomes in order.
//!
//! One thread reads and cuts units, the others score them, and the calling thread delivers the
//! outcomes in the order in which the units were cut. Each unit carries a channel for its reply;
//! the receivers of these channels are in a queue, in order. While the next reply has not come,
//! the calling thread scores units too. So N threads score, and one more reads.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, Scope, ScopedJoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded, select};

use super::deliver::Delivery;
use super::setup::Setup;
use super::unit::{Gathering, Unit};
use super::work::{Outcome, Worker};
use crate::source::Sink;

/// Units in flight for each thread: enough that no thread waits for reading or writing.
const AHEAD: usize = 3;
/// If the input gives nothing for this long, the bases gathered so far are scored and written.
const IDLE: Duration = Duration::from_millis(50);

type Reply = Result<Vec<Outcome>>;

struct Job {
    unit: Unit,
    reply: Sender<Reply>,
}

impl Job {
    fn run(self, member: &mut Member<'_>) {
        // The receiver is dropped only after an error elsewhere.
        let _ = self.reply.send(member.score(&self.unit));
    }
}

/// A thread's worker, which is made when its first unit comes.
struct Member<'a> {
    setup: &'a Setup<'a>,
    worker: Option<Worker<'a>>,
}

impl<'a> Member<'a> {
    fn new(setup: &'a Setup<'a>) -> Self {
        Self {
            setup,
            worker: None,
        }
    }

    fn score(&mut self, unit: &Unit) -> Reply {
        if self.worker.is_none() {
            self.worker = Some(Worker::new(self.setup)?);
        }
        let Some(worker) = &mut self.worker else {
            return Ok(Vec::new());
        };
        // A user's graph may cause a panic in the library that runs it.
        panic::catch_unwind(AssertUnwindSafe(|| worker.score(unit)))
            .unwrap_or_else(|_| Err(anyhow!("a model's graph cannot be run")))
    }
}

/// The reader's end: sends units to the threads that score, and the receivers of their replies to
/// the thread that delivers.
pub struct Feed<'a> {
    jobs: Sender<Job>,
    replies: Sender<Receiver<Reply>>,
    stopped: &'a AtomicBool,
}

impl Feed<'_> {
    fn submit(&self, unit: Unit) {
        let (reply, outcomes) = bounded(1);
        // The job goes first: a thread that waits for a reply then finds its job queued or taken.
        let sent =
            self.jobs.send(Job { unit, reply }).is_ok() && self.replies.send(outcomes).is_ok();
        if !sent {
            self.stopped.store(true, Ordering::Relaxed);
        }
    }
}

/// The sink of the reader.
pub type Gathered<'a> = Gathering<Box<dyn FnMut(Unit) + Send + 'a>>;

/// Scores all that `read` puts into its sink, and delivers the outcomes. Returns the result of
/// `read`, and of delivery.
///
/// If `read` fails, what came before is still scored and delivered. After an error of a model or
/// of the output, `read` is told to stop.
pub fn run<T: Send>(
    setup: &Setup<'_>,
    threads: usize,
    delivery: &mut Delivery<'_>,
    read: impl FnOnce(&mut dyn Sink) -> Result<T> + Send,
) -> (Result<T>, Result<()>) {
    let threads = threads.max(1);
    let limit = if threads == 1 { 1 } else { AHEAD * threads };
    let (jobs, queue) = bounded::<Job>(limit);
    let (replies, order) = bounded(limit);
    let stopped = AtomicBool::new(false);
    let feed = Feed {
        jobs,
        replies,
        stopped: &stopped,
    };
    let submit: Box<dyn FnMut(Unit) + Send + '_> = Box::new(move |unit| feed.submit(unit));
    let gathering = Gathering::new(setup.chunk(), submit);
    std::thread::scope(|scope| {
        let (stopped, gathering) = (&stopped, &gathering);
        for _ in 1..threads {
            let queue = queue.clone();
            let work = move || {
                let mut member = Member::new(setup);
                let wanted = |_: &Job| !stopped.load(Ordering::Relaxed);
                (queue.iter().take_while(wanted)).for_each(|job| job.run(&mut member));
            };
            // The threads that did start do all the work.
            if spawn(scope, work).is_err() {
                break;
            }
        }
        let reader = spawn(scope, move || {
            let mut cutter = gathering.cutter(setup.reach, stopped);
            let read = panic::catch_unwind(AssertUnwindSafe(|| read(&mut cutter)));
            gathering.close();
            read.unwrap_or_else(|panic| panic::resume_unwind(panic))
        });
        let reader = match reader {
            Ok(reader) => reader,
            Err(error) => {
                gathering.close();
                let failed = Err(error).context("the thread that reads cannot be started");
                return (failed, Ok(()));
            }
        };
        let crew = Crew {
            queue,
            order,
            gathering,
            member: Member::new(setup),
            delivery,
        };
        let delivered = crew.deliver_all();
        if delivered.is_err() {
            stopped.store(true, Ordering::Relaxed);
        }
        let read = reader
            .join()
            .unwrap_or_else(|panic| panic::resume_unwind(panic));
        (read, delivered)
    })
}

fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> io::Result<ScopedJoinHandle<'scope, T>> {
    Builder::new().spawn_scoped(scope, work)
}

/// Work of the calling thread.
struct Crew<'a, 'd, 'f, 'g> {
    queue: Receiver<Job>,
    order: Receiver<Receiver<Reply>>,
    gathering: &'g Gathered<'f>,
    member: Member<'a>,
    delivery: &'g mut Delivery<'d>,
}

impl Crew<'_, '_, '_, '_> {
    /// Delivers until the reader has ended, and flushes whenever the input pauses.
    fn deliver_all(mut self) -> Result<()> {
        loop {
            let outcomes = match self.order.recv_timeout(IDLE) {
                Ok(reply) => self.outcomes(&reply)?,
                Err(RecvTimeoutError::Timeout) => {
                    match self.gathering.take(|| self.order.is_empty()) {
                        Some(unit) => self.member.score(&unit)?,
                        None => {
                            self.delivery.idle()?;
                            continue;
                        }
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return self.delivery.flush(),
            };
            for outcome in outcomes {
                self.delivery.push(outcome)?;
            }
        }
    }

    /// The outcomes of the oldest unit; scores other units until they have come.
    fn outcomes(&mut self, reply: &Receiver<Reply>) -> Reply {
        let lost = || anyhow!("a thread ended early");
        loop {
            match reply.try_recv() {
                Ok(outcomes) => return outcomes,
                Err(TryRecvError::Disconnected) => return Err(lost()),
                Err(TryRecvError::Empty) => {}
            }
            select! {
                recv(reply) -> outcomes => return outcomes.map_err(|_| lost())?,
                recv(self.queue) -> job => match job {
                    Ok(job) => job.run(&mut self.member),
                    // The reader has ended: only replies are left to wait for.
                    Err(_) => return reply.recv().map_err(|_| lost())?,
                },
            }
        }
    }
}
