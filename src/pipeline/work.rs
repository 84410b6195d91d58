//! A worker's part: a unit in, what was found in each of its pieces out.

use std::ops::Range;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};

use super::setup::{Setup, Track};
use super::strand::Windows;
use super::unit::{Contig, Piece, Unit};
use crate::call::Candidate;
use crate::engine::Scorer;
use crate::flags::Format;
use crate::value::Value;
use crate::window::{Status, Survey};
use crate::write::{Row, bed, bedgraph};

/// Bases of one model to which the same happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub model: usize,
    pub start: usize,
    pub end: usize,
    pub status: Status,
}

/// What was found in a piece, for its core.
pub struct Outcome {
    pub contig: Arc<Contig>,
    pub core: Range<usize>,
    /// Tiles the core once for each model.
    pub spans: Vec<Span>,
    /// Windows scored, by model.
    pub windows: Vec<u64>,
    pub found: Found,
}

pub enum Found {
    /// Windows over the threshold with their channel, ascending within a channel.
    Candidates(Vec<(usize, Candidate)>),
    /// Finished rows, and how many of each channel.
    Text { rows: Vec<u8>, counts: Vec<u64> },
    /// Rows of a bedGraph, merged within the piece.
    Steps(Vec<Row>),
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
        let setup = self.setup;
        let codes = |piece: &Piece| &unit.codes[piece.codes.clone()];
        let surveys: Vec<_> = unit
            .pieces
            .iter()
            .map(|piece| Survey::new(codes(piece), setup.policy))
            .collect();
        let mut spans = vec![Vec::new(); unit.pieces.len()];
        let mut windows = vec![vec![0; setup.models.len()]; unit.pieces.len()];
        let mut found = vec![Vec::new(); unit.pieces.len()];
        for (index, model) in setup.models.iter().enumerate() {
            let mut bases: Vec<_> = unit
                .pieces
                .iter()
                .map(|piece| vec![Status::Scored; piece.core.len()])
                .collect();
            for track in &model.tracks {
                let (contract, grid) = (model.contract, &track.grid);
                let mut scored = Windows::new(
                    self.scorers[index].as_mut(),
                    track.strand,
                    contract.labels.len(),
                    contract.window,
                    contract.step,
                );
                let mut reported = Vec::with_capacity(unit.pieces.len());
                for (at, piece) in unit.pieces.iter().enumerate() {
                    let (starts, of_track) = eligible(piece, track, &surveys[at]);
                    let worse = bases[at].iter_mut().zip(of_track);
                    worse.for_each(|(status, other)| *status = other.max(*status));
                    scored.seam();
                    for &start in &starts {
                        scored.push(codes(piece), start - piece.origin)?;
                    }
                    windows[at][index] += starts.len() as u64;
                    reported.push(starts);
                }
                let outputs = scored
                    .finish()
                    .with_context(|| format!("model {} failed", contract.name))?;
                let mut outputs = outputs.chunks_exact(contract.labels.len());
                for ((piece, starts), found) in unit.pieces.iter().zip(reported).zip(&mut found) {
                    for (start, outputs) in starts.into_iter().zip(&mut outputs) {
                        let at = start + grid.lead;
                        self.rate(track, index, at, outputs, piece, found)?;
                    }
                }
            }
            for ((bases, piece), spans) in bases.iter().zip(&unit.pieces).zip(&mut spans) {
                run_lengths(index, bases, piece.core.start, spans);
            }
        }
        let outcomes = unit
            .pieces
            .iter()
            .zip(found)
            .zip(spans.into_iter().zip(windows));
        Ok(outcomes
            .map(|((piece, found), (spans, windows))| Outcome {
                contig: piece.contig.clone(),
                core: piece.core.clone(),
                spans,
                windows,
                found: self.shape(found, &piece.contig),
            })
            .collect())
    }

    /// Turns a window's raw outputs into candidates.
    fn rate(
        &self,
        track: &Track,
        model: usize,
        at: usize,
        outputs: &[f32],
        piece: &Piece,
        found: &mut Vec<(usize, Candidate)>,
    ) -> Result<()> {
        let contract = self.setup.models[model].contract;
        for (label, (&output, &channel)) in outputs.iter().zip(&track.channels).enumerate() {
            ensure!(
                output.is_finite(),
                "model {} gives {output} at {}:{}",
                contract.name,
                String::from_utf8_lossy(&piece.contig.name),
                at + 1
            );
            let value = Value::new(contract.probability(label, output));
            if self.setup.channels[channel]
                .least
                .is_none_or(|least| value >= least)
            {
                found.push((channel, Candidate { at, value }));
            }
        }
        Ok(())
    }

    /// What is left to the writer: calls need the neighbouring pieces, rows do not.
    fn shape(&self, mut found: Vec<(usize, Candidate)>, contig: &Contig) -> Found {
        let setup = self.setup;
        if !setup.is_raw() {
            return Found::Candidates(found);
        }
        found.sort_by_key(|&(channel, candidate)| (candidate.at, channel));
        let rows = found.into_iter().map(|(channel, Candidate { at, value })| {
            let end = setup.row_end(channel, at, contig.len);
            Row {
                start: at,
                end,
                channel,
                value,
            }
        });
        match setup.plan.args.format {
            Format::BedGraph => {
                let mut merger = bedgraph::Merger::default();
                let mut steps: Vec<_> = rows.filter_map(|row| merger.push(row)).collect();
                steps.extend(merger.finish());
                Found::Steps(steps)
            }
            Format::Bed => {
                let (mut text, mut counts) = (Vec::new(), vec![0; setup.channels.len()]);
                for row in rows {
                    counts[row.channel] += 1;
                    let (label, strand) = setup.label(row.channel);
                    bed::row(&contig.name, &row, label, strand, &mut text);
                }
                Found::Text { rows: text, counts }
            }
        }
    }
}

/// Windows of the core that may be scored, and what becomes of the core's bases on this track.
fn eligible(piece: &Piece, track: &Track, survey: &Survey<'_>) -> (Vec<usize>, Vec<Status>) {
    let (grid, core, len) = (&track.grid, &piece.core, piece.contig.len);
    let outside = if len < grid.window {
        Status::ShortContig
    } else {
        Status::ContigEnd
    };
    let mut bases = vec![outside; core.len()];
    let mut starts = Vec::new();
    // A window that reports left of the core may cover its first bases.
    let left = core.start.saturating_sub(grid.stride - 1);
    for start in grid.starts(len, left..core.end) {
        let status = survey.status(grid, start - piece.origin);
        let at = start + grid.lead;
        let covered = at.max(core.start)..(at + grid.stride).min(core.end);
        bases[covered.start - core.start..covered.end - core.start].fill(status);
        if status == Status::Scored && at >= core.start {
            starts.push(start);
        }
    }
    (starts, bases)
}

/// Appends the runs of equal status.
fn run_lengths(model: usize, bases: &[Status], origin: usize, spans: &mut Vec<Span>) {
    let mut start = origin;
    for run in bases.chunk_by(|a, b| a == b) {
        let end = start + run.len();
        spans.push(Span {
            model,
            start,
            end,
            status: run[0],
        });
        start = end;
    }
}
