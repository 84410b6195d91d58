//! Destinations of output: standard output, or a file that gets its name when it is complete.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::path::Path;

use anyhow::{Context, Result};

use super::bgzip::BgzipWriter;
use super::index::{self, Columns};
use super::whole::Whole;

const BUFFER: usize = 1 << 18;

/// A destination that is being written.
pub struct Target {
    name: String,
    coder: Coder,
    /// The file to name at the end; none for standard output and for devices such as `/dev/null`.
    whole: Option<Whole>,
}

/// The encoding of text.
enum Coder {
    Plain(BufWriter<File>),
    Bgzip(BgzipWriter<File>),
}

/// The compression of a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Text,
    /// Block gzip.
    Bgzip,
}

impl Coder {
    fn new(file: File, form: Encoding) -> Self {
        match form {
            Encoding::Text => Self::Plain(BufWriter::with_capacity(BUFFER, file)),
            Encoding::Bgzip => Self::Bgzip(BgzipWriter::new(file)),
        }
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::Plain(writer) => writer,
            Self::Bgzip(writer) => writer,
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(mut writer) => writer.flush(),
            Self::Bgzip(writer) => writer.finish().map(|_| ()),
        }
    }
}

impl Target {
    pub fn stdout(form: Encoding) -> Result<Self> {
        let name = "standard output".to_owned();
        let fd = io::stdout()
            .as_fd()
            .try_clone_to_owned()
            .with_context(|| name.clone())?;
        let coder = Coder::new(File::from(fd), form);
        let whole = None;
        Ok(Self { name, coder, whole })
    }

    /// Text for a side file: standard output if the path is `-`.
    pub fn beside(path: &Path) -> Result<Self> {
        match path.to_str() {
            Some("-") => Self::stdout(Encoding::Text),
            _ => Self::file(path, Encoding::Text),
        }
    }

    /// Begins a file. It is a temporary file in the same folder until [`Self::finish`] gives it its
    /// name.
    pub fn file(path: &Path, form: Encoding) -> Result<Self> {
        let name = path.display().to_string();
        let begun = Whole::begin(path).and_then(|whole| {
            let file = match &whole {
                Some(whole) => whole.file.as_file().try_clone()?,
                None => File::options().write(true).open(path)?,
            };
            Ok((whole, Coder::new(file, form)))
        });
        let (whole, coder) = begun.with_context(|| name.clone())?;
        Ok(Self { name, coder, whole })
    }

    /// The path, or a name for standard output.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.coder.writer().write_all(bytes);
        written.with_context(|| self.name.clone())
    }

    /// Flushes buffers; the destination stays open.
    pub fn flush(&mut self) -> Result<()> {
        let flushed = self.coder.writer().flush();
        flushed.with_context(|| self.name.clone())
    }

    /// Flushes buffers, unless the text is compressed.
    pub fn flush_text(&mut self) -> Result<()> {
        match self.coder {
            Coder::Plain(_) => self.flush(),
            Coder::Bgzip(_) => Ok(()),
        }
    }

    /// Flushes buffers, and gives a file its name.
    pub fn finish(self) -> Result<()> {
        let Self { name, coder, whole } = self;
        let appeared = coder
            .finish()
            .and_then(|()| whole.map(Whole::publish).transpose());
        appeared.map(|_| ()).context(name)
    }

    /// As [`Self::finish`], with an index beside the file that can hold the `longest` contig.
    pub fn finish_indexed(self, columns: Columns, longest: usize) -> Result<()> {
        let Self { name, coder, whole } = self;
        let finished = coder.finish().map_err(anyhow::Error::from);
        finished
            .and_then(|()| whole.context("it is not a regular file, so it cannot be indexed"))
            .and_then(|whole| index::publish(whole, columns, longest))
            .context(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.bed");
        let mut target = Target::file(&path, Encoding::Text).unwrap();
        target.write(b"row\n").unwrap();
        target.flush().unwrap();
        assert!(!path.exists());
        target.finish().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"row\n");
    }

    #[test]
    fn an_abandoned_file_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.bed");
        std::fs::write(&path, "old").unwrap();
        let mut target = Target::file(&path, Encoding::Text).unwrap();
        target.write(b"row\n").unwrap();
        drop(target);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_device_is_written_directly() {
        let mut target = Target::file(Path::new("/dev/full"), Encoding::Text).unwrap();
        target.write(b"row\n").unwrap();
        assert!(target.finish().is_err());
        assert!(
            Target::file(Path::new("/dev/null"), Encoding::Text)
                .unwrap()
                .finish()
                .is_ok()
        );
    }
}
