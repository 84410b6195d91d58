//! Look-up of the numbers of words in a table.

use super::steps::Steps;
use super::{Inputs, KernelOutput, Tile};
use crate::engine::fused::net::WordTable;
use crate::engine::fused::simd::Isa;

pub struct TableLookup {
    numbers: Vec<f32>,
}

impl TableLookup {
    pub fn new(table: &WordTable) -> Self {
        Self {
            numbers: table.numbers.clone(),
        }
    }

    /// # Safety
    ///
    /// See [`super::Kernel::run`].
    pub unsafe fn run(&self, isa: Isa, steps: &Steps, inputs: &Inputs, output: &KernelOutput) {
        // SAFETY: the caller gives one pointer with `columns` numbers behind it, and room for
        // `columns` numbers in each channel of the output; the table itself is a checked slice.
        unsafe {
            for column in 0..output.columns {
                let place = *inputs.taps[0].add(column) as usize;
                let numbers = &self.numbers[place * output.channels..][..output.channels];
                for (channel, &number) in numbers.iter().enumerate() {
                    *output.to.add(channel * output.pitch + column) = number;
                }
            }
            for channel in 0..output.channels {
                let row = Tile::row(channel, output.columns);
                steps.run(isa, &inputs.operands, output, row);
            }
        }
    }
}
