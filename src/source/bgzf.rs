//! Block gzip ends with an empty block; without it the file was cut between blocks.

use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;

const END: [u8; 28] = *b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0\x1b\0\x03\0\0\0\0\0\0\0\0\0";

/// Whether the first 18 bytes of a gzip stream are the header of a BGZF block.
pub fn is_bgzf(head: &[u8]) -> bool {
    head.len() >= 14 && head.starts_with(b"\x1f\x8b\x08\x04") && &head[12..14] == b"BC"
}

/// Decoder of block gzip. A text without the end-of-file block is an error.
pub struct BgzfDecoder<R>(MultiGzDecoder<Tail<R>>);

impl<R: BufRead> BgzfDecoder<R> {
    pub fn new(inner: R) -> Self {
        Self(MultiGzDecoder::new(Tail {
            inner,
            last: Vec::with_capacity(2 * END.len()),
        }))
    }
}

impl<R: BufRead> Read for BgzfDecoder<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read(buf)?;
        if n == 0 && !buf.is_empty() && self.0.get_ref().last != END {
            let message = "the end-of-file block is missing";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
        Ok(n)
    }
}

/// A reader that keeps the last bytes that were consumed.
struct Tail<R> {
    inner: R,
    last: Vec<u8>,
}

impl<R: BufRead> Read for Tail<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(buf)?;
        self.consume(n);
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Tail<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        if let Ok(bytes) = self.inner.fill_buf() {
            let bytes = &bytes[..amount.min(bytes.len())];
            self.last
                .extend_from_slice(&bytes[bytes.len().saturating_sub(END.len())..]);
            self.last.drain(..self.last.len().saturating_sub(END.len()));
        }
        self.inner.consume(amount);
    }
}
