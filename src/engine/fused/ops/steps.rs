//! What happens to numbers one by one, while the tile they lie in is still in the cache.

use super::{Output, Tile};
use crate::engine::fused::net::{Binary, Function, Step};
use crate::engine::fused::simd::{Simd, exp, sigmoid};

pub struct Steps(Vec<Ready>);

enum Ready {
    /// Scale and shift of each channel.
    Affine(Vec<(f32, f32)>),
    Function(Function),
    Binary(Binary),
}

impl Steps {
    pub fn new(steps: &[Step]) -> Self {
        let ready = |step: &Step| match step {
            Step::Affine { scale, shift } => {
                Ready::Affine(scale.iter().copied().zip(shift.iter().copied()).collect())
            }
            Step::Function(function) => Ready::Function(*function),
            Step::Binary(binary, _) => Ready::Binary(*binary),
        };
        Self(steps.iter().map(ready).collect())
    }

    /// Runs all steps on a tile in place, in whole vectors.
    ///
    /// # Safety
    ///
    /// See [`super::Kernel::run`]; `operands` has a pointer for each channel of the output, for
    /// each binary step.
    #[inline(always)]
    pub unsafe fn run<S: Simd>(&self, operands: &[*const f32], output: &Output, tile: Tile) {
        let mut operands = operands;
        let channels = tile.channel..tile.channel + tile.channels;
        for step in &self.0 {
            // SAFETY: that of the caller.
            unsafe {
                match step {
                    Ready::Affine(affine) => {
                        for channel in channels.clone() {
                            let (scale, shift) = affine[channel];
                            let (scale, shift) = (S::splat(scale), S::splat(shift));
                            let row = output.to.add(channel * output.pitch + tile.column);
                            for i in (0..tile.columns).step_by(S::LANES) {
                                let x = S::load(row.add(i));
                                S::store(S::mul_add(x, scale, shift), row.add(i));
                            }
                        }
                    }
                    Ready::Function(function) => function_of::<S>(*function, output, tile),
                    Ready::Binary(binary) => {
                        let per_channel = &operands[channels.clone()];
                        match binary {
                            Binary::Add => {
                                pairs::<S>(per_channel, output, tile, |a, b| S::add(a, b))
                            }
                            Binary::Sub => {
                                pairs::<S>(per_channel, output, tile, |a, b| S::sub(a, b))
                            }
                            Binary::Mul => {
                                pairs::<S>(per_channel, output, tile, |a, b| S::mul(a, b))
                            }
                            Binary::Div => {
                                pairs::<S>(per_channel, output, tile, |a, b| S::div(a, b))
                            }
                        }
                        operands = &operands[output.channels..];
                    }
                }
            }
        }
    }
}

#[inline(always)]
unsafe fn function_of<S: Simd>(function: Function, output: &Output, tile: Tile) {
    // SAFETY, of all: that of the caller.
    unsafe {
        let (zero, one) = (S::splat(0.0), S::splat(1.0));
        match function {
            Function::Relu => each::<S>(output, tile, |x| S::max(x, zero)),
            Function::Leaky(slope) => {
                let slope = S::splat(slope);
                each::<S>(output, tile, |x| {
                    S::mul_add(S::min(x, zero), slope, S::max(x, zero))
                });
            }
            Function::Sigmoid => each::<S>(output, tile, |x| sigmoid::<S>(x)),
            Function::HardSigmoid(scale, shift) => {
                let (scale, shift) = (S::splat(scale), S::splat(shift));
                each::<S>(output, tile, |x| {
                    S::min(S::max(S::mul_add(x, scale, shift), zero), one)
                });
            }
            Function::HardSwish => {
                let (scale, shift) = (S::splat(1.0 / 6.0), S::splat(0.5));
                each::<S>(output, tile, |x| {
                    let open = S::min(S::max(S::mul_add(x, scale, shift), zero), one);
                    S::mul(x, open)
                });
            }
            Function::Swish => each::<S>(output, tile, |x| S::mul(x, sigmoid::<S>(x))),
            Function::Tanh => each::<S>(output, tile, |x| {
                // 2 sigmoid(2 x) - 1
                let twice = sigmoid::<S>(S::add(x, x));
                S::sub(S::add(twice, twice), one)
            }),
            Function::Exp => each::<S>(output, tile, |x| exp::<S>(x)),
            Function::Reciprocal => each::<S>(output, tile, |x| S::div(one, x)),
            Function::Clip(least, most) => {
                let (least, most) = (S::splat(least), S::splat(most));
                each::<S>(output, tile, |x| S::min(S::max(x, least), most));
            }
        }
    }
}

/// Replaces each number of a tile.
#[inline(always)]
unsafe fn each<S: Simd>(output: &Output, tile: Tile, map: impl Fn(S::Vector) -> S::Vector) {
    for channel in tile.channel..tile.channel + tile.channels {
        // SAFETY: that of the caller.
        unsafe {
            let row = output.to.add(channel * output.pitch + tile.column);
            for i in (0..tile.columns).step_by(S::LANES) {
                S::store(map(S::load(row.add(i))), row.add(i));
            }
        }
    }
}

/// Joins each number of a tile with the operand of its channel.
#[inline(always)]
unsafe fn pairs<S: Simd>(
    operands: &[*const f32],
    output: &Output,
    tile: Tile,
    join: impl Fn(S::Vector, S::Vector) -> S::Vector,
) {
    for (channel, operand) in (tile.channel..).zip(operands) {
        // SAFETY: that of the caller.
        unsafe {
            let row = output.to.add(channel * output.pitch + tile.column);
            let operand = operand.add(tile.column);
            for i in (0..tile.columns).step_by(S::LANES) {
                S::store(
                    join(S::load(row.add(i)), S::load(operand.add(i))),
                    row.add(i),
                );
            }
        }
    }
}
