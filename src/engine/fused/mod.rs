//! The engine that runs dense models with our own kernels.
//!
//! The file's graph becomes a [`net::Net`]. For the reverse strand, a mirrored network runs along
//! the same bases. Graphs that a [`net::Net`] cannot express are run by tract.

mod channels;
mod net;
mod ops;
mod plane;
mod read;
mod simd;
mod stream;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use anyhow::Result;

use super::{Engine, Scorer};
use crate::model::Model;
use crate::sequence::Base;
pub use read::Unknown;
pub use simd::Isa;
use stream::{KernelNet, NetStream};

/// Bases of a lane beyond a window. No column of a lane is computed twice.
const SPAN: usize = 1 << 17;

pub struct Fused {
    forward: Arc<KernelNet>,
    reverse: Arc<KernelNet>,
    isa: Isa,
    lane: usize,
    step: usize,
    labels: usize,
}

impl Fused {
    /// An engine for windows `stride` bases apart and some labels. Fails if the kernels lack an
    /// operation of the graph.
    pub fn new(model: &Model, labels: &[usize], isa: Isa, stride: usize) -> Result<Self, Unknown> {
        let contract = &model.contract;
        let mut net = read::read(model)?;
        let all = 0..model.outputs;
        if !labels.iter().copied().eq(all) {
            net = net.of_channels(labels);
        }
        let mut mirrored = net.mirrored(contract.window);
        // Windows that share few bases are packed more closely on the model's own grid.
        let every = match stride / contract.step {
            every if 2 * stride <= contract.window => every,
            _ => 1,
        };
        if every > 1 {
            (net, mirrored) = (net.thinned(every), mirrored.thinned(every));
        }
        Ok(Self {
            forward: Arc::new(KernelNet::new(net, isa)),
            reverse: Arc::new(KernelNet::new(mirrored, isa)),
            isa,
            lane: contract.window + SPAN,
            step: contract.step * every,
            labels: labels.len(),
        })
    }
}

impl Engine for Fused {
    fn scorer(&self) -> Result<Box<dyn Scorer>> {
        Ok(Box::new(FusedScorer {
            forward: NetStream::new(self.forward.clone()),
            reverse: NetStream::new(self.reverse.clone()),
            lane: self.lane,
            step: self.step,
            labels: self.labels,
        }))
    }

    fn name(&self) -> String {
        format!("fused kernels, {}", self.isa.word())
    }

    fn flops(&self) -> Option<usize> {
        Some(self.forward.flops())
    }
}

struct FusedScorer {
    forward: NetStream,
    reverse: NetStream,
    lane: usize,
    step: usize,
    labels: usize,
}

impl Scorer for FusedScorer {
    fn lane(&self) -> usize {
        self.lane
    }

    fn step(&self) -> usize {
        self.step
    }

    fn score(&mut self, bases: &[Base], starts: &[u32], out: &mut Vec<f32>) -> Result<()> {
        gather(
            &mut self.forward,
            self.step,
            self.labels,
            bases,
            starts,
            out,
        );
        Ok(())
    }

    fn score_reverse(&mut self, bases: &[Base], starts: &[u32], out: &mut Vec<f32>) -> Result<()> {
        gather(
            &mut self.reverse,
            self.step,
            self.labels,
            bases,
            starts,
            out,
        );
        Ok(())
    }
}

/// Runs along `bases` and picks the columns of the windows at `starts`.
fn gather(
    stream: &mut NetStream,
    step: usize,
    labels: usize,
    bases: &[Base],
    starts: &[u32],
    out: &mut Vec<f32>,
) {
    out.clear();
    out.reserve(starts.len() * labels);
    let mut columns = starts.iter().map(|&start| start as usize / step).peekable();
    stream.run(bases, |known, output| {
        while let Some(column) = columns.next_if(|column| known.contains(column)) {
            out.extend((0..labels).map(|label| output.row(label, column)[0]));
        }
    });
}
