//! Settings that all parts of a run share: tracks, channels and thresholds.

use std::sync::Arc;

use super::census::{Census, RUNGS, RarityCounts, rungs};
use super::plan::{LoadedModel, ScoredLabel, Scoring};
use super::reach::Reach;
use super::values::{base_line, threshold_output, track_quantity, value};
use super::work::TrackValue;
use crate::call::{Best, Call, Caller, Threshold};
use crate::engine::Engine;
use crate::model::{CallShape, Contract, Model, Strandedness};
use crate::sequence::{Strand, StrandChoice};
use crate::source::Place;
use crate::value::Quantity;
use crate::window::{Grid, Policy, Softmask};
use crate::write::tracks::Subject;
use crate::write::{Layout, Line, Provenance, Row, RowKinds, RowThreshold, color};

/// A model on one strand, or on both at once if it is symmetric.
#[derive(Clone, Debug)]
pub struct ModelStrand {
    pub strand: Strand,
    pub grid: Grid,
    /// Number and channel of each label that is scored, in the order of the engine's outputs.
    pub channels: Vec<(usize, usize)>,
}

/// One label of a track. Calls are made within a channel, and rows at one position are sorted by
/// channel.
#[derive(Clone, Debug)]
pub struct Channel {
    pub model: usize,
    /// Number of the label among those of the model.
    pub label: usize,
    /// Number of the label among those that are scored.
    pub head: usize,
    pub strand: Strand,
    /// Least raw output whose value makes a row.
    pub least: f32,
    /// A raw output below which its track is at the base line.
    pub base_line: f32,
    /// Steps of rarity, if windows are counted by them.
    pub rungs: Option<[f32; RUNGS]>,
}

/// A model as the workers see it.
pub struct Scored<'a> {
    pub model: &'a Model,
    pub contract: &'a Contract,
    pub engine: &'a Arc<dyn Engine>,
    pub stride: usize,
    pub tracks: Vec<ModelStrand>,
    /// Distance of calls, in bases: [`Contract::distance`] or that of the command line.
    pub distance: usize,
    /// Labels that are scored, and their thresholds; no threshold if every window is a row.
    pub least: Vec<(usize, Option<RowThreshold>)>,
}

/// What is made of scores.
#[derive(Clone, Copy)]
pub struct RowShape {
    pub layout: &'static Layout,
    /// Whether rows have a column for names.
    pub names: bool,
    /// Whether workers write rows of windows as text. If not, rows are delivered as values.
    pub text: bool,
    /// Whether there are tracks, of values and calls.
    pub tracks: bool,
    /// Whether calls are counted along contigs, and windows by rarity.
    pub census: bool,
}

pub struct Setup<'a> {
    scoring: &'a Scoring,
    pub shape: RowShape,
    chunk_size: usize,
    pub models: Vec<Scored<'a>>,
    /// By model, then label, then strand.
    pub channels: Vec<Channel>,
    pub policy: Policy,
    pub reach: Reach,
}

impl<'a> Setup<'a> {
    /// `chunk_size`: reported positions of a work unit, in bases.
    pub fn new(
        models: &'a [LoadedModel],
        scoring: &'a Scoring,
        shape: RowShape,
        chunk_size: usize,
    ) -> Self {
        let mut channels = Vec::new();
        let models: Vec<_> = models
            .iter()
            .enumerate()
            .map(|(index, loaded)| scored(scoring, shape, loaded, index, &mut channels))
            .collect();
        let mut reach = Reach::default();
        for model in &models {
            reach.include(model, scoring.raw, shape.tracks);
        }
        let policy = Policy {
            max_n: scoring.max_n,
            skip_soft: scoring.softmask == Softmask::Skip,
        };
        Self {
            scoring,
            shape,
            chunk_size,
            models,
            channels,
            policy,
            reach,
        }
    }

    /// Reported positions of a work unit, in bases.
    pub fn chunk(&self) -> usize {
        self.reach.chunk(self.chunk_size)
    }

    pub fn layout(&self) -> &'static Layout {
        self.shape.layout
    }

    /// A row that lies on the contig of a place, and all that can be said of it.
    pub fn line<'s>(&'s self, mut row: Row, place: &'s Place) -> Line<'s> {
        let Channel {
            model,
            label,
            strand,
            ..
        } = self.channels[row.channel];
        let name = place.name.as_deref().unwrap_or(b".");
        let model = self.models[model].contract;
        match self.scoring.quantity {
            // Calls are compared by raw output.
            Quantity::Probability => {}
            quantity => row.value = value(quantity, model, label, row.output),
        }
        Line {
            contig: &place.contig,
            row,
            model,
            label,
            strand,
            name: self.has_names().then_some(name),
        }
    }

    /// A step of the values of a track.
    pub fn step<'s>(&'s self, row: Row, place: &'s Place) -> Line<'s> {
        let value = row.value;
        let mut line = self.line(row, place);
        line.row.value = value;
        line
    }

    /// A call as its track has it.
    pub fn track_line<'s>(&'s self, row: Row, place: &'s Place) -> Line<'s> {
        let mut line = self.line(row, place);
        let quantity = track_quantity(line.model);
        line.row.value = value(quantity, line.model, line.label, row.output);
        line
    }

    pub fn has_tracks(&self) -> bool {
        self.shape.tracks
    }

    /// An empty list of values for each channel, if there are tracks.
    pub fn no_marks(&self) -> Vec<Vec<TrackValue>> {
        let channels = if self.has_tracks() {
            self.channels.len()
        } else {
            0
        };
        vec![Vec::new(); channels]
    }

    /// Counts of windows by channel, all zero; none if they are not counted.
    pub fn no_windows(&self) -> Vec<RarityCounts> {
        let channels = if self.shape.census {
            self.channels.len()
        } else {
            0
        };
        vec![[0; RUNGS + 1]; channels]
    }

    /// An empty census, if one is made.
    pub fn census(&self) -> Option<Census> {
        let (models, channels) = (self.models.len(), self.channels.len());
        self.shape.census.then(|| Census::new(models, channels))
    }

    /// The census with windows by label of all models, both strands together.
    pub fn by_label(&self, mut census: Census) -> Census {
        let labels = self.models.iter().map(|model| model.least.len()).sum();
        let mut windows = vec![[0; RUNGS + 1]; labels];
        for (channel, counts) in census.windows.iter().enumerate() {
            let of_label: &mut RarityCounts = &mut windows[self.label(channel)];
            for (sum, count) in of_label.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        census.windows = windows;
        census
    }

    /// What the tracks show, one a channel.
    pub fn subjects(&self) -> Vec<Subject> {
        let subject = |channel: &Channel| {
            let contract = self.models[channel.model].contract;
            Subject {
                model: contract.name.clone(),
                label: contract.labels[channel.label].clone(),
                strand: channel.strand,
                color: color(contract, channel.label, channel.strand),
                quantity: track_quantity(contract),
            }
        };
        self.channels.iter().map(subject).collect()
    }

    /// The number by which windows are compared: the probability for calls, the written value for
    /// steps.
    pub fn compared(&self) -> Quantity {
        if self.is_raw() && self.layout().steps {
            self.scoring.quantity
        } else {
            Quantity::Probability
        }
    }

    /// Whether rows have a column for names.
    pub fn has_names(&self) -> bool {
        self.shape.names
    }

    pub fn is_raw(&self) -> bool {
        self.scoring.raw
    }

    /// Whether windows outside the reported positions decide which calls are local maxima.
    pub fn looks_beside(&self, model: usize) -> bool {
        !self.is_raw() && self.models[model].contract.calls == CallShape::Point
    }

    /// End of the row of a window that reports on `at`, in sequence that ends at `end`.
    pub fn row_end(&self, channel: usize, at: usize, end: usize) -> usize {
        let model = &self.models[self.channels[channel].model];
        let point = model.contract.calls == CallShape::Point;
        let bases = if point && !self.layout().steps {
            1
        } else {
            model.stride
        };
        end.min(at + bases)
    }

    /// One caller a channel.
    pub fn callers(&self) -> Vec<Caller> {
        let caller = |channel: &Channel| {
            let model = &self.models[channel.model];
            match model.contract.calls {
                CallShape::Point => Caller::point(model.distance),
                CallShape::Region => Caller::region(model.distance, model.stride),
            }
        };
        self.channels.iter().map(caller).collect()
    }

    /// Whether a call of a channel is long enough.
    pub fn is_long(&self, channel: usize, call: &Call) -> bool {
        let shape = self.models[self.channels[channel].model].contract.calls;
        shape == CallShape::Point || call.end - call.start >= self.scoring.min_length
    }

    /// The filter of the best calls, if not all are kept.
    pub fn best(&self) -> Option<Best> {
        let heads = self.models.iter().map(|model| model.least.len());
        let top = self.scoring.top?;
        Some(Best::new(top, heads.sum()))
    }

    /// Number of a channel's label among those of all models.
    pub fn label(&self, channel: usize) -> usize {
        let Channel { model, head, .. } = self.channels[channel];
        let before = self.models[..model].iter();
        before.map(|model| model.least.len()).sum::<usize>() + head
    }

    pub fn provenance(&self) -> Vec<Provenance<'_>> {
        self.models
            .iter()
            .map(|model| Provenance {
                model: model.model,
                stride: model.stride,
                least: &model.least,
            })
            .collect()
    }
}

fn scored<'a>(
    scoring: &Scoring,
    RowShape { layout, census, .. }: RowShape,
    loaded: &'a LoadedModel,
    index: usize,
    channels: &mut Vec<Channel>,
) -> Scored<'a> {
    let contract = &loaded.model.contract;
    let strands: &[Strand] = match (contract.strand, scoring.strand) {
        (Strandedness::Symmetric, _) => &[Strand::Both],
        (_, StrandChoice::Both) => &[Strand::Forward, Strand::Reverse],
        (_, StrandChoice::Forward) => &[Strand::Forward],
        (_, StrandChoice::Reverse) => &[Strand::Reverse],
    };
    let of_format = match layout.holds {
        RowKinds::Windows(least) => Some(Threshold::Score(least)),
        RowKinds::Either | RowKinds::Calls => None,
    };
    let least: Vec<_> = (loaded.heads.iter())
        .map(|&ScoredLabel { label, threshold }| {
            let default = match scoring.raw {
                true => of_format,
                false => contract.threshold.get(label).copied().map(Threshold::Score),
            };
            let least = threshold.or(default).map(|asked| RowThreshold {
                asked,
                output: threshold_output(contract, label, asked),
            });
            (label, least)
        })
        .collect();
    let distance = match (contract.calls, scoring.merge_distance) {
        (CallShape::Region, Some(distance)) => distance,
        _ => contract.distance,
    };
    let first = channels.len();
    for (head, &(label, least)) in least.iter().enumerate() {
        channels.extend(strands.iter().map(|&strand| Channel {
            model: index,
            label,
            head,
            strand,
            least: least.map_or(f32::MIN, |least| least.output),
            base_line: base_line(contract, label),
            rungs: contract.background.get(label).filter(|_| census).map(rungs),
        }));
    }
    let track = |(at, &strand): (usize, &Strand)| ModelStrand {
        strand,
        grid: Grid::new(
            contract.window,
            loaded.stride,
            contract.anchor,
            strand == Strand::Reverse,
        ),
        channels: (least.iter().enumerate())
            .map(|(head, &(label, _))| (label, first + head * strands.len() + at))
            .collect(),
    };
    Scored {
        model: &loaded.model,
        contract,
        engine: &loaded.engine,
        stride: loaded.stride,
        tracks: strands.iter().enumerate().map(track).collect(),
        distance,
        least,
    }
}
