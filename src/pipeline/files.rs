//! The files of a run: rows, unscored intervals, lengths of contigs.

use std::ops::Range;

use anyhow::Result;

use super::deliver::Writer;
use super::plan::Plan;
use crate::source::Lengths;
use crate::write::tracks::{Subject, Tracks};
use crate::write::{Layout, Line, RowOutput, Target, unscored};

/// The files of a run. Each takes its name when the run has succeeded.
pub struct Files {
    layout: &'static Layout,
    output: RowOutput,
    unscored: Option<Target>,
    sizes: Option<Target>,
    tracks: Option<Tracks>,
    /// Rows to write. It begins with the header, so that a run which reads nothing writes nothing.
    rows: Vec<u8>,
    intervals: Vec<u8>,
}

impl Files {
    /// Begins all files of a plan. `header` is the text above the rows, `subjects` are those of
    /// tracks, one a channel.
    pub fn begin(plan: &Plan, header: String, subjects: Vec<Subject>) -> Result<Self> {
        let begin = |options| Tracks::begin(options, subjects);
        let tracks = plan.tracks.as_ref().map(begin).transpose()?;
        Ok(Self {
            layout: plan.output.layout(),
            unscored: plan.unscored.as_deref().map(Target::beside).transpose()?,
            sizes: plan
                .chrom_sizes
                .as_deref()
                .map(Target::beside)
                .transpose()?,
            tracks,
            output: RowOutput::begin(&plan.output, &header)?,
            rows: header.into_bytes(),
            intervals: Vec::new(),
        })
    }

    /// Writes the rest, and gives the files their names. With `names`, rows have a column for
    /// names.
    pub fn finish(mut self, lengths: &Lengths, names: bool, threads: usize) -> Result<()> {
        self.pass()?;
        if let Some(tracks) = self.tracks {
            tracks.finish(lengths, threads)?;
        }
        self.output.finish(lengths, names, threads)?;
        if let Some(unscored) = self.unscored {
            unscored.finish()?;
        }
        if let Some(mut sizes) = self.sizes {
            sizes.write(&lengths.table())?;
            sizes.finish()?;
        }
        Ok(())
    }
}

impl Writer for Files {
    fn row(&mut self, line: &Line<'_>) {
        (self.layout.row)(line, &mut self.rows);
    }

    fn track_call(&mut self, line: &Line<'_>) {
        if let Some(tracks) = &mut self.tracks {
            tracks.call(line);
        }
    }

    fn track_value(&mut self, line: &Line<'_>) {
        if let Some(tracks) = &mut self.tracks {
            tracks.value(line);
        }
    }

    fn text(&mut self, rows: &[u8]) {
        self.rows.extend_from_slice(rows);
    }

    fn wants_unscored(&self) -> bool {
        self.unscored.is_some()
    }

    fn unscored(&mut self, name: &[u8], range: Range<usize>, reason: &str, model: &str) {
        let range = (range.start, range.end);
        unscored(name, range, reason, model, &mut self.intervals);
    }

    fn pass(&mut self) -> Result<()> {
        self.output.write(&self.rows)?;
        self.rows.clear();
        if let Some(tracks) = &mut self.tracks {
            tracks.pass()?;
        }
        if let Some(target) = &mut self.unscored {
            target.write(&self.intervals)?;
            self.intervals.clear();
        }
        Ok(())
    }

    fn idle(&mut self) -> Result<()> {
        self.output.idle()
    }

    fn flush(&mut self) -> Result<()> {
        self.output.flush()
    }
}
