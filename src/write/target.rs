//! Where output goes: standard output, or a file that appears whole or not at all.

use std::fs::{File, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::NamedTempFile;

const BUFFER: usize = 1 << 18;

/// A destination under way.
pub struct Target {
    name: String,
    sink: Sink,
}

enum Sink {
    /// Standard output, or what is no regular file, such as `/dev/null`.
    Direct(BufWriter<File>),
    Whole(BufWriter<NamedTempFile>, PathBuf),
}

impl Target {
    pub fn stdout() -> Result<Self> {
        let name = "standard output".to_owned();
        let fd = io::stdout()
            .as_fd()
            .try_clone_to_owned()
            .with_context(|| name.clone())?;
        let sink = Sink::Direct(BufWriter::with_capacity(BUFFER, File::from(fd)));
        Ok(Self { name, sink })
    }

    /// Begins a file that takes its name on [`Self::finish`]; until then it is a temporary one
    /// in the same folder.
    pub fn file(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let sink = sink(path).with_context(|| name.clone())?;
        Ok(Self { name, sink })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.writer()
            .write_all(bytes)
            .with_context(|| self.name.clone())
    }

    /// Writes out what is buffered, and leaves the destination open.
    pub fn flush(&mut self) -> Result<()> {
        self.writer().flush().with_context(|| self.name.clone())
    }

    /// Writes out what is buffered, and gives a file its name.
    pub fn finish(mut self) -> Result<()> {
        self.flush()?;
        let Self { name, sink } = self;
        match sink {
            Sink::Direct(_) => Ok(()),
            Sink::Whole(writer, path) => {
                let file = writer.into_inner().map_err(|error| error.into_error());
                let persisted = file.and_then(|file| Ok(file.persist(path)?));
                persisted.map(|_| ()).context(name)
            }
        }
    }

    fn writer(&mut self) -> &mut dyn Write {
        match &mut self.sink {
            Sink::Direct(writer) => writer,
            Sink::Whole(writer, _) => writer,
        }
    }
}

fn sink(path: &Path) -> io::Result<Sink> {
    match path.metadata() {
        Ok(found) if !found.is_file() => {
            let file = File::options().write(true).open(path)?;
            return Ok(Sink::Direct(BufWriter::with_capacity(BUFFER, file)));
        }
        _ => {}
    }
    // Through a symbolic link, the file it points to is replaced.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let file = tempfile::Builder::new()
        .prefix(".windrow-")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)?;
    Ok(Sink::Whole(BufWriter::with_capacity(BUFFER, file), path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.bed");
        let mut target = Target::file(&path).unwrap();
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
        let mut target = Target::file(&path).unwrap();
        target.write(b"row\n").unwrap();
        drop(target);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_device_is_written_directly() {
        let mut target = Target::file(Path::new("/dev/full")).unwrap();
        target.write(b"row\n").unwrap();
        assert!(target.finish().is_err());
        assert!(
            Target::file(Path::new("/dev/null"))
                .unwrap()
                .finish()
                .is_ok()
        );
    }
}
