//! The last part: outcomes in input order become calls, rows and the ledger.

use anyhow::Result;

use super::setup::Setup;
use super::unit::Contig;
use super::work::{Found, Outcome, Span};
use crate::call::{Call, Caller};
use crate::flags::Format;
use crate::report::Ledger;
use crate::window::Status;
use crate::write::{Ordered, Row, Target, bed, bedgraph, unscored};

/// Takes the outcomes of a record's pieces from left to right, record by record.
pub struct Delivery<'a> {
    setup: &'a Setup<'a>,
    pub ledger: Ledger,
    pub output: Target,
    pub unscored: Option<Target>,
    callers: Vec<Caller>,
    calls: Ordered<Row>,
    merger: bedgraph::Merger,
    /// The open unscored interval of each model.
    open: Vec<Option<Span>>,
    gaps: Ordered<Span>,
    text: Vec<u8>,
}

impl<'a> Delivery<'a> {
    pub fn new(
        setup: &'a Setup<'a>,
        ledger: Ledger,
        output: Target,
        unscored: Option<Target>,
    ) -> Self {
        Self {
            setup,
            ledger,
            output,
            unscored,
            callers: setup.callers(),
            calls: Ordered::default(),
            merger: bedgraph::Merger::default(),
            open: vec![None; setup.models.len()],
            gaps: Ordered::default(),
            text: Vec::new(),
        }
    }

    pub fn push(&mut self, outcome: Outcome) -> Result<()> {
        let Outcome {
            contig,
            core,
            spans,
            windows,
            found,
        } = outcome;
        let last = core.end == contig.len;
        self.ledger.records += u64::from(last);
        self.ledger.bases += core.len() as u64;
        for (model, windows) in self.ledger.models.iter_mut().zip(windows) {
            model.windows += windows;
        }
        for span in spans {
            self.ledger.models[span.model].add(span.status, span.end - span.start);
            if self.unscored.is_some() {
                self.gap(span);
            }
        }
        match found {
            Found::Text { rows, counts } => {
                for (channel, count) in counts.into_iter().enumerate() {
                    self.count(channel, count);
                }
                self.output.write(&rows)?;
            }
            Found::Steps(rows) => {
                for row in rows {
                    if let Some(row) = self.merger.push(row) {
                        self.row(&row, &contig);
                    }
                }
                if last && let Some(row) = self.merger.finish() {
                    self.row(&row, &contig);
                }
            }
            Found::Candidates(found) => {
                let mut calls = Vec::new();
                for (channel, candidate) in found {
                    self.callers[channel].push(candidate, &mut calls);
                    self.hold(channel, &mut calls);
                }
                self.settle(core.end, &contig);
            }
        }
        self.output.write(&self.text)?;
        self.text.clear();
        self.write_gaps(core.end, &contig)
    }

    fn count(&mut self, channel: usize, rows: u64) {
        let channel = &self.setup.channels[channel];
        self.ledger.models[channel.model].rows[channel.label] += rows;
    }

    /// Calls wait for those of other channels that start before them.
    fn hold(&mut self, channel: usize, calls: &mut Vec<Call>) {
        for Call { start, end, value } in calls.drain(..) {
            self.calls.push(
                start,
                channel,
                Row {
                    start,
                    end,
                    channel,
                    value,
                },
            );
        }
    }

    /// Writes the calls that nothing can come before, once all left of `end` is known.
    fn settle(&mut self, end: usize, contig: &Contig) {
        let (mut calls, mut frontier) = (Vec::new(), usize::MAX);
        for channel in 0..self.callers.len() {
            let caller = &mut self.callers[channel];
            if end == contig.len {
                caller.finish(contig.len, &mut calls);
            } else {
                frontier = frontier.min(caller.advance(end, &mut calls));
            }
            self.hold(channel, &mut calls);
        }
        let ready: Vec<_> = self.calls.release(frontier).collect();
        for row in ready {
            self.row(&row, contig);
        }
    }

    fn row(&mut self, row: &Row, contig: &Contig) {
        self.count(row.channel, 1);
        let (label, strand) = self.setup.label(row.channel);
        match self.setup.plan.args.format {
            Format::Bed => bed::row(&contig.name, row, label, strand, &mut self.text),
            Format::BedGraph => bedgraph::row(&contig.name, row, &mut self.text),
        }
    }

    /// Joins an interval to the one before if it goes on with the same reason.
    fn gap(&mut self, span: Span) {
        let open = &mut self.open[span.model];
        match open {
            Some(before) if before.end == span.start && before.status == span.status => {
                before.end = span.end;
            }
            _ => {
                let before = match span.status {
                    Status::Scored => open.take(),
                    _ => open.replace(span),
                };
                if let Some(before) = before {
                    self.gaps.push(before.start, before.model, before);
                }
            }
        }
    }

    fn write_gaps(&mut self, end: usize, contig: &Contig) -> Result<()> {
        let Some(target) = &mut self.unscored else {
            return Ok(());
        };
        if end == contig.len {
            for open in self.open.iter_mut().filter_map(Option::take) {
                self.gaps.push(open.start, open.model, open);
            }
        }
        let frontier = self.open.iter().flatten().map(|open| open.start).min();
        for span in self.gaps.release(frontier.unwrap_or(usize::MAX)) {
            let model = &self.ledger.models[span.model].name;
            let range = (span.start, span.end);
            unscored(
                &contig.name,
                range,
                span.status.word(),
                model,
                &mut self.text,
            );
        }
        target.write(&self.text)?;
        self.text.clear();
        Ok(())
    }
}
