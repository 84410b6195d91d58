//! Gives htslib a path to read a text whose first bytes were already read.
//!
//! A thread sends the text through a pipe, and checks its structure: sizes and letters that htslib
//! does not check, and whether the text is cut.

mod bam;
mod cram;
mod passage;
mod sam;

use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::source::Fault;
use passage::{Passage, Stop};

/// A format that htslib reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlignmentFormat {
    Bam,
    Cram,
    Sam,
}

/// A fault of the text, and its place.
#[derive(Debug)]
pub struct Flaw {
    /// Number of the record that cannot be read, if known.
    record: Option<u64>,
    /// Line, in SAM.
    pub line: Option<u64>,
    pub fault: Fault,
}

/// What the thread reports.
#[derive(Default)]
struct StreamReport {
    flaw: Mutex<Option<Flaw>>,
    /// Lines before the first record of SAM.
    header: AtomicU64,
    /// The last containers of CRAM: at least all that are still in the pipe.
    containers: Mutex<VecDeque<Container>>,
}

/// A container of CRAM.
#[derive(Clone, Copy, Debug)]
struct Container {
    /// Number of its first record, from 1.
    first: u64,
    records: u64,
    /// Number of the records' contig; negative if there is none, or more than one.
    contig: i32,
}

/// Containers that are kept. A pipe holds fewer.
const CONTAINERS: usize = 1 << 14;

pub struct Stream {
    format: AlignmentFormat,
    /// The reading end of the pipe; `path` names it.
    pipe: PipeReader,
    told: Arc<StreamReport>,
}

impl Stream {
    /// Starts the thread that sends `text`. It ends with the text, or when the pipe is closed.
    pub fn new(format: AlignmentFormat, text: impl Read + Send + 'static) -> io::Result<Self> {
        let (pipe, to) = io::pipe()?;
        let told = Arc::new(StreamReport::default());
        let telling = told.clone();
        thread::Builder::new()
            .name("alignments".to_owned())
            .spawn(move || {
                without_sigpipe();
                send(format, text, to, &telling);
            })?;
        Ok(Self { format, pipe, told })
    }

    pub fn format(&self) -> AlignmentFormat {
        self.format
    }

    pub fn path(&self) -> PathBuf {
        PathBuf::from(format!("/dev/fd/{}", self.pipe.as_raw_fd()))
    }

    /// The fault of the text at record `number`, if the thread found one.
    pub fn flaw(&self, number: u64) -> Option<Flaw> {
        let mut flaw = lock(&self.told.flaw);
        let here = flaw.as_ref()?.record.is_none_or(|record| record == number);
        if here { flaw.take() } else { None }
    }

    /// Reads what htslib left of the text, and returns the fault of the text, if there is one.
    pub fn finish(&mut self) -> Option<Flaw> {
        if let Err(error) = io::copy(&mut self.pipe, &mut io::sink()) {
            let (record, line, fault) = (None, None, error.into());
            return Some(Flaw {
                record,
                line,
                fault,
            });
        }
        lock(&self.told.flaw).take()
    }

    /// Line of a SAM record.
    pub fn line(&self, number: u64) -> Option<u64> {
        let before = self.told.header.load(Ordering::Relaxed);
        (self.format == AlignmentFormat::Sam).then_some(before + number)
    }

    /// Contig of a CRAM record, if its whole container has the same contig.
    pub fn contig(&self, number: u64) -> Option<usize> {
        let containers = lock(&self.told.containers);
        let holds = |container: &&Container| {
            (container.first..container.first + container.records).contains(&number)
        };
        let container = containers.iter().find(holds)?;
        usize::try_from(container.contig).ok()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Blocks SIGPIPE in this thread, so that a write to a closed pipe is an error and does not end the
/// program.
fn without_sigpipe() {
    let mut signals = MaybeUninit::uninit();
    // SAFETY: the set is made empty before it is used; the mask is that of this thread alone.
    unsafe {
        libc::sigemptyset(signals.as_mut_ptr());
        libc::sigaddset(signals.as_mut_ptr(), libc::SIGPIPE);
        libc::pthread_sigmask(libc::SIG_BLOCK, signals.as_ptr(), std::ptr::null_mut());
    }
}

fn send(format: AlignmentFormat, text: impl Read, to: PipeWriter, told: &StreamReport) {
    let mut passage = Passage::new(text, to);
    // Records before the fault.
    let mut records = 0;
    let sent = match format {
        AlignmentFormat::Bam => bam::send(&mut passage, &mut records),
        AlignmentFormat::Cram => cram::send(&mut passage, |container| {
            let mut containers = lock(&told.containers);
            containers.push_back(container);
            if containers.len() > CONTAINERS {
                containers.pop_front();
            }
        }),
        AlignmentFormat::Sam => sam::send(&mut passage, &mut records, &told.header),
    };
    let sent = match (sent, passage.flush()) {
        (Ok(()), flushed) => flushed,
        (sent, _) => sent,
    };
    let fault = match sent {
        Ok(()) | Err(Stop::Gone) => return,
        Err(Stop::Cut) => match format {
            AlignmentFormat::Cram => Fault::Parse(cram::CUT.to_owned()),
            AlignmentFormat::Bam | AlignmentFormat::Sam => {
                Fault::Parse("the record is cut short or corrupt".to_owned())
            }
        },
        Err(Stop::Fault(fault)) => fault,
    };
    let header = told.header.load(Ordering::Relaxed);
    *lock(&told.flaw) = Some(Flaw {
        record: (format != AlignmentFormat::Cram).then_some(records + 1),
        line: (format == AlignmentFormat::Sam).then_some(header + records + 1),
        fault,
    });
    // The pipe is closed after the flaw is set, so a reader at its end finds the flaw.
    drop(passage);
}

#[cfg(test)]
mod tests;
