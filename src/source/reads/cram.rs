//! CRAM ends with an empty container; without it the file was cut between containers.

use std::io::{self, Read};

/// The last container of version 3, and of version 2.1.
const ENDS: [&[u8]; 2] = [
    b"\x0f\0\0\0\xff\xff\xff\xff\x0f\xe0EOF\0\0\0\0\x01\0\x05\xbd\xd9O\0\x01\0\x06\x06\
      \x01\0\x01\0\x01\0\xee\x63\x01K",
    b"\x0b\0\0\0\xff\xff\xff\xff\x0f\xe0EOF\0\0\0\0\x01\0\0\x01\0\x06\x06\x01\0\x01\0\x01\0",
];
const LONGEST: usize = 38;

/// CRAM whose end is an error if that container is missing.
pub struct Whole<R> {
    inner: R,
    last: Vec<u8>,
}

impl<R> Whole<R> {
    pub fn new(inner: R) -> Self {
        let last = Vec::with_capacity(2 * LONGEST);
        Self { inner, last }
    }
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.last
            .extend_from_slice(&buf[n.saturating_sub(LONGEST)..n]);
        self.last.drain(..self.last.len().saturating_sub(LONGEST));
        if n == 0 && !buf.is_empty() && !ENDS.iter().any(|end| self.last.ends_with(end)) {
            let message = "truncated CRAM: the end-of-file container is missing";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
        Ok(n)
    }
}
