//! Block gzip: gzip that can be cut and indexed.

use std::io::{self, Write};

use noodles_bgzf as bgzf;

/// Compresses to blocks. If it is dropped before [`Self::finish`], the end-of-file block is
/// missing, so that readers see that the text is cut.
pub struct BgzipWriter<W: Write>(Option<bgzf::io::Writer<W>>);

impl<W: Write> BgzipWriter<W> {
    pub fn new(inner: W) -> Self {
        Self(Some(bgzf::io::Writer::new(inner)))
    }

    /// Writes the last block and the end-of-file block.
    pub fn finish(mut self) -> io::Result<W> {
        self.writer()?.try_finish()?;
        self.0
            .take()
            .map(bgzf::io::Writer::into_inner)
            .ok_or_else(gone)
    }

    fn writer(&mut self) -> io::Result<&mut bgzf::io::Writer<W>> {
        self.0.as_mut().ok_or_else(gone)
    }
}

fn gone() -> io::Error {
    io::Error::other("block gzip has ended")
}

impl<W: Write> Drop for BgzipWriter<W> {
    fn drop(&mut self) {
        // The inner writer would write the end-of-file block when it is dropped.
        self.0.take().map(bgzf::io::Writer::into_inner);
    }
}

impl<W: Write> Write for BgzipWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer()?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer()?.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn text(blocks: &[u8]) -> String {
        let mut text = String::new();
        let read = bgzf::io::Reader::new(blocks).read_to_string(&mut text);
        assert!(read.is_ok());
        text
    }

    #[test]
    fn only_what_is_finished_has_an_end() {
        let mut out = Vec::new();
        let mut blocks = BgzipWriter::new(&mut out);
        blocks.write_all(b"chr1\t0\t1\n").unwrap();
        blocks.flush().unwrap();
        drop(blocks);
        let cut = out.clone();
        let mut blocks = BgzipWriter::new(Vec::new());
        blocks.write_all(b"chr1\t0\t1\n").unwrap();
        let whole = blocks.finish().unwrap();
        assert_eq!(text(&whole), "chr1\t0\t1\n");
        assert_eq!(whole.len(), cut.len() + 28);
        assert!(whole.starts_with(&cut));
    }
}
