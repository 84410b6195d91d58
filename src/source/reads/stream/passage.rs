//! Copies bytes from a reader to a writer, and shows them to a check before.

use std::io::{self, ErrorKind, Read, Write};

use memchr::memchr;

use crate::source::Fault;

/// Bytes read at a time.
const BUFFER: usize = 1 << 16;

/// Why copying ended.
#[derive(Debug)]
pub enum Stop {
    /// The reader of the pipe has closed it.
    Gone,
    /// The input ends in the middle of a record or block.
    Cut,
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// A reader and a writer with a buffer between them. Bytes that were passed are written before the
/// next read, so that nothing waits for slow input.
pub struct Passage<R, W> {
    from: R,
    to: W,
    buffer: Vec<u8>,
    /// Bytes at the front of the buffer that were passed, and all bytes that were read into it.
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

    /// Shows the next `n` bytes, fewer at the end, without passing them.
    pub fn peek(&mut self, n: usize) -> Result<&[u8], Stop> {
        while self.filled - self.passed < n && self.more()? {}
        let end = self.filled.min(self.passed + n);
        Ok(&self.buffer[self.passed..end])
    }

    /// Shows the next `N` bytes without passing them.
    pub fn peek_all<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        self.peek(N)?.try_into().map_err(|_| Stop::Cut)
    }

    /// Shows the next line with its line break, if it has one, without passing it; empty at the end
    /// of the text. Of a line longer than `longest`, at least `longest` bytes.
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

    /// Passes the next `n` bytes to the writer.
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

    /// Writes the bytes that were passed.
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
