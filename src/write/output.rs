//! Where rows go.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::Format;
use super::big::Big;
use super::index::{Columns, hidden};
use super::layout::Layout;
use super::target::{Form, Target};
use crate::source::Lengths;

/// What is to be written, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Destination {
    pub format: Format,
    /// File to write; standard output if none.
    pub path: Option<PathBuf>,
    /// Text is compressed to block gzip.
    pub bgzip: bool,
    /// An index is written beside the output.
    pub index: bool,
    /// Lines above the rows that say where these come from.
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
    /// Text with an index beside it; and the bytes of its header, until they are written.
    Indexed(Target, Columns, usize),
    Big(Big),
}

impl RowOutput {
    /// Begins what is asked for; `head` is the text above the rows.
    pub fn begin(to: &Destination, head: &str) -> Result<Self> {
        let layout = to.layout();
        let form = if to.bgzip { Form::Bgzip } else { Form::Text };
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

    /// Takes whole rows.
    pub fn write(&mut self, rows: &[u8]) -> Result<()> {
        match self {
            Self::Text(target) => target.write(rows),
            Self::Indexed(target, _, head) => {
                if let Some(contig) = hidden(rows, std::mem::take(head)) {
                    let (name, contig) = (target.name(), String::from_utf8_lossy(contig));
                    bail!(
                        "{name}: an index passes over the rows of contig {contig}, as of comments"
                    );
                }
                target.write(rows)
            }
            Self::Big(big) => big.write(rows),
        }
    }

    /// Writes out the rows that have come, if that changes no byte of the output: what is
    /// compressed is cut into blocks by its bytes alone.
    pub fn idle(&mut self) -> Result<()> {
        match self {
            Self::Text(target) => target.flush_text(),
            Self::Indexed(..) | Self::Big(_) => Ok(()),
        }
    }

    /// Writes out what can be written before all rows have come.
    pub fn flush(&mut self) -> Result<()> {
        match self {
            Self::Text(target) | Self::Indexed(target, ..) => target.flush(),
            Self::Big(_) => Ok(()),
        }
    }

    /// Writes out all, and gives a file its name. With `names`, rows have a column for them.
    pub fn finish(self, lengths: &Lengths, names: bool, threads: usize) -> Result<()> {
        match self {
            Self::Text(target) => target.finish(),
            Self::Indexed(target, columns, _) => target.finish_indexed(columns, lengths.longest()),
            Self::Big(big) => big.finish(lengths, names, threads),
        }
    }
}
