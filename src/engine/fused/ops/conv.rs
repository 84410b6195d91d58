//! Direct convolution of columns, without a copy or a transform of the input.
//!
//! A tile of some channels times some vectors of columns stays in registers during the loop over
//! all sources and taps; each weight is broadcast once for all vectors of the tile. Each output
//! is its bias plus the products by source and tap, added one by one in the same order on any
//! instruction set and for any tile.

use super::steps::{Light, Steps};
use super::{Inputs, KernelOutput, Tile};
use crate::engine::fused::net::Conv;
use crate::engine::fused::simd::{Isa, Simd, SimdTask};

/// Most vectors of a tile: the width of flat tiles.
pub const WIDTH: usize = 4;
/// Most channels of a flat tile: more would not fit the registers.
const FLAT: usize = 2;

/// Weights in the order in which tiles read them.
pub struct Packed {
    bands: Vec<Band>,
    /// Width of tiles, in vectors.
    width: usize,
    /// Steps that are applied to sums in registers.
    light: Vec<Light>,
}

/// Channels of one tile.
struct Band {
    channel: usize,
    channels: usize,
    /// Of the pointers by source and tap, those that this band reads.
    taps: std::ops::Range<usize>,
    /// `[taps][channels]`.
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Packed {
    pub fn new(conv: &Conv, sources: usize, light: Vec<Light>, isa: Isa) -> Self {
        let rows = conv.bias.len() / conv.groups;
        let depth = sources / conv.groups * conv.taps;
        let [most, width] = isa.tile();
        let mut bands = Vec::new();
        for group in 0..conv.groups {
            for first in (0..rows).step_by(most) {
                let (channel, channels) = (group * rows + first, most.min(rows - first));
                let band = channel..channel + channels;
                let weights = (0..depth).flat_map(|tap| {
                    band.clone()
                        .map(move |channel| conv.weights[channel * depth + tap])
                });
                bands.push(Band {
                    channel,
                    channels,
                    taps: group * depth..(group + 1) * depth,
                    weights: weights.collect(),
                    bias: conv.bias[band.clone()].to_vec(),
                });
            }
        }
        let flat = bands.iter().all(|band| band.channels <= FLAT);
        Self {
            width: if flat { WIDTH } else { width },
            bands,
            light,
        }
    }

    /// # Safety
    ///
    /// See [`super::Kernel::run`].
    pub unsafe fn run(&self, isa: Isa, steps: &Steps, inputs: &Inputs, output: &KernelOutput) {
        /// The tile of this shape among those that some instruction set has.
        macro_rules! tile {
            ($sums:ident: $($width:literal x $($channels:literal)*;)*) => {
                match (self.width, $sums.band.channels) {
                    $($(($width, $channels) => isa.run($sums.tile::<$channels, $width>()),)*)*
                    shape => unreachable!("a tile of {shape:?}"),
                }
            };
        }
        let columns = isa.lanes() * self.width;
        let adds = self.light.iter().filter(|&&step| step == Light::Add);
        let (added, operands) = inputs.operands.split_at(adds.count() * output.channels);
        for column in (0..output.columns).step_by(columns) {
            for band in &self.bands {
                let sums = ConvSums {
                    band,
                    taps: &inputs.taps[band.taps.clone()],
                    column,
                    light: &self.light,
                    added,
                    channels: output.channels,
                    // SAFETY: the band's first channel is one of the output's, and `column` one of
                    // its columns.
                    to: unsafe { output.to.add(band.channel * output.pitch + column) },
                    pitch: output.pitch,
                };
                let tile = Tile {
                    channel: band.channel,
                    channels: band.channels,
                    column,
                    columns,
                };
                // SAFETY: the match picks the tile with as many channels as the band has weights
                // for; a tile is no wider than the slack behind the taps and the output.
                unsafe {
                    tile!(sums:
                        2 x 1 2 3 4 5 6 7 8;
                        3 x 1 2 3 4 5 6 7 8;
                        4 x 1 2;
                    );
                    steps.run(isa, operands, output, tile);
                }
            }
        }
    }
}

/// The sums of a band at some columns.
struct ConvSums<'a> {
    band: &'a Band,
    taps: &'a [*const f32],
    column: usize,
    light: &'a [Light],
    /// Operands of binary steps, by step, then channel of the output.
    added: &'a [*const f32],
    channels: usize,
    to: *mut f32,
    pitch: usize,
}

impl<'a> ConvSums<'a> {
    fn tile<const C: usize, const V: usize>(self) -> Registers<'a, C, V> {
        Registers(self)
    }
}

/// C channels times V vectors, in registers.
///
/// It uses no `zip`: without link-time optimisation the compiler may not inline it, and the loop
/// would take many times as long.
struct Registers<'a, const C: usize, const V: usize>(ConvSums<'a>);

impl<const C: usize, const V: usize> SimdTask for Registers<'_, C, V> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let ConvSums {
            band,
            taps,
            column,
            light,
            mut added,
            channels,
            to,
            pitch,
        } = self.0;
        let (weights, _) = band.weights.as_chunks::<C>();
        // SAFETY: the band has C biases and, for each of its taps, C weights; behind each tap, each
        // addend and each row of the output lie V vectors from `column` on, slack included.
        unsafe {
            let mut sums = [[S::splat(0.0); V]; C];
            for (c, sums) in sums.iter_mut().enumerate() {
                *sums = [S::splat(band.bias[c]); V];
            }
            for (t, &tap) in taps.iter().enumerate() {
                let (tap, weights) = (tap.add(column), &weights[t]);
                let mut x = [S::splat(0.0); V];
                for (v, x) in x.iter_mut().enumerate() {
                    *x = S::load(tap.add(v * S::LANES));
                }
                for (c, sums) in sums.iter_mut().enumerate() {
                    let weight = S::splat(weights[c]);
                    for (v, sum) in sums.iter_mut().enumerate() {
                        *sum = S::mul_add(weight, x[v], *sum);
                    }
                }
            }
            for step in light {
                for (c, sums) in sums.iter_mut().enumerate() {
                    for (v, sum) in sums.iter_mut().enumerate() {
                        *sum = match step {
                            Light::Relu => S::max(*sum, S::splat(0.0)),
                            Light::Add => {
                                let row = added[band.channel + c].add(column);
                                S::add(*sum, S::load(row.add(v * S::LANES)))
                            }
                        };
                    }
                }
                if *step == Light::Add {
                    added = &added[channels..];
                }
            }
            for (c, sums) in sums.iter().enumerate() {
                for (v, &sum) in sums.iter().enumerate() {
                    S::store(sum, to.add(c * pitch + v * S::LANES));
                }
            }
        }
    }
}
