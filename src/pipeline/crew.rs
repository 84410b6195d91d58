//! Threads that score units, and the queue that keeps their order.
//!
//! Each unit carries the channel of its reply, and replies are awaited in the order in which
//! units were submitted. The calling thread is one of the crew: when it has read ahead far
//! enough and the next reply is not there yet, it scores a unit itself. So `-t N` is N threads,
//! one of which also reads and writes, and `-t 1` is the same code with an empty crew.

use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe};
use std::thread::Scope;

use anyhow::{Result, anyhow};
use crossbeam_channel::{Receiver, Sender, bounded};

use super::deliver::Delivery;
use super::setup::Setup;
use super::unit::Unit;
use super::work::{Outcome, Worker};

/// Units under way for each thread: enough that none waits while the calling thread scores.
const AHEAD: usize = 3;

struct Job {
    unit: Unit,
    reply: Sender<Result<Vec<Outcome>>>,
}

impl Job {
    fn run(self, member: &mut Member<'_>) {
        // The receiver is gone only after an error elsewhere.
        let _ = self.reply.send(member.score(&self.unit));
    }
}

/// A thread's worker, made when its first unit comes.
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

    fn score(&mut self, unit: &Unit) -> Result<Vec<Outcome>> {
        if self.worker.is_none() {
            self.worker = Some(Worker::new(self.setup)?);
        }
        let Some(worker) = &mut self.worker else {
            return Ok(Vec::new());
        };
        // A user's graph may break the library that runs it.
        panic::catch_unwind(AssertUnwindSafe(|| worker.score(unit)))
            .unwrap_or_else(|_| Err(anyhow!("a model's graph cannot be run")))
    }
}

pub struct Crew<'a> {
    jobs: Sender<Job>,
    queue: Receiver<Job>,
    replies: VecDeque<Receiver<Result<Vec<Outcome>>>>,
    limit: usize,
    /// Whether a unit could not be delivered: nothing may be written behind the gap.
    broken: bool,
    member: Member<'a>,
    delivery: Delivery<'a>,
}

impl<'a> Crew<'a> {
    /// Starts all threads but the calling one.
    pub fn new<'scope>(
        scope: &'scope Scope<'scope, '_>,
        setup: &'a Setup<'a>,
        threads: usize,
        delivery: Delivery<'a>,
    ) -> Self
    where
        'a: 'scope,
    {
        let limit = if threads == 1 { 1 } else { AHEAD * threads };
        let (jobs, queue) = bounded::<Job>(limit);
        for _ in 1..threads {
            let queue = queue.clone();
            scope.spawn(move || {
                let mut member = Member::new(setup);
                queue.iter().for_each(|job| job.run(&mut member));
            });
        }
        let (replies, broken, member) = (VecDeque::new(), false, Member::new(setup));
        Self {
            jobs,
            queue,
            replies,
            limit,
            broken,
            member,
            delivery,
        }
    }

    /// Adds a unit; delivers the oldest ones when enough are under way.
    pub fn submit(&mut self, unit: Unit) -> Result<()> {
        if self.broken {
            return Ok(());
        }
        let (reply, outcomes) = bounded(1);
        self.replies.push_back(outcomes);
        self.jobs
            .send(Job { unit, reply })
            .map_err(|_| anyhow!("the queue of units is closed"))?;
        while self.replies.len() >= self.limit {
            self.deliver()?;
        }
        Ok(())
    }

    /// Delivers all that is under way, and writes out what is buffered.
    pub fn finish(mut self) -> Result<Delivery<'a>> {
        while !self.replies.is_empty() {
            self.deliver()?;
        }
        self.delivery.output.flush()?;
        Ok(self.delivery)
    }

    fn deliver(&mut self) -> Result<()> {
        let delivered = self.oldest().and_then(|outcomes| {
            outcomes
                .into_iter()
                .try_for_each(|outcome| self.delivery.push(outcome))
        });
        if delivered.is_err() {
            self.broken = true;
            self.replies.clear();
            while self.queue.try_recv().is_ok() {}
        }
        delivered
    }

    /// The outcomes of the oldest unit; scores younger ones until they are there.
    fn oldest(&mut self) -> Result<Vec<Outcome>> {
        let Some(reply) = self.replies.pop_front() else {
            return Ok(Vec::new());
        };
        loop {
            if let Ok(outcomes) = reply.try_recv() {
                return outcomes;
            }
            match self.queue.try_recv() {
                Ok(job) => job.run(&mut self.member),
                Err(_) => return reply.recv().map_err(|_| anyhow!("a thread has died"))?,
            }
        }
    }
}
