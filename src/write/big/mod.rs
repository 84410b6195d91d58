//! bigWig and bigBed: files with an index and summaries, made when all rows have come.

pub mod autosql;
#[cfg(feature = "bigwig")]
mod complete;
#[cfg(feature = "bigwig")]
mod convert;
#[cfg(not(feature = "bigwig"))]
#[path = "without.rs"]
mod convert;
mod empty;
pub mod entry;
mod gather;
#[cfg(feature = "bigwig")]
mod read;
pub mod spool;

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

use super::whole::Whole;
use super::{BrowserTrack, Layout, bed, bedgraph};
use crate::source::Lengths;
#[cfg(not(feature = "bigwig"))]
use convert as read;
use convert::{big_bed, big_wig};
use empty::BigHeader;
use entry::text;
pub use gather::gather;
use spool::Spool;

const BIG_WIG: u32 = 0x888f_fc26;
const BIG_BED: u32 = 0x8789_f2eb;

pub(in crate::write) const WIG: Layout = Layout {
    track: BrowserTrack::None,
    stored: Some(Kind::BigWig),
    ..bedgraph::LAYOUT
};
pub(in crate::write) const BED: Layout = Layout {
    comments: false,
    track: BrowserTrack::None,
    stored: Some(Kind::BigBed),
    ..bed::LAYOUT
};

/// The two formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// From rows of bedGraph.
    BigWig,
    /// From rows of BED.
    BigBed,
}

/// A file that is being written.
pub struct Big {
    kind: Kind,
    name: String,
    whole: Whole,
    spool: Spool,
}

impl Big {
    /// Begins a file, which gets its name on [`Self::finish`]. Rows are kept until then in a file
    /// without a name in the same folder.
    pub fn file(path: &Path, kind: Kind) -> Result<Self> {
        let name = path.display().to_string();
        let begun = Whole::begin(path).and_then(|whole| {
            let spool = whole.as_ref().map(|whole| Spool::new(whole.folder()));
            Ok((whole, spool.transpose()?))
        });
        match begun.with_context(|| name.clone())? {
            (Some(whole), Some(spool)) => Ok(Self {
                kind,
                name,
                whole,
                spool,
            }),
            _ => {
                anyhow::bail!("{name}: is not a regular file, which the format needs")
            }
        }
    }

    /// Adds whole rows.
    pub fn write(&mut self, rows: &[u8]) -> Result<()> {
        self.spool.push(rows).with_context(|| self.name.clone())
    }

    /// Writes the file and gives it its name. With `names`, rows have a column for names.
    pub fn finish(self, lengths: &Lengths, names: bool, threads: usize) -> Result<()> {
        let name = self.name.clone();
        self.convert(lengths, names, threads).context(name)
    }

    fn convert(self, lengths: &Lengths, names: bool, threads: usize) -> Result<()> {
        let Self {
            kind, whole, spool, ..
        } = self;
        let rows = spool.finish()?;
        let mut of_rows = HashMap::with_capacity(rows.len());
        for contig in rows.iter().map(|rows| &rows.contig) {
            let bases = lengths.of(contig).unwrap_or_default();
            of_rows.insert(text(contig)?, u32::try_from(bases).unwrap_or(u32::MAX));
        }
        let mut file = whole.file.as_file();
        match kind {
            Kind::BigWig if rows.is_empty() => {
                let head = BigHeader {
                    magic: BIG_WIG,
                    columns: (0, 0),
                    autosql: "",
                };
                empty::write(&head, &mut file)?;
            }
            Kind::BigWig => big_wig(file, rows, of_rows, threads)?,
            Kind::BigBed => {
                const STANDARD: u16 = 6;
                let (autosql, columns) = match names {
                    true => (autosql::with_names(), STANDARD + 2),
                    false => (autosql::CALLS.to_owned(), STANDARD + 1),
                };
                if rows.is_empty() {
                    let head = BigHeader {
                        magic: BIG_BED,
                        columns: (columns, STANDARD),
                        autosql: &autosql,
                    };
                    empty::write(&head, &mut file)?;
                } else {
                    big_bed(file, rows, of_rows, threads, (autosql, STANDARD))?;
                }
            }
        }
        file.flush()?;
        whole.publish()?;
        Ok(())
    }
}
