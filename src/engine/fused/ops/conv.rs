//! Convolution of columns, directly: no copy of the input, no transform.
//!
//! A tile of some channels times some vectors of columns is kept in registers while it runs over
//! all sources and taps; each weight is broadcast once for all vectors of the tile. Each output
//! is its bias, then the products by source and tap, added one by one: the same sum on any
//! instruction set and for any tile.

use super::steps::Steps;
use super::{Inputs, Output, Tile};
use crate::engine::fused::net::Conv;
use crate::engine::fused::simd::{Isa, Simd, Task};

/// Most vectors that a tile is wide.
pub const WIDTH: usize = 4;
const HALF: usize = WIDTH / 2;
/// Most channels of a tile of full width: taller ones would not fit the registers.
const FLAT: usize = 2;

/// Weights in the order in which tiles read them.
pub struct Packed {
    bands: Vec<Band>,
    /// Whether tiles are [`WIDTH`] vectors wide, or half of that.
    wide: bool,
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
    pub fn new(conv: &Conv, sources: usize, isa: Isa) -> Self {
        let rows = conv.bias.len() / conv.groups;
        let depth = sources / conv.groups * conv.taps;
        let most = isa.tile();
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
        let wide = bands.iter().all(|band| band.channels <= FLAT);
        Self { bands, wide }
    }

    /// # Safety
    ///
    /// See [`super::Kernel::run`].
    pub unsafe fn run(&self, isa: Isa, steps: &Steps, inputs: &Inputs, output: &Output) {
        let columns = isa.lanes() * if self.wide { WIDTH } else { HALF };
        for column in (0..output.columns).step_by(columns) {
            for band in &self.bands {
                let sums = Sums {
                    band,
                    taps: &inputs.taps[band.taps.clone()],
                    column,
                    // SAFETY: that of the caller; a tile is no wider than the slack.
                    to: unsafe { output.to.add(band.channel * output.pitch + column) },
                    pitch: output.pitch,
                };
                let tile = Tile {
                    channel: band.channel,
                    channels: band.channels,
                    column,
                    columns,
                };
                // SAFETY: that of the caller.
                unsafe {
                    match (self.wide, band.channels) {
                        (true, 1) => isa.run(sums.tile::<1, WIDTH>()),
                        (true, _) => isa.run(sums.tile::<2, WIDTH>()),
                        (_, 1) => isa.run(sums.tile::<1, HALF>()),
                        (_, 2) => isa.run(sums.tile::<2, HALF>()),
                        (_, 3) => isa.run(sums.tile::<3, HALF>()),
                        (_, 4) => isa.run(sums.tile::<4, HALF>()),
                        (_, 5) => isa.run(sums.tile::<5, HALF>()),
                        (_, 6) => isa.run(sums.tile::<6, HALF>()),
                        (_, 7) => isa.run(sums.tile::<7, HALF>()),
                        _ => isa.run(sums.tile::<8, HALF>()),
                    }
                    steps.run(isa, &inputs.operands, output, tile);
                }
            }
        }
    }
}

/// The sums of a band at some columns.
struct Sums<'a> {
    band: &'a Band,
    taps: &'a [*const f32],
    column: usize,
    to: *mut f32,
    pitch: usize,
}

impl<'a> Sums<'a> {
    fn tile<const C: usize, const V: usize>(self) -> Registers<'a, C, V> {
        Registers(self)
    }
}

/// C channels times V vectors, in registers.
struct Registers<'a, const C: usize, const V: usize>(Sums<'a>);

impl<const C: usize, const V: usize> Task for Registers<'_, C, V> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Sums {
            band,
            taps,
            column,
            to,
            pitch,
        } = self.0;
        let (weights, _) = band.weights.as_chunks::<C>();
        // SAFETY: that of the caller.
        unsafe {
            let mut sums = [[S::splat(0.0); V]; C];
            for (sums, &bias) in sums.iter_mut().zip(&band.bias) {
                *sums = [S::splat(bias); V];
            }
            for (&tap, weights) in taps.iter().zip(weights) {
                let tap = tap.add(column);
                let mut x = [S::splat(0.0); V];
                for (v, x) in x.iter_mut().enumerate() {
                    *x = S::load(tap.add(v * S::LANES));
                }
                for (sums, &weight) in sums.iter_mut().zip(weights) {
                    let weight = S::splat(weight);
                    for (sum, &x) in sums.iter_mut().zip(&x) {
                        *sum = S::mul_add(weight, x, *sum);
                    }
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
