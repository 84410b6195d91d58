//! The output of rows: destination, compression and index.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::Format;
use super::big::Big;
use super::index::{Columns, hidden};
use super::layout::Layout;
use super::target::{Encoding, Target};
use crate::source::Lengths;

/// Options of the output.
#[derive(Clone, Debug, PartialEq)]
pub struct Destination {
    pub format: Format,
    /// File to write; standard output if none.
    pub path: Option<PathBuf>,
    /// Text is compressed to block gzip.
    pub bgzip: bool,
    /// An index is written beside the output.
    pub index: bool,
    /// Whether `#` lines with the provenance stand above the rows.
    pub header: bool,
    /// A line for browsers above the rows.
    pub track: bool,
    /// Rows of BED have colours.
    pub colors: bool,
}

impl Destination {
    pub fn layout(&self) -> &'static Layout {
        self.format.layout(self.track, self.colors)
    }
}

pub enum RowOutput {
    Text(Target),
    /// Text with an index beside it; and the length of its header, until the header is written.
    Indexed(Target, Columns, usize),
    Big(Big),
}

impl RowOutput {
    /// Begins an output; `head` is the text above the rows.
    pub fn begin(to: &Destination, head: &str) -> Result<Self> {
        let layout = to.layout();
        let form = if to.bgzip {
            Encoding::Bgzip
        } else {
            Encoding::Text
        };
        match (&to.path, layout.stored) {
            (Some(path), Some(kind)) => Ok(Self::Big(Big::file(path, kind)?)),
            (Some(path), None) if to.index => {
                let columns = layout.index.below(head);
                let target = Target::file(path, form)?;
                Ok(Self::Indexed(target, columns, head.len()))
            }
            (Some(path), None) => Ok(Self::Text(Target::file(path, form)?)),
            (None, _) => Ok(Self::Text(Target::stdout(form)?)),
        }
    }

    /// Writes whole rows.
    pub fn write(&mut self, rows: &[u8]) -> Result<()> {
        match self {
            Self::Text(target) => target.write(rows),
            Self::Indexed(target, _, head) => {
                if let Some(contig) = hidden(rows, std::mem::take(head)) {
                    let (name, contig) = (target.name(), String::from_utf8_lossy(contig));
                    bail!("{name}: an index would take the rows of contig {contig} for comments");
                }
                target.write(rows)
            }
            Self::Big(big) => big.write(rows),
        }
    }

    /// Flushes plain text. Compressed text is not flushed: its blocks must not depend on time.
    pub fn idle(&mut self) -> Result<()> {
        match self {
            Self::Text(target) => target.flush_text(),
            Self::Indexed(..) | Self::Big(_) => Ok(()),
        }
    }

    /// Flushes all that can be written before the last row.
    pub fn flush(&mut self) -> Result<()> {
        match self {
            Self::Text(target) | Self::Indexed(target, ..) => target.flush(),
            Self::Big(_) => Ok(()),
        }
    }

    /// Writes the rest, and gives a file its name. With `names`, rows have a column for names.
    pub fn finish(self, lengths: &Lengths, names: bool, threads: usize) -> Result<()> {
        match self {
            Self::Text(target) => target.finish(),
            Self::Indexed(target, columns, _) => target.finish_indexed(columns, lengths.longest()),
            Self::Big(big) => big.finish(lengths, names, threads),
        }
    }
}
