//! Translation of convolutions and poolings.

use super::Unknown;
use super::build::{Axes, GraphValue, NetBuilder, NodeChannel};
use super::onnx::Operator;
use crate::engine::fused::net::{BASES, Conv, Fold, Op, Pool, Source, Step};

/// Least taps at which a sum with equal weights is computed by doubling.
const MANY: usize = 4;

impl<'a> NetBuilder<'a> {
    pub(super) fn conv(&mut self, operator: &Operator<'a>) -> Result<(), Unknown> {
        let value = self.upright(operator.inputs[0])?;
        let constant = self.constant(operator.inputs[1]);
        let constant = constant.ok_or_else(|| operator.unknown_kind("computed weights"))?;
        let weights = constant.floats()?.to_vec();
        let dims = constant.dims.clone();
        let frame = Frame::read(operator, value.axes.rank())?;
        let groups = operator.integer("group", 1) as usize;
        let (Some(&channels), Some(&taps)) = (dims.first(), dims.last()) else {
            return Err(operator.unknown());
        };
        let fits = dims.len() == value.axes.rank()
            && (value.axes == Axes::Flat || dims[2] == 1)
            && groups > 0
            && dims[1].checked_mul(groups) == Some(value.rows.len())
            && channels.is_multiple_of(groups)
            && taps > 0;
        if !fits {
            return Err(operator.unknown_kind("weights of another shape"));
        }
        let bias = match operator.input(2) {
            Some(_) => self.floats(operator, 2)?.to_vec(),
            None => vec![0.0; channels],
        };
        if bias.len() != channels {
            return Err(operator.unknown_kind("a bias of another shape"));
        }
        let rows = self.readable(&value);
        let sources = frame.sources(&rows);
        let even = |taps: &[f32]| taps.iter().all(|weight| *weight == taps[0]);
        let sums = groups == channels && groups == rows.len() && taps >= MANY;
        let (name, axes) = (operator.outputs[0], value.axes);
        if sums && rows[0].node != BASES && weights.chunks_exact(taps).all(even) {
            let kind = Fold::Sum;
            self.node(name, Op::Pool(Pool { kind, taps }), channels, sources, axes);
            let scale = weights.iter().step_by(taps).copied().collect();
            return self.follow(name, Step::Affine { scale, shift: bias });
        }
        let conv = Conv {
            taps,
            groups,
            weights,
            bias,
        };
        self.node(name, Op::Conv(conv), channels, sources, axes);
        Ok(())
    }

    /// The rows of a value for a convolution: one-hot bases stay if all rows are bases with the
    /// same offset, else all rows become computed columns.
    fn readable(&mut self, value: &GraphValue) -> Vec<NodeChannel> {
        let first = value.rows[0];
        let beside = |row: &NodeChannel| {
            let NodeChannel { shift, behind, .. } = *row;
            row.node == BASES && (shift, behind) == (first.shift, first.behind)
        };
        if value.rows.iter().all(beside) {
            value.rows.clone()
        } else {
            self.computed(&value.rows)
        }
    }

    pub(super) fn pool(&mut self, operator: &Operator<'a>, kind: Fold) -> Result<(), Unknown> {
        let value = self.upright(operator.inputs[0])?;
        let frame = Frame::read(operator, value.axes.rank())?;
        let Some(&taps) = operator.integers("kernel_shape").last() else {
            return Err(operator.unknown());
        };
        if taps < 1 || operator.integer("ceil_mode", 0) != 0 || operator.outputs.len() != 1 {
            return Err(operator.unknown_kind("windows that are not whole"));
        }
        let taps = taps as usize;
        let rows = self.computed(&value.rows);
        let sources = frame.sources(&rows);
        let (name, channels, axes) = (operator.outputs[0], rows.len(), value.axes);
        self.node(name, Op::Pool(Pool { kind, taps }), channels, sources, axes);
        match kind {
            Fold::Max => Ok(()),
            Fold::Sum => {
                let scale = vec![1.0 / taps as f32; channels];
                let shift = vec![0.0; channels];
                self.follow(name, Step::Affine { scale, shift })
            }
        }
    }
}

/// Geometry of the taps of a sliding operator.
struct Frame {
    stride: usize,
    spacing: usize,
}

impl Frame {
    fn read(operator: &Operator<'_>, rank: usize) -> Result<Self, Unknown> {
        if operator.pads() {
            return Err(operator.unknown_kind("padding"));
        }
        let [stride, spacing, taps] = ["strides", "dilations", "kernel_shape"].map(|name| {
            let (last, before) = operator.integers(name).split_last().unwrap_or((&1, &[]));
            let along = before.iter().all(|&size| size == 1) && before.len() <= rank - 3;
            (along && *last > 0).then_some(*last as usize)
        });
        match (stride, spacing, taps) {
            (Some(stride), Some(spacing), Some(_)) => Ok(Self { stride, spacing }),
            _ => Err(operator.unknown_kind("other axes")),
        }
    }

    /// The source for each row.
    fn sources(&self, rows: &[NodeChannel]) -> Vec<Source> {
        let sources = rows.iter().map(|row| row.source(self.stride, self.spacing));
        sources.collect()
    }
}
