//! The last step: turns outcomes, in input order, into calls, rows and the ledger.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;

use super::Observer;
use super::census::Census;
use super::ledger::Ledger;
use super::setup::Setup;
use super::sorted::Sorted;
use super::work::{Outcome, PieceRows, StatusSpan, TrackValue};
use crate::call::{Best, Call, Caller};
use crate::source::Place;
use crate::window::Status;
use crate::write::{Line, Merger, Ordered, Row};

/// Takes the results of a run, in order.
pub trait Writer {
    /// Takes a row.
    fn row(&mut self, line: &Line<'_>);

    /// Takes a call for its track, if there are tracks.
    fn track_call(&mut self, _line: &Line<'_>) {}

    /// Takes a step of the values of a track, if there are tracks.
    fn track_value(&mut self, _line: &Line<'_>) {}

    /// Takes rows that are text already.
    fn text(&mut self, rows: &[u8]);

    /// Whether unscored intervals are wanted.
    fn wants_unscored(&self) -> bool;

    /// Takes an unscored interval of a contig or a read.
    fn unscored(&mut self, name: &[u8], range: Range<usize>, reason: &str, model: &str);

    /// Passes on what was taken.
    fn pass(&mut self) -> Result<()>;

    /// The input has paused: what can be written is written now.
    fn idle(&mut self) -> Result<()>;

    /// The run has ended or failed; nothing more comes.
    fn flush(&mut self) -> Result<()>;
}

/// Takes the outcomes of pieces from left to right, stretch by stretch.
pub struct Delivery<'a> {
    setup: &'a Setup<'a>,
    /// Set when all rows of a shard are written, though its last stretch goes on.
    settled: &'a AtomicBool,
    observer: &'a dyn Observer,
    pub ledger: Ledger,
    /// Order of the rows that were written.
    pub sorted: Sorted,
    /// Counts for a report, if there is to be one.
    pub census: Option<Census>,
    writer: &'a mut dyn Writer,
    callers: Vec<Caller>,
    calls: Ordered<Row>,
    best: Option<Best>,
    merger: Merger,
    /// For each channel, the steps of its track.
    steps: Vec<Merger>,
    /// The open unscored interval of each model.
    open: Vec<Option<StatusSpan>>,
    gaps: Ordered<StatusSpan>,
}

impl<'a> Delivery<'a> {
    pub fn new(
        setup: &'a Setup<'a>,
        settled: &'a AtomicBool,
        observer: &'a dyn Observer,
        ledger: Ledger,
        writer: &'a mut dyn Writer,
    ) -> Self {
        Self {
            setup,
            settled,
            observer,
            ledger,
            sorted: Sorted::default(),
            census: setup.census(),
            writer,
            callers: setup.callers(),
            calls: Ordered::default(),
            best: setup.best(),
            merger: Merger::default(),
            steps: setup.channels.iter().map(|_| Merger::default()).collect(),
            open: vec![None; setup.models.len()],
            gaps: Ordered::default(),
        }
    }

    pub fn push(&mut self, outcome: Outcome) -> Result<()> {
        let Outcome {
            place,
            core,
            report,
            end,
            spans,
            windows,
            unplaced,
            found,
            marks,
            census,
        } = outcome;
        if let Some(taken) = &mut self.census {
            taken.piece(&place.contig, &report, &census);
        }
        // A record is counted at its last piece.
        let ends = end.is_some_and(|end| end <= place.own.end);
        self.ledger.records += u64::from(ends);
        self.ledger.bases += report.len() as u64;
        if let Some(end) = end {
            self.ledger.longest = self.ledger.longest.max((end - place.start) as u64);
        }
        for (model, (windows, unplaced)) in
            (self.ledger.models.iter_mut()).zip(windows.into_iter().zip(unplaced))
        {
            model.windows += windows;
            model.unplaced += unplaced;
        }
        for span in spans {
            self.ledger.models[span.model].add(span.status, span.end - span.start);
            if self.writer.wants_unscored() {
                self.gap(span);
            }
        }
        // All rows that start left of it have come.
        let frontier = match found {
            PieceRows::Text {
                rows,
                counts,
                starts,
            } => {
                if let Some((first, last)) = starts {
                    self.sorted.rows(&place.contig, first, last);
                }
                for (channel, count) in counts.into_iter().enumerate() {
                    self.count(channel, count);
                }
                self.writer.text(&rows);
                core.end
            }
            PieceRows::Rows(rows) => {
                for row in rows {
                    self.written(&row, &place);
                }
                core.end
            }
            PieceRows::Steps(rows) => {
                let mut whole: Vec<_> = rows
                    .into_iter()
                    .filter_map(|row| self.merger.push(row))
                    .collect();
                if end.is_some() {
                    whole.extend(self.merger.finish());
                }
                whole.retain(|row| place.keeps(row.start));
                whole.iter().for_each(|row| self.row(row, &place));
                self.merger.start().unwrap_or(core.end)
            }
            PieceRows::Candidates(found) => {
                let mut calls = Vec::new();
                for (channel, candidate) in found {
                    self.callers[channel].push(candidate, &mut calls);
                    self.hold(channel, &mut calls, &place);
                }
                self.settle(core.end, end, &place)
            }
        };
        let frontier = frontier.min(self.track_values(marks, core.end, end, &place));
        if end.is_none() && frontier >= place.own.end {
            self.settled.store(true, Ordering::Relaxed);
        }
        self.observer.scored(self.ledger.bases);
        self.write_gaps(end.is_some() || core.end >= place.own.end, &place);
        self.writer.pass()
    }

    /// The input has paused: what can be written is written now.
    pub fn idle(&mut self) -> Result<()> {
        self.writer.idle()
    }

    /// The run has ended or failed; nothing more comes.
    pub fn flush(&mut self) -> Result<()> {
        self.writer.flush()
    }

    fn count(&mut self, channel: usize, rows: u64) {
        let channel = &self.setup.channels[channel];
        self.ledger.models[channel.model].rows[channel.head] += rows;
    }

    /// Calls are kept until no call of another channel can start before them.
    fn hold(&mut self, channel: usize, calls: &mut Vec<Call>, place: &Place) {
        let setup = self.setup;
        let wanted = |call: &Call| place.keeps(call.start) && setup.is_long(channel, call);
        for call in calls.drain(..).filter(wanted) {
            let row = Row {
                start: call.start,
                end: call.end,
                summit: Some(call.summit),
                channel,
                value: call.value,
                output: call.output,
            };
            self.calls.push(call.start, channel, row);
        }
    }

    /// Writes the calls that no later call can precede, given that all windows left of `known`, or
    /// up to the stretch's `end`, have come. Returns where the next call may start.
    fn settle(&mut self, known: usize, end: Option<usize>, place: &Place) -> usize {
        let (mut calls, mut frontier) = (Vec::new(), usize::MAX);
        for channel in 0..self.callers.len() {
            let caller = &mut self.callers[channel];
            match end {
                Some(end) => caller.finish(end, &mut calls),
                None => frontier = frontier.min(caller.advance(known, &mut calls)),
            }
            self.hold(channel, &mut calls, place);
        }
        let mut ready: Vec<_> = self.calls.release(frontier).collect();
        if let Some(best) = &mut self.best {
            ready.retain(|row| row.on_contig(place).is_some());
            let label = |row: &Row| self.setup.label(row.channel);
            ready = ready
                .into_iter()
                .flat_map(|row| best.push(label(&row), row))
                .collect();
            if end.is_some() {
                ready.extend(best.finish());
            }
        }
        for row in ready {
            self.row(&row, place);
        }
        frontier
    }

    fn row(&mut self, row: &Row, place: &Place) {
        if let Some(row) = row.on_contig(place) {
            self.written(&row, place);
        }
    }

    /// Writes a row at its place on the contig.
    fn written(&mut self, row: &Row, place: &Place) {
        self.count(row.channel, 1);
        self.sorted.rows(&place.contig, row.start, row.start);
        if let Some(census) = &mut self.census {
            let model = self.setup.channels[row.channel].model;
            census.call(&place.contig, model, row.start);
        }
        self.writer.row(&self.setup.line(*row, place));
        if self.setup.has_tracks() {
            self.writer.track_call(&self.setup.track_line(*row, place));
        }
    }

    /// Passes on the steps of tracks that are complete. Returns where the next one may start.
    fn track_values(
        &mut self,
        marks: Vec<Vec<TrackValue>>,
        known: usize,
        end: Option<usize>,
        place: &Place,
    ) -> usize {
        let mut frontier = known;
        for (channel, marks) in marks.into_iter().enumerate() {
            let rows = marks.into_iter().map(|mark| Row {
                start: mark.start,
                end: mark.end.min(end.unwrap_or(usize::MAX)),
                summit: None,
                channel,
                value: mark.value,
                output: 0.0,
            });
            let rows = rows.filter_map(|row| row.on_contig(place));
            let merger = &mut self.steps[channel];
            let mut whole: Vec<_> = rows.filter_map(|row| merger.push(row)).collect();
            if end.is_some() {
                whole.extend(merger.finish());
            }
            frontier = frontier.min(merger.start().unwrap_or(known));
            for row in whole.into_iter().filter(|row| place.keeps(row.start)) {
                self.writer.track_value(&self.setup.step(row, place));
            }
        }
        frontier
    }

    /// Extends the interval before if this one follows it with the same reason.
    fn gap(&mut self, span: StatusSpan) {
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

    fn write_gaps(&mut self, last: bool, place: &Place) {
        if !self.writer.wants_unscored() {
            return;
        }
        if last {
            for open in self.open.iter_mut().filter_map(Option::take) {
                self.gaps.push(open.start, open.model, open);
            }
        }
        let frontier = self.open.iter().flatten().map(|open| open.start).min();
        // Not all bases of a read are on the contig, so their interval is given on the read.
        let whose = match &place.projection {
            Some(_) => place.name.as_ref().unwrap_or(&place.contig),
            None => &place.contig,
        };
        for span in self.gaps.release(frontier.unwrap_or(usize::MAX)) {
            let model = &self.ledger.models[span.model].name;
            let (range, reason) = (span.start..span.end, span.status.into());
            self.writer.unscored(whose, range, reason, model);
        }
    }
}
