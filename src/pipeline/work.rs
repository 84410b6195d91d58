//! Scoring of one unit by one worker: an outcome for each of its pieces.

use std::ops::Range;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};

use super::census;
use super::setup::{ModelStrand, Setup};
use super::strand::StrandWindows;
use super::unit::{Piece, Unit};
use super::values::{track_quantity, value};
use crate::call::Candidate;
use crate::engine::Scorer;
use crate::source::Place;
use crate::value::Value;
use crate::window::{Status, Survey};
use crate::write::{Merger, Row};

/// An interval of bases with the same status, for one model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusSpan {
    pub model: usize,
    pub start: usize,
    pub end: usize,
    pub status: Status,
}

/// The results of a piece, for its core.
pub struct Outcome {
    pub place: Arc<Place>,
    pub core: Range<usize>,
    /// Positions of the core that are reported on.
    pub report: Range<usize>,
    /// End of the stretch, if this is its last piece.
    pub end: Option<usize>,
    /// Status of each reported position. The spans of each model tile `report`.
    pub spans: Vec<StatusSpan>,
    /// Windows of the core that were scored, by model.
    pub windows: Vec<u64>,
    /// Those of them that report on an unaligned base of a read, by model.
    pub unplaced: Vec<u64>,
    pub found: PieceRows,
    /// Values for tracks, by channel; none if there are no tracks.
    pub marks: Vec<Vec<TrackValue>>,
    /// Windows by rarity and channel; empty if they are not counted.
    pub census: Vec<census::RarityCounts>,
}

/// The value in a track of one window, or of neighbours that have the same.
#[derive(Clone, Copy, Debug)]
pub struct TrackValue {
    pub start: usize,
    pub end: usize,
    pub value: Value,
}

impl TrackValue {
    /// Adds the value behind `all`. Neighbours may be parted on the contig, unless they `touch`.
    fn follow(self, all: &mut Vec<Self>, touch: bool) {
        match all.last_mut() {
            Some(last) if touch && last.end == self.start && last.value == self.value => {
                last.end = self.end;
            }
            _ => all.push(self),
        }
    }
}

pub enum PieceRows {
    /// Windows at or above the threshold with their channel, ascending within a channel.
    Candidates(Vec<(usize, Candidate)>),
    /// Rows as text, their number by channel, and the starts of the first and the last.
    Text {
        rows: Vec<u8>,
        counts: Vec<u64>,
        starts: Option<(usize, usize)>,
    },
    /// Rows as values.
    Rows(Vec<Row>),
    /// Steps of a track, merged within the piece.
    Steps(Vec<Row>),
}

/// The piece that is being scored.
struct ScoredPiece<'u> {
    piece: &'u Piece,
    codes: &'u [u8],
    survey: Survey<'u>,
    spans: Vec<StatusSpan>,
    windows: Vec<u64>,
    unplaced: Vec<u64>,
    found: Vec<(usize, Candidate)>,
    marks: Vec<Vec<TrackValue>>,
    census: Vec<census::RarityCounts>,
}

/// One thread's scorers.
pub struct Worker<'a> {
    setup: &'a Setup<'a>,
    scorers: Vec<Box<dyn Scorer>>,
}

impl<'a> Worker<'a> {
    pub fn new(setup: &'a Setup<'a>) -> Result<Self> {
        let scorers = setup.models.iter().map(|model| model.engine.scorer());
        Ok(Self {
            setup,
            scorers: scorers.collect::<Result<_>>()?,
        })
    }

    pub fn score(&mut self, unit: &Unit) -> Result<Vec<Outcome>> {
        let models = self.setup.models.len();
        let mut pieces: Vec<_> = unit
            .pieces
            .iter()
            .map(|piece| ScoredPiece {
                piece,
                codes: &unit.codes[piece.codes.clone()],
                survey: Survey::new(&unit.codes[piece.codes.clone()], self.setup.policy),
                spans: Vec::new(),
                windows: vec![0; models],
                unplaced: vec![0; models],
                found: Vec::new(),
                marks: self.setup.no_marks(),
                census: self.setup.no_windows(),
            })
            .collect();
        for model in 0..models {
            self.score_model(model, &mut pieces)?;
        }
        let outcome = |draft: ScoredPiece<'_>| Outcome {
            place: draft.piece.place.clone(),
            core: draft.piece.core.clone(),
            report: draft.piece.report(),
            end: draft.piece.last.then(|| draft.piece.held().end),
            spans: draft.spans,
            windows: draft.windows,
            unplaced: draft.unplaced,
            found: self.shape(draft.found, draft.piece),
            marks: draft.marks,
            census: draft.census,
        };
        Ok(pieces.into_iter().map(outcome).collect())
    }

    fn score_model(&mut self, model: usize, pieces: &mut [ScoredPiece<'_>]) -> Result<()> {
        let setup = self.setup;
        let mut bases: Vec<_> = pieces
            .iter()
            .map(|draft| vec![Status::Scored; draft.piece.core.len()])
            .collect();
        for track in &setup.models[model].tracks {
            self.score_track(model, track, pieces, &mut bases)?;
        }
        for (bases, draft) in bases.iter().zip(pieces) {
            let (core, report) = (&draft.piece.core, draft.piece.report());
            let bases = &bases[report.start - core.start..report.end - core.start];
            run_lengths(model, bases, report.start, &mut draft.spans);
        }
        Ok(())
    }

    /// Scores a model on one strand. `bases` gets the status of each base, the worst over strands.
    fn score_track(
        &mut self,
        model: usize,
        track: &ModelStrand,
        pieces: &mut [ScoredPiece<'_>],
        bases: &mut [Vec<Status>],
    ) -> Result<()> {
        let contract = self.setup.models[model].contract;
        let labels = track.channels.len();
        let scorer = self.scorers[model].as_mut();
        let mut scored = StrandWindows::new(scorer, track.strand, contract.window);
        let mut reported = Vec::with_capacity(pieces.len());
        for (draft, bases) in pieces.iter_mut().zip(bases) {
            if !draft.piece.place.wants(track.strand) {
                reported.push(Vec::new());
                continue;
            }
            let beside = self.setup.looks_beside(model);
            let (starts, of_track) = eligible(draft.piece, track, &draft.survey, beside);
            let worse = bases.iter_mut().zip(of_track);
            worse.for_each(|(status, other)| *status = other.max(*status));
            scored.seam();
            for &start in &starts {
                scored.push(draft.codes, start - draft.piece.origin)?;
            }
            let report = draft.piece.report();
            let wanted = |start: &&usize| report.contains(&(**start + track.grid.lead));
            draft.windows[model] += starts.iter().filter(wanted).count() as u64;
            if draft.piece.place.projection.is_some() {
                let reported = starts.iter().map(|start| start + track.grid.lead);
                let unplaced = reported.filter(|&at| !draft.piece.place.has(at));
                draft.unplaced[model] += unplaced.count() as u64;
            }
            reported.push(starts);
        }
        let outputs = scored
            .finish()
            .with_context(|| format!("model {} failed", contract.name))?;
        let mut outputs = outputs.chunks_exact(labels);
        for (draft, starts) in pieces.iter_mut().zip(reported) {
            for (start, outputs) in starts.into_iter().zip(&mut outputs) {
                let at = start + track.grid.lead;
                self.rate(track, model, at, outputs, draft)?;
            }
        }
        Ok(())
    }

    /// Turns a window's raw outputs into candidates.
    fn rate(
        &self,
        track: &ModelStrand,
        model: usize,
        at: usize,
        outputs: &[f32],
        draft: &mut ScoredPiece<'_>,
    ) -> Result<()> {
        let place = &draft.piece.place;
        let tracked = self.setup.has_tracks() && place.report.contains(&at) && place.has(at);
        let contract = self.setup.models[model].contract;
        let quantity = self.setup.compared();
        let reported = draft.piece.report().contains(&at);
        for (&output, &(label, channel)) in outputs.iter().zip(&track.channels) {
            ensure!(
                output.is_finite(),
                "model {} gives {output} at {}:{}",
                contract.name,
                String::from_utf8_lossy(&place.contig),
                at + 1
            );
            if output >= self.setup.channels[channel].least {
                let value = value(quantity, contract, label, output);
                draft.found.push((channel, Candidate { at, value, output }));
            }
            if let (Some(rungs), true) = (&self.setup.channels[channel].rungs, reported) {
                census::count(&mut draft.census[channel], rungs, output);
            }
            if tracked {
                let value = match output < self.setup.channels[channel].base_line {
                    true => Value::new(0.0),
                    false => value(track_quantity(contract), contract, label, output),
                };
                let stride = self.setup.models[model].stride;
                let mark = TrackValue {
                    start: at,
                    end: at + stride,
                    value,
                };
                mark.follow(&mut draft.marks[channel], place.projection.is_none());
            }
        }
        Ok(())
    }

    /// Results for the delivering thread. Calls need the pieces beside this one, rows do not.
    fn shape(&self, mut found: Vec<(usize, Candidate)>, piece: &Piece) -> PieceRows {
        let (setup, place) = (self.setup, &piece.place);
        if !setup.is_raw() {
            return PieceRows::Candidates(found);
        }
        found.sort_by_key(|&(channel, candidate)| (candidate.at, channel));
        found.retain(|&(_, candidate)| place.has(candidate.at));
        let rows = found.into_iter().map(|(channel, candidate)| {
            let Candidate { at, value, output } = candidate;
            let end = setup.row_end(channel, at, piece.held().end);
            Row {
                start: at,
                end,
                summit: Some(at),
                channel,
                value,
                output,
            }
        });
        // Rows that merge are made by the delivering thread.
        let layout = setup.layout();
        let rows = rows.filter(|row| layout.steps || place.keeps(row.start));
        let rows = rows.filter_map(|row| row.on_contig(place));
        if layout.steps {
            let mut merger = Merger::default();
            let mut steps: Vec<_> = rows.filter_map(|row| merger.push(row)).collect();
            steps.extend(merger.finish());
            return PieceRows::Steps(steps);
        }
        if !setup.shape.text {
            return PieceRows::Rows(rows.collect());
        }
        let (mut text, mut counts) = (Vec::new(), vec![0; setup.channels.len()]);
        let mut starts = None;
        for row in rows {
            starts = Some((starts.map_or(row.start, |(first, _)| first), row.start));
            counts[row.channel] += 1;
            (layout.row)(&setup.line(row, place), &mut text);
        }
        PieceRows::Text {
            rows: text,
            counts,
            starts,
        }
    }
}

/// The windows of the core that can be scored, and the status of the core's bases on this track.
/// Windows that report on no position to report are left out, unless `beside` is set.
fn eligible(
    piece: &Piece,
    track: &ModelStrand,
    survey: &Survey<'_>,
    beside: bool,
) -> (Vec<usize>, Vec<Status>) {
    let (grid, core, held) = (&track.grid, &piece.core, piece.held());
    let outside = if held.end - piece.place.start < grid.window {
        Status::ShortContig
    } else {
        Status::ContigEnd
    };
    let mut bases = vec![outside; core.len()];
    let mut starts = Vec::new();
    // A window that reports left of the core may cover the core's first bases.
    let left = core.start.saturating_sub(grid.stride - 1);
    for start in grid.starts(&held, left..core.end) {
        let status = survey.status(grid, start - piece.origin);
        let at = start + grid.lead;
        let covered = at.max(core.start)..(at + grid.stride).min(core.end);
        bases[covered.start - core.start..covered.end - core.start].fill(status);
        let wanted = at >= core.start && (beside || piece.place.report.contains(&at));
        if status == Status::Scored && wanted {
            starts.push(start);
        }
    }
    (starts, bases)
}

/// Appends the runs of equal status.
fn run_lengths(model: usize, bases: &[Status], origin: usize, spans: &mut Vec<StatusSpan>) {
    let mut start = origin;
    for run in bases.chunk_by(|a, b| a == b) {
        let end = start + run.len();
        spans.push(StatusSpan {
            model,
            start,
            end,
            status: run[0],
        });
        start = end;
    }
}
