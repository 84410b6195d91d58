//! The operations of a network, prepared for an instruction set.

mod conv;
mod letters;
mod pool;
mod steps;
mod table;

use super::net::{BASES, Node, Op};
use super::plane::SLACK;
use super::simd::{Isa, MAX_LANES};
use conv::Packed;
use letters::Tables;
use pool::Pooling;
use steps::Steps;
use table::TableLookup;

pub use letters::TapPair;

/// A node's operation, with its weights in the order of the kernels.
pub struct Kernel {
    op: KernelOp,
    steps: Steps,
    isa: Isa,
}

enum KernelOp {
    Conv(Packed),
    Letters(Tables),
    Pool(Pooling),
    Table(TableLookup),
    Copy,
}

/// The inputs of a kernel. Each pointer is at the number for the first column.
#[derive(Default)]
pub struct Inputs {
    /// By source, then tap; for a pooling, by source; for letters none.
    pub taps: Vec<*const f32>,
    /// For letters: the places in the table of each pair of taps.
    pub places: Vec<*const u32>,
    /// By step that reads, then channel.
    pub operands: Vec<*const f32>,
    /// Scratch space for one channel of a pooling.
    pub scratch: Vec<f32>,
}

/// The output of a kernel: `columns` numbers of each channel, with channels `pitch` apart.
pub struct KernelOutput {
    pub to: *mut f32,
    pub channels: usize,
    pub pitch: usize,
    pub columns: usize,
}

impl Kernel {
    pub fn new(node: &Node, isa: Isa) -> Self {
        let mut steps = Steps::new(&node.steps);
        let op = match &node.op {
            Op::Conv(conv) if node.sources.iter().all(|source| source.node == BASES) => {
                KernelOp::Letters(Tables::new(conv, &node.sources))
            }
            Op::Conv(conv) => {
                let light = steps.take_light();
                KernelOp::Conv(Packed::new(conv, node.sources.len(), light, isa))
            }
            Op::Pool(pool) => KernelOp::Pool(Pooling::new(*pool, &node.sources)),
            Op::Table(table) => KernelOp::Table(TableLookup::new(table)),
            Op::Bases | Op::Copy => KernelOp::Copy,
        };
        Self { op, steps, isa }
    }

    /// For letters: which bases the look-ups read.
    pub fn pairs(&self) -> Option<&[TapPair]> {
        match &self.op {
            KernelOp::Letters(tables) => Some(&tables.pairs),
            _ => None,
        }
    }

    /// Whether the operation reads at its taps by itself, from one pointer a source.
    pub fn is_pool(&self) -> bool {
        matches!(self.op, KernelOp::Pool(_))
    }

    /// Computes columns; up to [`SLACK`] numbers behind them are overwritten.
    ///
    /// # Safety
    ///
    /// Behind each pointer lie the columns asked for, as numbers that nothing else writes to, and
    /// [`SLACK`] more; `inputs` has a pointer for each that the operation reads, and places are
    /// below [`super::simd::TABLE`].
    pub unsafe fn run(&self, inputs: &mut Inputs, output: &KernelOutput) {
        let (isa, steps) = (self.isa, &self.steps);
        // SAFETY: the terms above are those of each operation; a copy has a pointer for each channel,
        // and planes that are read and written are not the same.
        unsafe {
            match &self.op {
                KernelOp::Conv(packed) => packed.run(isa, steps, inputs, output),
                KernelOp::Letters(tables) => tables.run(isa, steps, inputs, output),
                KernelOp::Pool(pooling) => pooling.run(isa, steps, inputs, output),
                KernelOp::Table(words) => words.run(isa, steps, inputs, output),
                KernelOp::Copy => {
                    for channel in 0..output.channels {
                        let to = output.to.add(channel * output.pitch);
                        std::ptr::copy_nonoverlapping(inputs.taps[channel], to, output.columns);
                        let row = Tile::row(channel, output.columns);
                        steps.run(isa, &inputs.operands, output, row);
                    }
                }
            }
        }
    }
}

/// Some channels of some columns.
#[derive(Clone, Copy)]
struct Tile {
    channel: usize,
    channels: usize,
    column: usize,
    columns: usize,
}

impl Tile {
    /// All columns of a channel.
    fn row(channel: usize, columns: usize) -> Self {
        Self {
            channel,
            channels: 1,
            column: 0,
            columns,
        }
    }
}

const _: () = assert!(conv::WIDTH * MAX_LANES <= SLACK && letters::WIDTH * MAX_LANES <= SLACK);
