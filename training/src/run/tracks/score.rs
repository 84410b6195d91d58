//! Scores along a stretch: at each place, and the largest in each bin.

use std::ops::Range;

use anyhow::{Context, Result};
use tch::{Device, Tensor};

use crate::bases::{UNKNOWN, one_hot, reverse_complement};
use crate::data::ranges::touches;
use crate::data::tracks::genome::MARGIN;
use crate::data::tracks::labels::{LabelledGenomes, Truth};
use crate::net::network::{Mode, Network};
use crate::recipe::tracks::TrackStretch;

/// Bases of a bin; bins begin at multiples of it.
pub const BIN: usize = 200;

/// Places that are scored in one pass.
const SLIDE: usize = 512;

/// Values along part of a contig.
pub struct Track {
    /// The base of the first place; the others follow a step apart.
    pub first: usize,
    pub step: usize,
    /// By strand, label and place; NaN where the window holds an unknown base.
    pub values: [Vec<Vec<f32>>; 2],
}

impl Track {
    /// Logits of both strands at the places of `range` whose windows are whole.
    pub fn new(network: &Network, codes: &[u8], range: Range<usize>) -> Track {
        let graph = &network.graph;
        let (window, anchor, step) = (graph.window(), graph.anchor(), graph.step());
        let labels = graph.output().channels;
        let from = range.start.saturating_sub(anchor).next_multiple_of(step);
        let end = codes.len().min(range.end + window - anchor - 1);
        let count = match end.checked_sub(from + window) {
            Some(room) => room / step + 1,
            None => 0,
        };
        let [mut forward, mut reverse] = [(); 2].map(|()| vec![Vec::with_capacity(count); labels]);
        for place in (0..count).step_by(SLIDE) {
            let places = SLIDE.min(count - place);
            let start = from + place * step;
            let lane = &codes[start..start + window + (places - 1) * step];
            let turned = reverse_complement(lane);
            let known = known(lane, window, step);
            let both = tch::no_grad(|| {
                let bases = one_hot(&[lane, &turned], network.device);
                network.forward(&bases, Mode::Infer).to_device(Device::Cpu)
            });
            for (strand, to) in [&mut forward, &mut reverse].into_iter().enumerate() {
                for (label, to) in to.iter_mut().enumerate() {
                    let row = both.get(strand as i64).get(label as i64);
                    let mut row = row_of(&row);
                    if strand == 1 {
                        row.reverse();
                    }
                    let values = row.iter().zip(&known);
                    to.extend(values.map(|(&x, &known)| if known { x } else { f32::NAN }));
                }
            }
        }
        Track {
            first: from + anchor,
            step,
            values: [forward, reverse],
        }
    }

    pub fn base(&self, place: usize) -> usize {
        self.first + place * self.step
    }

    /// One row of values a strand that counts: both, or their mean.
    pub fn rows(&self, label: usize, stranded: bool) -> Vec<Vec<f32>> {
        let [forward, reverse] = [0, 1].map(|strand| &self.values[strand][label]);
        match stranded {
            true => vec![forward.clone(), reverse.clone()],
            false => {
                let both = forward.iter().zip(reverse);
                vec![both.map(|(a, b)| (a + b) / 2.0).collect()]
            }
        }
    }
}

fn row_of(tensor: &Tensor) -> Vec<f32> {
    Vec::try_from(tensor.contiguous()).expect("a row of single numbers")
}

/// Whether each window holds known bases alone.
fn known(lane: &[u8], window: usize, step: usize) -> Vec<bool> {
    let mut before = vec![0u32];
    for &code in lane {
        before.push(before[before.len() - 1] + u32::from(code == UNKNOWN));
    }
    let starts = (0..=lane.len() - window).step_by(step);
    starts
        .map(|start| before[start] == before[start + window])
        .collect()
}

/// A stretch of a genome of the data.
#[derive(Clone)]
pub struct Span {
    pub genome: usize,
    pub contig: usize,
    pub bases: Range<usize>,
}

impl Span {
    pub fn of(data: &LabelledGenomes, stretch: &TrackStretch) -> Result<Span> {
        let mut genomes = data.genomes.iter();
        let genome = genomes.position(|genome| genome.name == stretch.genome);
        let genome = genome.with_context(|| format!("no genome {}", stretch.genome))?;
        let contig = data.genomes[genome].contig(&stretch.contig);
        let contig = contig.with_context(|| format!("no contig {}", stretch.contig))?;
        let length = data.genomes[genome].contigs[contig].codes.len();
        Ok(Span {
            genome,
            contig,
            bases: stretch.start..stretch.end.min(length),
        })
    }

    /// The whole contigs of the first genome.
    pub fn all(data: &LabelledGenomes) -> Vec<Span> {
        let contigs = data.genomes[0].contigs.iter().enumerate();
        let whole = contigs.map(|(contig, of)| Span {
            genome: 0,
            contig,
            bases: 0..of.codes.len(),
        });
        whole.collect()
    }

    pub fn codes<'a>(&self, data: &'a LabelledGenomes) -> &'a [u8] {
        &data.genomes[self.genome].contigs[self.contig].codes
    }

    /// The bins that lie in it whole.
    pub fn bins(&self) -> Range<usize> {
        self.bases.start.div_ceil(BIN)..self.bases.end / BIN
    }

    pub fn truth(&self, data: &LabelledGenomes, label: usize) -> Vec<Truth> {
        let bins = self.bins();
        bins.map(|bin| truth(data, self.genome, self.contig, bin, label))
            .collect()
    }

    /// The largest value of each bin, or the least there is without any.
    pub fn highest(&self, track: &Track, label: usize, stranded: bool) -> Vec<f32> {
        let bins = self.bins();
        let mut scores = vec![f32::MIN; bins.len()];
        for row in track.rows(label, stranded) {
            for (place, &value) in row.iter().enumerate() {
                let bin = (track.base(place) / BIN).checked_sub(bins.start);
                if let Some(score) = bin.and_then(|bin| scores.get_mut(bin)) {
                    // NaN is no score.
                    *score = score.max(value);
                }
            }
        }
        scores
    }
}

/// Whether a site of a label lies in a bin, or near it.
pub fn truth(
    data: &LabelledGenomes,
    genome: usize,
    contig: usize,
    bin: usize,
    label: usize,
) -> Truth {
    let label = &data.labels[label];
    let Some(known) = &label.known[genome] else {
        return Truth::Unsure;
    };
    let bases = bin * BIN..(bin + 1) * BIN;
    let any = |points: &[Vec<usize>; 2], near: usize| {
        points.iter().any(|points| {
            let first = points.partition_point(|&point| point + near < bases.start);
            points
                .get(first)
                .is_some_and(|&point| point < bases.end + near)
        })
    };
    // Masks come with a margin, which is for places; a bin is as wide on its own.
    let inner = bases.start + MARGIN..bases.end - MARGIN + 1;
    let masked = touches(&data.genomes[genome].masked[contig], &inner);
    if masked || any(&known.unsure[contig], 0) {
        Truth::Unsure
    } else if any(&known.sites[contig], label.near) {
        Truth::Site
    } else {
        Truth::No
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_bases_spoil_their_windows() {
        let lane = [0, 1, 2, UNKNOWN, 0, 1, 2, 3];
        assert_eq!(known(&lane, 3, 1), [true, false, false, false, true, true]);
        assert_eq!(known(&lane, 3, 2), [true, false, true]);
    }
}
