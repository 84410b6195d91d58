//! Where rows go, as the flags have it.

use anyhow::Result;

use super::big::Big;
use super::index::Columns;
use super::target::{Form, Target};
use crate::flags::Args;
use crate::source::Lengths;

pub enum Output {
    Text(Target),
    /// Text with an index beside it.
    Indexed(Target, Columns),
    Big(Big),
}

impl Output {
    /// Begins what the flags ask for; `head` is the text above the rows.
    pub fn begin(args: &Args, head: &str) -> Result<Self> {
        let layout = args.layout();
        let form = if args.bgzip { Form::Bgzip } else { Form::Text };
        match (&args.output, layout.stored) {
            (Some(path), Some(kind)) => Ok(Self::Big(Big::file(path, kind)?)),
            (Some(path), None) if args.index => {
                let columns = layout.index.below(head);
                Ok(Self::Indexed(Target::file(path, form)?, columns))
            }
            (Some(path), None) => Ok(Self::Text(Target::file(path, form)?)),
            (None, _) => Ok(Self::Text(Target::stdout(form)?)),
        }
    }

    /// Takes whole rows.
    pub fn write(&mut self, rows: &[u8]) -> Result<()> {
        match self {
            Self::Text(target) | Self::Indexed(target, _) => target.write(rows),
            Self::Big(big) => big.write(rows),
        }
    }

    /// Writes out what can be written before all rows have come.
    pub fn flush(&mut self) -> Result<()> {
        match self {
            Self::Text(target) | Self::Indexed(target, _) => target.flush(),
            Self::Big(_) => Ok(()),
        }
    }

    /// Writes out all, and gives a file its name. With `names`, rows have a column for them.
    pub fn finish(self, lengths: &Lengths, names: bool, threads: usize) -> Result<()> {
        match self {
            Self::Text(target) => target.finish(),
            Self::Indexed(target, columns) => target.finish_indexed(columns, lengths.longest()),
            Self::Big(big) => big.finish(lengths, names, threads),
        }
    }
}
