//! How far a text of FASTQ was read, so that an error has a place.
//!
//! The parser reads ahead and forgets what it holds when its reader fails. So a failure is kept
//! here and shown to the parser as the end of the text: it hands out the records that came
//! whole, and [`Progress::is_whole`] tells them from the one that was cut.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use memchr::memchr;

/// Bytes of a header kept for error messages.
const HEADER: usize = 200;

/// What has been read of a text.
#[derive(Debug)]
pub struct Progress {
    pub lines: u64,
    pub headers: u64,
    header: Vec<u8>,
    failure: Option<io::Error>,
}

impl Progress {
    /// Whether record `number` (from 1) was read to its end.
    pub fn is_whole(&self, number: u64) -> bool {
        self.failure.is_none() || 4 * number <= self.lines
    }

    pub fn take_failure(&mut self) -> Option<io::Error> {
        self.failure.take()
    }

    /// The header that was read last, as far as it is kept.
    pub fn header(&self) -> &[u8] {
        self.header.get(1..).unwrap_or_default()
    }
}

#[derive(Clone)]
pub struct Shared(Arc<Mutex<Progress>>);

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader that shows a failure as the end of the text. It adds a line break to the last line,
/// and an empty line: without these the parser refuses a header at the end.
pub struct Watched<R> {
    inner: R,
    shared: Shared,
    line_begins: bool,
    in_header: bool,
    ended: bool,
    /// Line breaks still to be added at the end.
    breaks: usize,
}

impl<R: Read> Watched<R> {
    pub fn new(inner: R) -> (Self, Shared) {
        let progress = Progress {
            lines: 0,
            headers: 0,
            header: Vec::new(),
            failure: None,
        };
        let shared = Shared(Arc::new(Mutex::new(progress)));
        let watched = Self {
            inner,
            shared: shared.clone(),
            line_begins: true,
            in_header: false,
            ended: false,
            breaks: 0,
        };
        (watched, shared)
    }

    fn scan(&mut self, mut text: &[u8]) {
        let mut progress = self.shared.lock();
        while !text.is_empty() {
            if std::mem::take(&mut self.line_begins) {
                self.in_header = progress.lines.is_multiple_of(4);
                if self.in_header {
                    progress.headers += 1;
                    progress.header.clear();
                }
            }
            let end = memchr(b'\n', text);
            if self.in_header {
                let line = &text[..end.unwrap_or(text.len())];
                let room = HEADER.saturating_sub(progress.header.len());
                progress
                    .header
                    .extend_from_slice(&line[..line.len().min(room)]);
            }
            let Some(end) = end else { break };
            progress.lines += 1;
            self.line_begins = true;
            text = &text[end + 1..];
        }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            let breaks = self.breaks.min(buf.len());
            buf[..breaks].fill(b'\n');
            self.breaks -= breaks;
            return Ok(breaks);
        }
        if buf.is_empty() {
            return Ok(0);
        }
        match self.inner.read(buf) {
            Ok(0) => {
                self.ended = true;
                self.breaks = if self.line_begins { 1 } else { 2 };
                self.read(buf)
            }
            Ok(n) => {
                self.scan(&buf[..n]);
                Ok(n)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.ended = true;
                self.shared.lock().failure = Some(error);
                Ok(0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text whose end cannot be read.
    struct Broken<'a>(&'a [u8]);

    impl Read for Broken<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            match self.0.read(&mut buf[..1])? {
                0 => Err(io::Error::other("broken")),
                n => Ok(n),
            }
        }
    }

    #[test]
    fn records_before_the_failure_are_whole() {
        let text = b"@a\nAC\n+\n@@\n@b x\nAC\n+\nI";
        let (mut watched, shared) = Watched::new(Broken(text));
        io::copy(&mut watched, &mut io::sink()).unwrap();
        let mut progress = shared.lock();
        assert!(progress.is_whole(1) && !progress.is_whole(2));
        assert_eq!((progress.lines, progress.headers), (7, 2));
        assert_eq!(progress.header(), b"b x");
        assert_eq!(progress.take_failure().unwrap().to_string(), "broken");
    }

    #[test]
    fn the_last_line_is_broken_and_an_empty_one_follows() {
        for text in ["@a\nAC\n+\nII", "@a\nAC\n+\nII\n"] {
            let (mut watched, _) = Watched::new(text.as_bytes());
            let (mut text, mut byte) = (Vec::new(), [0]);
            while watched.read(&mut byte).unwrap() == 1 {
                text.extend(byte);
            }
            assert_eq!(text, b"@a\nAC\n+\nII\n\n");
        }
    }
}
