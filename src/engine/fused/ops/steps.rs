//! Elementwise functions, applied while a tile is still in the cache.

use super::{KernelOutput, Tile};
use crate::engine::fused::net::{Binary, Function, Step};
use crate::engine::fused::simd::{Isa, Simd, SimdTask, exp, sigmoid};

pub struct Steps(Vec<KernelStep>);

/// A step that is cheap enough for the loop of the operation before it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Light {
    Relu,
    Add,
}

enum KernelStep {
    /// Scale and shift of each channel.
    Affine(Vec<(f32, f32)>),
    Function(Function),
    Binary(Binary),
}

impl Steps {
    pub fn new(steps: &[Step]) -> Self {
        let ready = |step: &Step| match step {
            Step::Affine { scale, shift } => {
                KernelStep::Affine(scale.iter().copied().zip(shift.iter().copied()).collect())
            }
            Step::Function(function) => KernelStep::Function(*function),
            Step::Binary(binary, _) => KernelStep::Binary(*binary),
        };
        Self(steps.iter().map(ready).collect())
    }

    /// Removes the light steps at the front.
    pub fn take_light(&mut self) -> Vec<Light> {
        let light = self.0.iter().map_while(|step| match step {
            KernelStep::Function(Function::Relu) => Some(Light::Relu),
            KernelStep::Binary(Binary::Add) => Some(Light::Add),
            _ => None,
        });
        let light: Vec<_> = light.collect();
        self.0.drain(..light.len());
        light
    }

    /// Runs all steps on a tile in place, in whole vectors.
    ///
    /// # Safety
    ///
    /// See [`super::Kernel::run`]; `operands` has a pointer for each channel of the output, for
    /// each binary step.
    pub unsafe fn run(&self, isa: Isa, operands: &[*const f32], output: &KernelOutput, tile: Tile) {
        let mut operands = operands;
        for step in &self.0 {
            // SAFETY: a tile lies within the output's channels and, in whole vectors, within its
            // columns and their slack; `operands` has a pointer for each channel and binary step.
            unsafe {
                match step {
                    KernelStep::Affine(affine) => isa.run(Affine {
                        affine,
                        output,
                        tile,
                    }),
                    KernelStep::Function(function) => isa.run(Map {
                        function: *function,
                        output,
                        tile,
                    }),
                    KernelStep::Binary(binary) => {
                        let of_output;
                        (of_output, operands) = operands.split_at(output.channels);
                        isa.run(Join {
                            binary: *binary,
                            operands: &of_output[tile.channel..tile.channel + tile.channels],
                            output,
                            tile,
                        });
                    }
                }
            }
        }
    }
}

struct Affine<'a> {
    affine: &'a [(f32, f32)],
    output: &'a KernelOutput,
    tile: Tile,
}

impl SimdTask for Affine<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self {
            affine,
            output,
            tile,
        } = self;
        let channels = tile.channel..tile.channel + tile.channels;
        for (channel, &(scale, shift)) in channels.clone().zip(&affine[channels]) {
            // SAFETY: the channel is one of the output's; a row's last vector ends within the slack.
            unsafe {
                let (scale, shift) = (S::splat(scale), S::splat(shift));
                let row = output.to.add(channel * output.pitch + tile.column);
                for i in (0..tile.columns).step_by(S::LANES) {
                    let x = S::load(row.add(i));
                    S::store(S::mul_add(x, scale, shift), row.add(i));
                }
            }
        }
    }
}

struct Join<'a> {
    binary: Binary,
    operands: &'a [*const f32],
    output: &'a KernelOutput,
    tile: Tile,
}

impl SimdTask for Join<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self {
            binary,
            operands,
            output,
            tile,
        } = self;
        for (channel, operand) in (tile.channel..).zip(operands) {
            // SAFETY: the channel is one of the output's, and its operand has as many columns; the
            // last vector of both ends within their slack.
            unsafe {
                let row = output.to.add(channel * output.pitch + tile.column);
                let operand = operand.add(tile.column);
                for i in (0..tile.columns).step_by(S::LANES) {
                    let (x, y) = (S::load(row.add(i)), S::load(operand.add(i)));
                    let joined = match binary {
                        Binary::Add => S::add(x, y),
                        Binary::Sub => S::sub(x, y),
                        Binary::Mul => S::mul(x, y),
                        Binary::Div => S::div(x, y),
                    };
                    S::store(joined, row.add(i));
                }
            }
        }
    }
}

struct Map<'a> {
    function: Function,
    output: &'a KernelOutput,
    tile: Tile,
}

impl SimdTask for Map<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        // SAFETY: `Steps::run` gives a tile of the output.
        unsafe { function_of::<S>(self.function, self.output, self.tile) }
    }
}

#[inline(always)]
unsafe fn function_of<S: Simd>(function: Function, output: &KernelOutput, tile: Tile) {
    // SAFETY, of all: only `each` touches memory, the tile that it is given; the rest computes.
    unsafe {
        let (zero, one) = (S::splat(0.0), S::splat(1.0));
        match function {
            Function::Relu => each::<S>(
                output,
                tile,
                #[inline(always)]
                |x| S::max(x, zero),
            ),
            Function::Leaky(slope) => {
                let slope = S::splat(slope);
                each::<S>(
                    output,
                    tile,
                    #[inline(always)]
                    |x| S::mul_add(S::min(x, zero), slope, S::max(x, zero)),
                );
            }
            Function::Sigmoid => each::<S>(
                output,
                tile,
                #[inline(always)]
                |x| sigmoid::<S>(x),
            ),
            Function::HardSigmoid(scale, shift) => {
                let (scale, shift) = (S::splat(scale), S::splat(shift));
                each::<S>(
                    output,
                    tile,
                    #[inline(always)]
                    |x| S::min(S::max(S::mul_add(x, scale, shift), zero), one),
                );
            }
            Function::HardSwish => {
                let (scale, shift) = (S::splat(1.0 / 6.0), S::splat(0.5));
                each::<S>(
                    output,
                    tile,
                    #[inline(always)]
                    |x| {
                        let open = S::min(S::max(S::mul_add(x, scale, shift), zero), one);
                        S::mul(x, open)
                    },
                );
            }
            Function::Swish => each::<S>(
                output,
                tile,
                #[inline(always)]
                |x| S::mul(x, sigmoid::<S>(x)),
            ),
            Function::Tanh => each::<S>(
                output,
                tile,
                #[inline(always)]
                |x| {
                    // 2 sigmoid(2 x) - 1
                    let twice = sigmoid::<S>(S::add(x, x));
                    S::sub(S::add(twice, twice), one)
                },
            ),
            Function::Exp => each::<S>(
                output,
                tile,
                #[inline(always)]
                |x| exp::<S>(x),
            ),
            Function::Reciprocal => each::<S>(
                output,
                tile,
                #[inline(always)]
                |x| S::div(one, x),
            ),
            Function::Clip(least, most) => {
                let (least, most) = (S::splat(least), S::splat(most));
                each::<S>(
                    output,
                    tile,
                    #[inline(always)]
                    |x| S::min(S::max(x, least), most),
                );
            }
        }
    }
}

/// Applies a function to each number of a tile.
#[inline(always)]
unsafe fn each<S: Simd>(output: &KernelOutput, tile: Tile, map: impl Fn(S::Vector) -> S::Vector) {
    for channel in tile.channel..tile.channel + tile.channels {
        // SAFETY: the channel is one of the output's; a row's last vector ends within the slack.
        unsafe {
            let row = output.to.add(channel * output.pitch + tile.column);
            for i in (0..tile.columns).step_by(S::LANES) {
                S::store(map(S::load(row.add(i))), row.add(i));
            }
        }
    }
}
