//! A folder with a bigWig of values and a bigBed of calls for each model, label and strand, and
//! with the files by which browsers load them.

mod folder;
mod gather;
mod hub;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use super::Line;
use super::big::{self, Big, Kind};
use crate::sequence::Strand;
use crate::source::Lengths;
use crate::value::Quantity;
use folder::{WholeFolder, relative};
pub use gather::gather;

/// Options of a folder of tracks.
#[derive(Clone, Debug, PartialEq)]
pub struct TracksOptions {
    /// Folder to make.
    pub folder: PathBuf,
    /// Name of the genome in browsers, such as hg38.
    pub genome: String,
    /// The sequence, if it is a FASTA file.
    pub fasta: Option<PathBuf>,
    /// The shard (from 1), and the number of shards, of a run in shards.
    pub shard: Option<(u32, u32)>,
}

/// File in the folder of a shard that holds its number, such as `2/8`.
pub const PART: &str = "shard";
const SESSION: &str = "igv-session.json";

/// Subject of a track: a label of a model on a strand.
#[derive(Clone, Debug)]
pub struct Subject {
    pub model: String,
    pub label: String,
    pub strand: Strand,
    /// Red, green and blue.
    pub color: [u8; 3],
    /// Quantity of its values.
    pub quantity: Quantity,
}

impl Subject {
    /// First part of its file names.
    fn stem(&self) -> String {
        let strand = match self.strand {
            Strand::Forward => ".plus",
            Strand::Reverse => ".minus",
            Strand::Both => "",
        };
        format!("{}.{}{strand}", self.model, self.label)
    }
}

/// Values and calls of a subject, while they are written.
struct Pair {
    values: Big,
    calls: Big,
    /// Rows that are not yet written.
    rows: [Vec<u8>; 2],
}

/// A folder of tracks, while it is written. It gets its name when it is complete.
pub struct Tracks {
    options: TracksOptions,
    subjects: Vec<Subject>,
    pairs: Vec<Pair>,
    folder: WholeFolder,
}

impl Tracks {
    /// Begins a folder. There is one subject a channel.
    pub fn begin(options: &TracksOptions, subjects: Vec<Subject>) -> Result<Self> {
        check_names(&subjects)?;
        let folder = WholeFolder::begin(&options.folder)?;
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
            options: options.clone(),
            subjects,
            folder,
        })
    }

    /// Adds a step of values to the track of its channel.
    pub fn value(&mut self, line: &Line<'_>) {
        (big::WIG.row)(line, &mut self.pairs[line.row.channel].rows[0]);
    }

    /// Adds a call to the track of its channel.
    pub fn call(&mut self, line: &Line<'_>) {
        let unnamed = Line {
            name: None,
            ..*line
        };
        (big::BED.row)(&unnamed, &mut self.pairs[line.row.channel].rows[1]);
    }

    /// Writes the rows that were added.
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
        write_texts(&self.options, &self.subjects, lengths, self.folder.path())
            .with_context(|| self.options.folder.display().to_string())?;
        self.folder.publish()
    }
}

fn write_texts(
    options: &TracksOptions,
    subjects: &[Subject],
    lengths: &Lengths,
    folder: &Path,
) -> io::Result<()> {
    let write = |name: &str, text: &[u8]| fs::write(folder.join(name), text);
    let fasta = options.fasta.as_deref().map(|path| {
        let from = path.canonicalize()?;
        let folder = folder.canonicalize()?;
        Ok::<_, io::Error>(relative(&from, &folder))
    });
    let session = hub::session(options, subjects, lengths, fasta.transpose()?.as_deref());
    write("hub.txt", hub::hub(options).as_bytes())?;
    write("genomes.txt", hub::genomes(options).as_bytes())?;
    write("trackDb.txt", hub::track_db(subjects).as_bytes())?;
    write("chrom.sizes", &lengths.table())?;
    write(SESSION, session.as_bytes())?;
    match options.shard {
        Some((number, count)) => write(PART, format!("{number}/{count}\n").as_bytes()),
        None => Ok(()),
    }
}

/// Refuses two subjects with the same name.
fn check_names(subjects: &[Subject]) -> Result<()> {
    for (number, subject) in subjects.iter().enumerate() {
        let stem = subject.stem();
        let twice = subjects[..number].iter().any(|other| other.stem() == stem);
        ensure!(!twice, "two models give tracks with the name {stem}");
    }
    Ok(())
}
