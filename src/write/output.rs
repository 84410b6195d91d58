//! Where rows go, as the flags have it.

use anyhow::Result;

use super::index::Columns;
use super::target::{Form, Target};
use crate::flags::Args;
use crate::source::Lengths;

pub enum Output {
    Text(Target),
    /// Text with an index beside it.
    Indexed(Target, Columns),
}

impl Output {
    /// Begins what the flags ask for; `head` is the text above the rows.
    pub fn begin(args: &Args, head: &str) -> Result<Self> {
        let layout = args.layout();
        let form = if args.bgzip { Form::Bgzip } else { Form::Text };
        match &args.output {
            Some(path) if args.index => {
                let columns = layout.index.below(head);
                Ok(Self::Indexed(Target::file(path, form)?, columns))
            }
            Some(path) => Ok(Self::Text(Target::file(path, form)?)),
            None => Ok(Self::Text(Target::stdout(form)?)),
        }
    }

    /// Takes whole rows.
    pub fn write(&mut self, rows: &[u8]) -> Result<()> {
        match self {
            Self::Text(target) | Self::Indexed(target, _) => target.write(rows),
        }
    }

    /// Writes out what is buffered.
    pub fn flush(&mut self) -> Result<()> {
        match self {
            Self::Text(target) | Self::Indexed(target, _) => target.flush(),
        }
    }

    /// Writes out all, and gives a file its name.
    pub fn finish(self, lengths: &Lengths) -> Result<()> {
        match self {
            Self::Text(target) => target.finish(),
            Self::Indexed(target, columns) => target.finish_indexed(columns, lengths.longest()),
        }
    }
}
