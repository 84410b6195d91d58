//! A folder with a bigWig of values and a bigBed of calls for each model, label and strand, and
//! with the texts by which browsers find them.

mod hub;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use super::Line;
use super::big::{self, Big, Kind};
use crate::model::Task;
use crate::sequence::Strand;
use crate::source::Lengths;
use crate::temporary::{Temporary, note};
use crate::value::Quantity;

/// What is to be written, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Gallery {
    /// Folder that is made.
    pub folder: PathBuf,
    /// Name of the sequence for browsers, such as hg38.
    pub genome: String,
    /// The sequence, if it is a FASTA file.
    pub fasta: Option<PathBuf>,
}

/// What a track shows.
#[derive(Clone, Debug)]
pub struct Subject {
    pub model: String,
    pub task: Task,
    pub label: String,
    pub strand: Strand,
    /// What its values are.
    pub quantity: Quantity,
}

impl Subject {
    /// Begin of the names of its files.
    fn stem(&self) -> String {
        let strand = match self.strand {
            Strand::Forward => ".plus",
            Strand::Reverse => ".minus",
            Strand::Both => "",
        };
        format!("{}.{}{strand}", self.model, self.label)
    }
}

/// Values and calls of a subject under way.
struct Pair {
    values: Big,
    calls: Big,
    /// Rows that are not passed on yet.
    rows: [Vec<u8>; 2],
}

/// A folder under way: it takes its name when all is in it.
pub struct Tracks {
    gallery: Gallery,
    subjects: Vec<Subject>,
    pairs: Vec<Pair>,
    folder: TempDir,
    /// Until the folder has its name, or is removed.
    temporary: Temporary,
}

impl Tracks {
    /// Begins a folder beside its name; `subjects` are one a channel.
    pub fn begin(gallery: &Gallery, subjects: Vec<Subject>) -> Result<Self> {
        check_names(&subjects)?;
        let name = &gallery.folder;
        let begun = unused(name).and_then(|()| {
            let beside = match name.parent() {
                Some(folder) if folder != Path::new("") => folder,
                _ => Path::new("."),
            };
            let make = || {
                tempfile::Builder::new()
                    .prefix(".windrow-")
                    .tempdir_in(beside)
            };
            note(make, TempDir::path)
        });
        let (folder, temporary) = begun.with_context(|| name.display().to_string())?;
        let pairs = subjects.iter().map(|subject| {
            let file = |suffix: &str, kind| {
                let name = format!("{}{suffix}", subject.stem());
                Big::file(&folder.path().join(name), kind)
            };
            Ok(Pair {
                values: file(".bw", Kind::BigWig)?,
                calls: file(".bb", Kind::BigBed)?,
                rows: [Vec::new(), Vec::new()],
            })
        });
        Ok(Self {
            pairs: pairs.collect::<Result<_>>()?,
            gallery: gallery.clone(),
            subjects,
            folder,
            temporary,
        })
    }

    /// Takes a step of the values of its channel.
    pub fn value(&mut self, line: &Line<'_>) {
        (big::WIG.row)(line, &mut self.pairs[line.row.channel].rows[0]);
    }

    /// Takes a call of its channel.
    pub fn call(&mut self, line: &Line<'_>) {
        let unnamed = Line {
            name: None,
            ..*line
        };
        (big::BED.row)(&unnamed, &mut self.pairs[line.row.channel].rows[1]);
    }

    /// Passes on what was taken.
    pub fn pass(&mut self) -> Result<()> {
        for Pair {
            values,
            calls,
            rows,
        } in &mut self.pairs
        {
            for (big, rows) in [values, calls].into_iter().zip(rows) {
                big.write(rows)?;
                rows.clear();
            }
        }
        Ok(())
    }

    /// Writes all files, and gives the folder its name.
    pub fn finish(mut self, lengths: &Lengths, threads: usize) -> Result<()> {
        self.pass()?;
        for Pair { values, calls, .. } in self.pairs {
            values.finish(lengths, false, threads)?;
            calls.finish(lengths, false, threads)?;
        }
        let name = &self.gallery.folder;
        let named = write_texts(&self.gallery, &self.subjects, lengths, self.folder.path())
            .and_then(|()| unused(name))
            .and_then(|()| fs::rename(self.folder.path(), name));
        named.with_context(|| name.display().to_string())?;
        // It is no temporary one any more.
        let _ = self.folder.keep();
        drop(self.temporary);
        Ok(())
    }
}

/// An error if something has the name already.
fn unused(name: &Path) -> io::Result<()> {
    match name.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(io::Error::new(
            ErrorKind::AlreadyExists,
            "is there already; name a folder that is not",
        )),
    }
}

fn write_texts(
    gallery: &Gallery,
    subjects: &[Subject],
    lengths: &Lengths,
    folder: &Path,
) -> io::Result<()> {
    // A folder for temporary files can be read by its owner alone.
    fs::set_permissions(folder, folder_permissions()?)?;
    let write = |name: &str, text: &[u8]| fs::write(folder.join(name), text);
    let fasta = gallery.fasta.as_deref().map(|path| {
        let from = path.canonicalize()?;
        let folder = folder.canonicalize()?;
        Ok::<_, io::Error>(relative(&from, &folder))
    });
    let session = hub::session(gallery, subjects, lengths, fasta.transpose()?.as_deref());
    write("hub.txt", hub::hub(gallery).as_bytes())?;
    write("genomes.txt", hub::genomes(gallery).as_bytes())?;
    write("trackDb.txt", hub::track_db(subjects).as_bytes())?;
    write("chrom.sizes", &lengths.table())?;
    write("igv-session.json", session.as_bytes())
}

/// Those that a new folder has.
fn folder_permissions() -> io::Result<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt;
    let probe = tempfile::tempdir()?;
    let made = probe.path().join("made");
    fs::create_dir(&made)?;
    Ok(fs::Permissions::from_mode(
        made.metadata()?.permissions().mode(),
    ))
}

/// The way from a folder to a file, both absolute.
fn relative(file: &Path, folder: &Path) -> String {
    let common = file
        .components()
        .zip(folder.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = folder.components().skip(common).map(|_| "..".to_owned());
    let down = file.components().skip(common);
    let down = down.map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// Refuses subjects of which two would have one name.
fn check_names(subjects: &[Subject]) -> Result<()> {
    for (number, subject) in subjects.iter().enumerate() {
        let stem = subject.stem();
        let twice = subjects[..number].iter().any(|other| other.stem() == stem);
        ensure!(!twice, "two models give tracks with the name {stem}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_goes_up_to_what_both_share() {
        let way = |file: &str, folder: &str| relative(Path::new(file), Path::new(folder));
        assert_eq!(way("/a/b/x.fa", "/a/b/tracks"), "../x.fa");
        assert_eq!(way("/a/x.fa", "/b/c/tracks"), "../../../a/x.fa");
    }

    #[test]
    fn what_is_there_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        assert!(unused(folder.path()).is_err());
        assert!(unused(&folder.path().join("new")).is_ok());
    }
}
