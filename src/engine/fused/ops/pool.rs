//! Sliding sums and maxima by doubling.
//!
//! Windows of 1, 2, 4, ... columns are joined from two of half the width, and those that add up
//! to the wanted width are joined from the narrowest to the widest: 9 additions for 101 columns.
//! A running sum would take two, but its last bits would depend on where it began.

use super::steps::Steps;
use super::{Inputs, KernelOutput, Tile};
use crate::engine::fused::net::{Fold, Pool, Source};
use crate::engine::fused::plane::SLACK;
use crate::engine::fused::simd::{Isa, Simd, SimdTask};

pub struct Pooling {
    pool: Pool,
    /// Stride and spacing of each channel.
    reads: Vec<(usize, usize)>,
}

impl Pooling {
    pub fn new(pool: Pool, sources: &[Source]) -> Self {
        let reads = sources
            .iter()
            .map(|source| (source.stride, source.spacing))
            .collect();
        Self { pool, reads }
    }

    /// # Safety
    ///
    /// See [`super::Kernel::run`].
    pub unsafe fn run(&self, isa: Isa, steps: &Steps, inputs: &mut Inputs, output: &KernelOutput) {
        for (channel, &(stride, spacing)) in self.reads.iter().enumerate() {
            let joined = (output.columns - 1) * stride + 1;
            let read = joined + (self.pool.taps - 1) * spacing;
            let half = read + SLACK;
            if inputs.scratch.len() < 2 * half {
                inputs.scratch.resize(2 * half, 0.0);
            }
            // SAFETY: a source has `read` numbers from its pointer on, the taps of the last column
            // among them; both halves of the scratch hold them and SLACK more, in which the last
            // vector ends; the output has room for `columns` numbers in each channel.
            unsafe {
                let parts = inputs.scratch.as_mut_ptr();
                let sums = parts.add(half);
                std::ptr::copy_nonoverlapping(inputs.taps[channel], parts, read);
                isa.run(Doubling {
                    pool: self.pool,
                    parts,
                    sums,
                    joined,
                    read,
                    spacing,
                });
                let to = output.to.add(channel * output.pitch);
                if stride == 1 {
                    std::ptr::copy_nonoverlapping(sums, to, output.columns);
                } else {
                    for column in 0..output.columns {
                        *to.add(column) = *sums.add(column * stride);
                    }
                }
                let row = Tile::row(channel, output.columns);
                steps.run(isa, &inputs.operands, output, row);
            }
        }
    }
}

/// `sums[i]` becomes all taps of `parts[i]`, for the first `joined` ones of `read`.
struct Doubling {
    pool: Pool,
    parts: *mut f32,
    sums: *mut f32,
    joined: usize,
    read: usize,
    spacing: usize,
}

impl SimdTask for Doubling {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        // SAFETY: `Pooling::run` is the only caller; see there.
        unsafe {
            match self.pool.kind {
                Fold::Sum => self.fold::<S>(
                    #[inline(always)]
                    |a, b| S::add(a, b),
                ),
                Fold::Max => self.fold::<S>(
                    #[inline(always)]
                    |a, b| S::max(a, b),
                ),
            }
        }
    }
}

impl Doubling {
    #[inline(always)]
    unsafe fn fold<S: Simd>(&self, join: impl Fn(S::Vector, S::Vector) -> S::Vector) {
        let Self {
            parts,
            sums,
            spacing,
            ..
        } = *self;
        let (mut width, mut done, mut left) = (1, 0, self.read);
        loop {
            // SAFETY: `left` columns of `parts` are whole windows of `width`, and those of
            // `joined + done * spacing` and `left + width * spacing` lie within the `read` ones; a
            // last vector ends within the slack behind them.
            unsafe {
                if self.pool.taps & width != 0 {
                    for i in (0..self.joined).step_by(S::LANES) {
                        let part = S::load(parts.add(i + done * spacing));
                        let sum = match done {
                            0 => part,
                            _ => join(S::load(sums.add(i)), part),
                        };
                        S::store(sum, sums.add(i));
                    }
                    done += width;
                }
                if done == self.pool.taps {
                    return;
                }
                left -= width * spacing;
                for i in (0..left).step_by(S::LANES) {
                    let next = S::load(parts.add(i + width * spacing));
                    S::store(join(S::load(parts.add(i)), next), parts.add(i));
                }
                width *= 2;
            }
        }
    }
}
