//! A trained network over whole contigs, both strands.

use std::ops::Range;

use tch::Device;

use crate::bases::{UNKNOWN, one_hot, reverse_complement};
use crate::data::annotation::{STRANDS, Strand};
use crate::data::genome::Block;
use crate::data::sites::dataset::{AnnotatedGenome, Place};
use crate::net::network::{Mode, Network};
use crate::recipe::sites::Site;

/// Positions scored at once.
const CHUNK: usize = 4096;

/// One score per scored base and strand, with the truth; masked bases are left out.
#[derive(Default)]
pub struct SiteScores {
    pub scores: Vec<f32>,
    pub positive: Vec<bool>,
    pub places: Vec<Place>,
    /// Positives that no window reports on (unknown bases, block ends): missed.
    pub unscored_positives: usize,
}

impl SiteScores {
    pub fn extend(&mut self, more: SiteScores) {
        self.scores.extend(more.scores);
        self.positive.extend(more.positive);
        self.places.extend(more.places);
        self.unscored_positives += more.unscored_positives;
    }
}

/// Logits of the first `heads` heads at each base of `range` on one strand, in forward
/// coordinates; NaN where the window is not whole or holds an unknown base.
pub fn logits(
    network: &Network,
    codes: &[u8],
    range: &Range<usize>,
    strand: Strand,
    heads: usize,
) -> Vec<Vec<f32>> {
    let (window, anchor) = (network.graph.window(), network.graph.anchor());
    let (before, behind) = match strand {
        Strand::Forward => (anchor, window - 1 - anchor),
        Strand::Reverse => (window - 1 - anchor, anchor),
    };
    let mut logits = vec![Vec::with_capacity(range.len()); heads];
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
            Strand::Reverse => reverse_complement(&forward),
        };
        let output = tch::no_grad(|| {
            network
                .forward(&one_hot(&[&lane], network.device), Mode::Infer)
                .squeeze_dim(0)
                .to_device(Device::Cpu)
        });
        let known = whole(&forward, window);
        for (head, logits) in logits.iter_mut().enumerate() {
            let values = output.get(head as i64).contiguous();
            let mut values: Vec<f32> = Vec::try_from(values).unwrap_or_default();
            if strand == Strand::Reverse {
                values.reverse();
            }
            let shown = values.iter().zip(&known);
            logits.extend(shown.map(|(&value, &known)| if known { value } else { f32::NAN }));
        }
    }
    logits
}

/// Whether each window of `codes` is without an unknown base.
fn whole(codes: &[u8], window: usize) -> Vec<bool> {
    let mut unknown = codes[..window - 1]
        .iter()
        .filter(|&&c| c == UNKNOWN)
        .count();
    let mut whole = Vec::with_capacity(codes.len() + 1 - window);
    for i in 0..codes.len() + 1 - window {
        unknown += usize::from(codes[i + window - 1] == UNKNOWN);
        whole.push(unknown == 0);
        unknown -= usize::from(codes[i] == UNKNOWN);
    }
    whole
}

/// Any way of scoring a site: a function of contig, range and strand to one value a base (NaN:
/// none).
pub fn scored(
    data: &AnnotatedGenome,
    blocks: &[Block],
    site: Site,
    mut score: impl FnMut(usize, &Range<usize>, Strand) -> Vec<f32>,
) -> SiteScores {
    let mut all = SiteScores::default();
    for (contig, range) in blocks {
        for strand in STRANDS {
            let marks = &data.marks[*contig][strand.index()];
            for (at, value) in range.clone().zip(score(*contig, range, strand)) {
                let positive = marks[at] & site.coding() != 0;
                if !positive && marks[at] & site.mask() != 0 {
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
