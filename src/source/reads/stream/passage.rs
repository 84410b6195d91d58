//! Bytes on their way from a reader to a writer, looked at before they go on.

use std::io::{self, ErrorKind, Read, Write};

use memchr::memchr;

use crate::source::Fault;

/// Bytes read at a time.
const BUFFER: usize = 1 << 16;

/// Why no more bytes go on.
#[derive(Debug)]
pub enum Stop {
    /// Nobody reads what is written.
    Gone,
    /// The input ends within what it has begun.
    Cut,
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What was passed is written before the reader is asked for more, so nothing waits for an input
/// that comes slowly.
pub struct Passage<R, W> {
    from: R,
    to: W,
    buffer: Vec<u8>,
    /// Bytes of the buffer that were passed, and that were read.
    passed: usize,
    filled: usize,
    ended: bool,
}

impl<R: Read, W: Write> Passage<R, W> {
    pub fn new(from: R, to: W) -> Self {
        Self {
            from,
            to,
            buffer: vec![0; BUFFER],
            passed: 0,
            filled: 0,
            ended: false,
        }
    }

    /// The next bytes, `n` or as many as there are; they are not passed.
    pub fn peek(&mut self, n: usize) -> Result<&[u8], Stop> {
        while self.filled - self.passed < n && self.more()? {}
        let end = self.filled.min(self.passed + n);
        Ok(&self.buffer[self.passed..end])
    }

    /// The next bytes, as many as the array has; they are not passed.
    pub fn peek_all<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        self.peek(N)?.try_into().map_err(|_| Stop::Cut)
    }

    /// The next line with its break, or what is left if the text ends without one; empty at the
    /// end. It is not passed. Of a longer one, the first `longest` bytes or more.
    pub fn line(&mut self, longest: usize) -> Result<&[u8], Stop> {
        let mut searched = 0;
        let len = loop {
            let text = &self.buffer[self.passed..self.filled];
            match memchr(b'\n', &text[searched..]) {
                Some(at) => break searched + at + 1,
                None => searched = text.len(),
            }
            if searched > longest || !self.more()? {
                break searched;
            }
        };
        Ok(&self.buffer[self.passed..self.passed + len])
    }

    /// Sends the next `n` bytes on.
    pub fn pass(&mut self, mut n: u64) -> Result<(), Stop> {
        loop {
            let here = self.filled - self.passed;
            let step = usize::try_from(n).map_or(here, |n| n.min(here));
            self.passed += step;
            n -= step as u64;
            if n == 0 {
                return Ok(());
            }
            if !self.more()? {
                return Err(Stop::Cut);
            }
        }
    }

    /// Writes what was passed.
    pub fn flush(&mut self) -> Result<(), Stop> {
        let written = self.to.write_all(&self.buffer[..self.passed]);
        self.buffer.copy_within(self.passed..self.filled, 0);
        self.filled -= self.passed;
        self.passed = 0;
        written.map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => Stop::Gone,
            _ => Stop::Fault(error.into()),
        })
    }

    /// Reads more; false at the end.
    fn more(&mut self) -> Result<bool, Stop> {
        if self.ended {
            return Ok(false);
        }
        self.flush()?;
        if self.filled == self.buffer.len() {
            self.buffer.resize(2 * self.filled, 0);
        }
        loop {
            match self.from.read(&mut self.buffer[self.filled..]) {
                Ok(read) => {
                    self.filled += read;
                    self.ended = read == 0;
                    return Ok(!self.ended);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Stop::Fault(error.into())),
            }
        }
    }
}
