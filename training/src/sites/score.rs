//! A trained network over whole contigs, both strands.

use std::ops::Range;

use tch::Device;

use crate::annotation::{STRANDS, Strand, mark};
use crate::genome::{UNKNOWN, complement};
use crate::network::one_hot;
use crate::network::{Mode, Network};
use crate::sites::dataset::{Dataset, Place, Stretch};

/// Positions scored at once.
const CHUNK: usize = 4096;

/// One score per scored base and strand, with the truth; masked bases are left out.
#[derive(Default)]
pub struct Scored {
    pub scores: Vec<f32>,
    pub positive: Vec<bool>,
    pub places: Vec<Place>,
    /// Positives that no window reports on (unknown bases, block ends): missed.
    pub unscored_positives: usize,
}

/// Logits of the first head at each base of `range` on one strand, in forward coordinates; NaN
/// where the window is not whole or holds an unknown base.
pub fn logits(
    network: &Network,
    codes: &[u8],
    range: &Range<usize>,
    strand: Strand,
    device: Device,
) -> Vec<f32> {
    let (window, anchor) = (network.graph.window(), network.graph.anchor());
    let (before, behind) = match strand {
        Strand::Forward => (anchor, window - 1 - anchor),
        Strand::Reverse => (window - 1 - anchor, anchor),
    };
    let mut logits = Vec::with_capacity(range.len());
    for first in range.clone().step_by(CHUNK) {
        let end = (first + CHUNK).min(range.end);
        let base = |at: i64| {
            let inside = usize::try_from(at).ok().filter(|at| *at < codes.len());
            inside.map_or(UNKNOWN, |at| codes[at])
        };
        let span = first as i64 - before as i64..(end + behind) as i64;
        let forward: Vec<u8> = span.map(base).collect();
        let lane: Vec<u8> = match strand {
            Strand::Forward => forward.clone(),
            Strand::Reverse => forward.iter().rev().map(|&c| complement(c)).collect(),
        };
        let output = tch::no_grad(|| {
            network
                .forward(&one_hot(&[&lane], device), Mode::Infer)
                .narrow(1, 0, 1)
                .reshape([-1])
        });
        let mut values: Vec<f32> = Vec::try_from(output.to_device(Device::Cpu)).unwrap_or_default();
        if strand == Strand::Reverse {
            values.reverse();
        }
        let mut unknown = forward[..window - 1]
            .iter()
            .filter(|&&c| c == UNKNOWN)
            .count();
        for (i, value) in values.iter_mut().enumerate() {
            unknown += usize::from(forward[i + window - 1] == UNKNOWN);
            if unknown > 0 {
                *value = f32::NAN;
            }
            unknown -= usize::from(forward[i] == UNKNOWN);
        }
        logits.extend(values);
    }
    logits
}

/// Any way of scoring: a function of contig, range and strand to one value a base (NaN: none).
pub fn scored(
    data: &Dataset,
    blocks: &[Stretch],
    mut score: impl FnMut(usize, &Range<usize>, Strand) -> Vec<f32>,
) -> Scored {
    let mut all = Scored::default();
    for (contig, range) in blocks {
        for strand in STRANDS {
            let marks = &data.marks[*contig][strand.index()];
            for (at, value) in range.clone().zip(score(*contig, range, strand)) {
                let positive = marks[at] & mark::ACCEPTOR != 0;
                if !positive && marks[at] & mark::MASK_ACCEPTOR != 0 {
                    continue;
                }
                if value.is_nan() {
                    all.unscored_positives += usize::from(positive);
                    continue;
                }
                all.scores.push(value);
                all.positive.push(positive);
                all.places.push(Place {
                    contig: *contig,
                    strand,
                    at,
                });
            }
        }
    }
    all
}
