//! Convolution of one-hot bases by look-up.
//!
//! A base selects one weight of each tap, so the sum of two neighbouring taps is one of 25 numbers
//! in a table (an unknown base is the fifth letter, and adds zero). An output is its bias plus
//! these numbers, from the first pair of taps to the last.

use super::steps::Steps;
use super::{Inputs, KernelOutput, Tile};
use crate::engine::fused::net::{Conv, Source};
use crate::engine::fused::simd::{Isa, Simd, SimdTask, TABLE};
use crate::sequence::Base;

/// Vectors that are looked up side by side.
pub const WIDTH: usize = 4;
const LETTERS: usize = Base::ALL.len();
/// Every pair of letters has a place in the table.
const _: () = assert!(LETTERS * LETTERS <= TABLE);

/// Two neighbouring taps, or the last of an odd number, as offsets from a column's first base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TapPair {
    pub first: usize,
    pub second: Option<usize>,
}

impl TapPair {
    /// The places of columns whose first bases lie `stride` apart in `bases`, all below [`TABLE`].
    pub fn places(self, bases: &[Base], stride: usize, columns: usize, places: &mut Vec<u32>) {
        let place = |first: Base, second: Base| first as u32 * LETTERS as u32 + second as u32;
        places.clear();
        let first = bases[self.first..].iter().step_by(stride).take(columns);
        match self.second {
            Some(second) if stride == 1 => {
                // Plain slices, which the compiler vectorises.
                let pairs = bases[self.first..].iter().zip(&bases[second..]);
                places.extend(pairs.take(columns).map(|(&a, &b)| place(a, b)));
            }
            Some(second) => {
                let pairs = first.zip(bases[second..].iter().step_by(stride));
                places.extend(pairs.map(|(&a, &b)| place(a, b)));
            }
            None => places.extend(first.map(|&a| a as u32)),
        }
    }
}

pub struct Tables {
    pub pairs: Vec<TapPair>,
    bias: Vec<f32>,
    /// `[channels][pairs][TABLE]`.
    tables: Vec<f32>,
}

impl Tables {
    /// The sources are channels of the bases, alike but for the channel.
    pub fn new(conv: &Conv, sources: &[Source]) -> Self {
        let (taps, spacing) = (conv.taps, sources[0].spacing);
        let pairs: Vec<_> = (0..taps)
            .step_by(2)
            .map(|tap| TapPair {
                first: tap * spacing,
                second: (tap + 1 < taps).then_some((tap + 1) * spacing),
            })
            .collect();
        let channels = conv.bias.len();
        let (inputs, rows) = (sources.len() / conv.groups, channels / conv.groups);
        let weight = |channel: usize, letter: usize, tap: usize| {
            let group = &sources[channel / rows * inputs..][..inputs];
            let weights = &conv.weights[channel * inputs * taps..][..inputs * taps];
            let of_letter = group.iter().enumerate();
            of_letter
                .filter(|(_, source)| source.channel == letter)
                .map(|(input, _)| weights[input * taps + tap])
                .sum::<f32>()
        };
        let mut tables = vec![0.0; channels * pairs.len() * TABLE];
        for (at, table) in tables.chunks_exact_mut(TABLE).enumerate() {
            let (channel, tap) = (at / pairs.len(), at % pairs.len() * 2);
            for letter in 0..LETTERS {
                if tap + 1 == taps {
                    table[letter] = weight(channel, letter, tap);
                    continue;
                }
                for next in 0..LETTERS {
                    table[letter * LETTERS + next] =
                        weight(channel, letter, tap) + weight(channel, next, tap + 1);
                }
            }
        }
        Self {
            pairs,
            bias: conv.bias.clone(),
            tables,
        }
    }

    /// # Safety
    ///
    /// See [`super::Kernel::run`].
    pub unsafe fn run(&self, isa: Isa, steps: &Steps, inputs: &Inputs, output: &KernelOutput) {
        let of_channel = self.tables.chunks_exact(self.pairs.len() * TABLE);
        for (channel, (tables, &bias)) in of_channel.zip(&self.bias).enumerate() {
            // SAFETY: `channel` is one of the output's, since the node has as many biases; the
            // caller gives places below TABLE for every pair, and slack behind them and behind the
            // channel's row for a last tile of `WIDTH` vectors.
            unsafe {
                isa.run(LetterSums {
                    tables,
                    bias,
                    places: &inputs.places,
                    to: output.to.add(channel * output.pitch),
                    columns: output.columns,
                });
                let row = Tile::row(channel, output.columns);
                steps.run(isa, &inputs.operands, output, row);
            }
        }
    }
}

/// The sums of a channel.
struct LetterSums<'a> {
    tables: &'a [f32],
    bias: f32,
    places: &'a [*const u32],
    to: *mut f32,
    columns: usize,
}

impl SimdTask for LetterSums<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        for column in (0..self.columns).step_by(WIDTH * S::LANES) {
            // SAFETY: `run` above is the only caller: places and output reach up to the next
            // multiple of `WIDTH` vectors, a slice of TABLE numbers is what `table` reads, and
            // places are pairs of letters, all below TABLE.
            unsafe {
                let mut sums = [S::splat(self.bias); WIDTH];
                for (pair, places) in self.places.iter().enumerate() {
                    let table = S::table(self.tables[pair * TABLE..][..TABLE].as_ptr());
                    for (v, sum) in sums.iter_mut().enumerate() {
                        let places = places.add(column + v * S::LANES);
                        *sum = S::add(*sum, S::look_up(table, places));
                    }
                }
                for (v, &sum) in sums.iter().enumerate() {
                    S::store(sum, self.to.add(column + v * S::LANES));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_pairs_of_letters() {
        let bases = [0, 1, 4, 3, 2, 0].map(Base::of);
        let mut places = Vec::new();
        let pair = TapPair {
            first: 1,
            second: Some(2),
        };
        pair.places(&bases, 1, 4, &mut places);
        assert_eq!(places, [9, 23, 17, 10]);
        pair.places(&bases, 3, 2, &mut places);
        assert_eq!(places, [9, 10]);
        let single = TapPair {
            first: 2,
            second: None,
        };
        single.places(&bases, 2, 2, &mut places);
        assert_eq!(places, [4, 2]);
    }
}
