//! Runs a network along a stretch of sequence, block by block.
//!
//! After each block of bases, every node computes the columns that have become computable. So no
//! column is computed twice, for any length of window, and the data of a block stays in the cache.

use std::ops::Range;
use std::sync::Arc;

use super::net::{BASES, Net, Node, Source, Step};
use super::ops::{Inputs, Kernel, KernelOutput};
use super::plane::{Plane, SLACK};
use super::simd::Isa;
use crate::sequence::Base;

/// Bases of a block: a multiple of every tile's width.
const BLOCK: usize = 960;

/// A network with its kernels; shared by all workers.
pub struct KernelNet {
    net: Net,
    kernels: Vec<Kernel>,
}

impl KernelNet {
    pub fn new(net: Net, isa: Isa) -> Self {
        let kernels = net.nodes.iter().map(|node| Kernel::new(node, isa));
        Self {
            kernels: kernels.collect(),
            net,
        }
    }

    /// See [`Net::flops`].
    pub fn flops(&self) -> usize {
        self.net.flops()
    }
}

/// The columns of one worker.
pub struct NetStream {
    ready: Arc<KernelNet>,
    planes: Vec<Plane>,
    /// Columns of each node so far.
    known: Vec<usize>,
    inputs: Inputs,
    places: Vec<Vec<u32>>,
    staging: Staging,
}

impl NetStream {
    pub fn new(ready: Arc<KernelNet>) -> Self {
        let nodes = ready.net.nodes.iter();
        let planes: Vec<_> = nodes.map(|node| Plane::new(node.channels)).collect();
        Self {
            known: vec![0; planes.len()],
            planes,
            inputs: Inputs::default(),
            places: Vec::new(),
            staging: Staging::default(),
            ready,
        }
    }

    /// Runs along `bases`. `take` gets the columns of the output in parts, from left to right.
    pub fn run(&mut self, bases: &[Base], mut take: impl FnMut(Range<usize>, &Plane)) {
        let ready = self.ready.clone();
        self.known.fill(0);
        self.planes.iter_mut().for_each(Plane::clear);
        let last = self.planes.len() - 1;
        let mut bases_known = 0;
        while bases_known < bases.len() {
            bases_known = bases.len().min(bases_known + BLOCK);
            self.known[BASES] = bases_known;
            let from = self.known[last];
            for (at, node) in ready.net.nodes.iter().enumerate().skip(1) {
                let columns = self.known[at]..node.columns(&self.known);
                if !columns.is_empty() {
                    self.compute(at, node, &ready.kernels[at], columns, bases);
                }
            }
            let columns = from..self.known[last];
            if !columns.is_empty() {
                take(columns, &self.planes[last]);
            }
            let needed = ready.net.needed(&self.known);
            for (plane, needed) in self.planes.iter_mut().zip(needed).skip(1) {
                plane.retain(needed);
            }
        }
    }

    fn compute(
        &mut self,
        at: usize,
        node: &Node,
        kernel: &Kernel,
        columns: Range<usize>,
        bases: &[Base],
    ) {
        self.staging.clear();
        let inputs = &mut self.inputs;
        inputs.taps.clear();
        inputs.places.clear();
        inputs.operands.clear();
        if let Some(pairs) = kernel.pairs() {
            let source = &node.sources[0];
            let bases = &bases[columns.start * source.stride + source.shift..];
            self.places.resize_with(pairs.len(), Vec::new);
            for (pair, places) in pairs.iter().zip(&mut self.places) {
                pair.places(bases, source.stride, columns.len(), places);
                // Look-ups work on whole vectors.
                places.resize(columns.len() + SLACK, 0);
                inputs.places.push(places.as_ptr());
            }
        } else {
            for source in &node.sources {
                let taps = if kernel.is_pool() { 0 } else { node.taps() };
                if kernel.is_pool() {
                    let column = columns.start * source.stride + source.shift;
                    let row = self.planes[source.node].row(source.channel, column);
                    inputs.taps.push(row.as_ptr());
                }
                for tap in 0..taps {
                    let row = self.staging.tap(&self.planes, source, tap, &columns);
                    inputs.taps.push(row);
                }
            }
        }
        for step in &node.steps {
            if let Step::Binary(_, sources) = step {
                for source in sources {
                    let row = self.staging.tap(&self.planes, source, 0, &columns);
                    inputs.operands.push(row);
                }
            }
        }
        let plane = &mut self.planes[at];
        let to = plane.extend(columns.end).as_mut_ptr();
        let output = KernelOutput {
            to,
            channels: node.channels,
            pitch: plane.pitch(),
            columns: columns.len(),
        };
        // SAFETY: a node reads columns of earlier nodes that `Node::columns` says are there; every
        // plane and every list of places has its slack behind them.
        unsafe { kernel.run(inputs, &output) };
        self.known[at] = columns.end;
    }
}

/// Strided columns of a source, copied side by side for the nodes that read them.
#[derive(Default)]
struct Staging {
    rows: Vec<Vec<f32>>,
    used: usize,
    /// The last copy: source, phase of its stride, and range.
    last: Vec<(usize, *const f32)>,
    of: Option<Source>,
}

impl Staging {
    fn clear(&mut self) {
        self.used = 0;
        self.of = None;
    }

    /// Where a source's columns at a tap lie side by side.
    fn tap(
        &mut self,
        planes: &[Plane],
        source: &Source,
        tap: usize,
        columns: &Range<usize>,
    ) -> *const f32 {
        let plane = &planes[source.node];
        let (stride, reach) = (source.stride, tap * source.spacing);
        let first = columns.start * stride + source.shift;
        if stride == 1 {
            return plane.row(source.channel, first + reach).as_ptr();
        }
        if self.of != Some(*source) {
            (self.of, self.last) = (Some(*source), Vec::new());
        }
        let (phase, ahead) = (reach % stride, reach / stride);
        let known = self.last.iter().find(|(known, _)| *known == phase);
        let row = match known {
            Some(&(_, row)) => row,
            None => {
                if self.used == self.rows.len() {
                    self.rows.push(Vec::new());
                }
                let row = &mut self.rows[self.used];
                self.used += 1;
                row.clear();
                let there = plane.end() - first - phase;
                let from = &plane.row(source.channel, first + phase)[..there];
                row.extend(from.iter().step_by(stride));
                row.resize(row.len() + SLACK, 0.0);
                let row = row.as_ptr();
                self.last.push((phase, row));
                row
            }
        };
        // SAFETY: the tap's columns are there, at every `stride`th one from `ahead` on.
        unsafe { row.add(ahead) }
    }
}
