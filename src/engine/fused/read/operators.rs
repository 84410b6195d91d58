//! What each operator of ONNX adds to a network.

use super::Unknown;
use super::build::{Builder, Layout, Row, Value};
use super::onnx::{Constant, Operator};
use crate::engine::fused::net::{BASES, Binary, Conv, Fold, Function, Op, Pool, Step, Table};

/// Taps from which on a sum of equal weights is better joined by doubling.
const MANY: usize = 4;

impl<'a> Builder<'a> {
    pub fn operator(&mut self, operator: &Operator<'a>) -> Result<(), Unknown> {
        let function = |function| Some(Step::Function(function));
        let step = match operator.kind {
            "Relu" => function(Function::Relu),
            "LeakyRelu" => function(Function::Leaky(operator.float("alpha", 0.01))),
            "Sigmoid" => function(Function::Sigmoid),
            "Swish" => function(Function::Swish),
            "HardSigmoid" => {
                let (scale, shift) = (operator.float("alpha", 0.2), operator.float("beta", 0.5));
                function(Function::HardSigmoid(scale, shift))
            }
            "HardSwish" => function(Function::HardSwish),
            "Tanh" => function(Function::Tanh),
            "Exp" => function(Function::Exp),
            "Reciprocal" => function(Function::Reciprocal),
            "Clip" => Some(self.clip(operator)?),
            "BatchNormalization" => Some(self.batch_norm(operator)?),
            _ => None,
        };
        if let Some(step) = step {
            let value = self.upright(operator.inputs[0])?;
            self.step(operator.outputs[0], &value, step);
            return Ok(());
        }
        match operator.kind {
            "Constant" => {
                let tensor = operator.tensor("value").ok_or_else(|| operator.unknown())?;
                self.set_constant(operator.outputs[0], Constant::read(tensor)?);
                Ok(())
            }
            "Identity" | "Dropout" => {
                let value = self.value(operator.inputs[0])?;
                self.view(
                    operator.outputs[0],
                    value.rows.clone(),
                    value.layout,
                    &[&value],
                );
                Ok(())
            }
            "Squeeze" | "Unsqueeze" => self.height(operator),
            "Cast" => self.cast(operator),
            "Gather" => self.gather(operator),
            "Transpose" => self.transpose(operator),
            "Concat" => self.concat(operator),
            "Slice" => self.slice(operator),
            "Conv" => self.conv(operator),
            "MaxPool" => self.pool(operator, Fold::Max),
            "AveragePool" => self.pool(operator, Fold::Sum),
            "Add" => self.binary(operator, Binary::Add),
            "Sub" => self.binary(operator, Binary::Sub),
            "Mul" => self.binary(operator, Binary::Mul),
            "Div" => self.binary(operator, Binary::Div),
            _ => Err(operator.unknown()),
        }
    }

    /// A constant input, or an attribute of the same content in older graphs.
    fn listed(&self, operator: &Operator<'_>, at: usize, name: &str) -> Result<Vec<i64>, Unknown> {
        match operator.input(at) {
            Some(input) => match self.constant(input) {
                Some(constant) => Ok(constant.integers()?.to_vec()),
                None => Err(operator.unknown_kind("computed sizes")),
            },
            None => Ok(operator.integers(name).to_vec()),
        }
    }

    /// The numbers of a constant input.
    fn floats(&self, operator: &Operator<'_>, at: usize) -> Result<&[f32], Unknown> {
        let constant = operator.input(at).and_then(|name| self.constant(name));
        constant
            .ok_or_else(|| operator.unknown_kind("computed numbers"))?
            .floats()
    }

    fn height(&mut self, operator: &Operator<'a>) -> Result<(), Unknown> {
        let value = self.value(operator.inputs[0])?;
        let axes = self.listed(operator, 1, "axes")?;
        let layout = match (operator.kind, value.layout, axes.as_slice()) {
            ("Unsqueeze", Layout::Flat, [2 | -2]) => Layout::Tall,
            ("Squeeze", Layout::Tall, [2 | -2]) => Layout::Flat,
            ("Squeeze", Layout::Tall, [1, 2]) if value.rows.len() == 1 => Layout::Line,
            ("Squeeze", Layout::Flat, [1 | -2]) if value.rows.len() == 1 => Layout::Line,
            _ => return Err(operator.unknown_kind("other axes")),
        };
        self.view(operator.outputs[0], value.rows.clone(), layout, &[&value]);
        Ok(())
    }

    /// Places of words become integers; they are whole numbers already.
    fn cast(&mut self, operator: &Operator<'a>) -> Result<(), Unknown> {
        const INT64: i64 = 7;
        let value = self.value(operator.inputs[0])?;
        let whole = |conv: &Conv| {
            conv.weights
                .iter()
                .chain(&conv.bias)
                .all(|x| x.fract() == 0.0)
        };
        if operator.integer("to", 0) != INT64 || !self.of_bases(&value).is_some_and(whole) {
            return Err(operator.unknown());
        }
        self.view(
            operator.outputs[0],
            value.rows.clone(),
            value.layout,
            &[&value],
        );
        Ok(())
    }

    fn gather(&mut self, operator: &Operator<'a>) -> Result<(), Unknown> {
        let table = self.constant(operator.inputs[0]).cloned();
        let (Some(table), 0) = (table, operator.integer("axis", 0)) else {
            return Err(operator.unknown());
        };
        let places = self.value(operator.inputs[1])?;
        let (&[rows, channels], Layout::Line) = (table.dims.as_slice(), places.layout) else {
            return Err(operator.unknown_kind("other shapes"));
        };
        let conv = self.of_bases(&places).ok_or_else(|| operator.unknown())?;
        if !conv.stays_below(rows) {
            return Err(operator.unknown_kind("places beyond the table"));
        }
        let numbers = table.floats()?.to_vec();
        let sources = vec![places.rows[0].source(1, 1)];
        let op = Op::Table(Table { numbers });
        self.node(operator.outputs[0], op, channels, sources, Layout::Turned);
        Ok(())
    }

    fn transpose(&mut self, operator: &Operator<'a>) -> Result<(), Unknown> {
        let value = self.value(operator.inputs[0])?;
        let layout = match (value.layout, operator.integers("perm")) {
            (Layout::Turned, [0, 2, 1]) => Layout::Flat,
            (Layout::Flat, [0, 2, 1]) => Layout::Turned,
            _ => return Err(operator.unknown()),
        };
        self.view(operator.outputs[0], value.rows.clone(), layout, &[&value]);
        Ok(())
    }

    fn concat(&mut self, operator: &Operator<'a>) -> Result<(), Unknown> {
        let parts = operator.inputs.iter().map(|name| self.upright(name));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        let layout = parts[0].layout;
        let axis = operator.integer("axis", 1);
        if axis != 1 && axis + layout.rank() as i64 != 1 {
            return Err(operator.unknown_kind("other axes"));
        }
        let rows = parts.iter().flat_map(|part| part.rows.clone()).collect();
        self.view(
            operator.outputs[0],
            rows,
            layout,
            &parts.iter().collect::<Vec<_>>(),
        );
        Ok(())
    }

    fn slice(&mut self, operator: &Operator<'a>) -> Result<(), Unknown> {
        let value = self.upright(operator.inputs[0])?;
        let lists = [(1, "starts"), (2, "ends"), (3, "axes"), (4, "steps")];
        let [starts, ends, axes, steps] = lists.map(|(at, name)| self.listed(operator, at, name));
        let (starts, ends, axes, steps) = (starts?, ends?, axes?, steps?);
        let ([start], [end], [axis]) = (starts.as_slice(), ends.as_slice(), axes.as_slice()) else {
            return Err(operator.unknown_kind("other than one axis"));
        };
        if steps.iter().any(|&step| step != 1) {
            return Err(operator.unknown_kind("steps"));
        }
        let rank = value.layout.rank() as i64;
        let mut rows = value.rows.clone();
        match (axis + rank) % rank {
            1 => {
                let channels = rows.len() as i64;
                let bound = |at: i64| (if at < 0 { at + channels } else { at }).clamp(0, channels);
                let (start, end) = (bound(*start) as usize, bound(*end) as usize);
                if start >= end {
                    return Err(operator.unknown_kind("nothing left"));
                }
                rows = rows[start..end].to_vec();
            }
            axis if axis == rank - 1 => {
                let behind = match *end {
                    end if end < 0 => -end,
                    end if end >= i64::from(i32::MAX) => 0,
                    _ => return Err(operator.unknown_kind("a fixed end")),
                };
                if *start < 0 {
                    return Err(operator.unknown_kind("a start counted from the end"));
                }
                for row in &mut rows {
                    row.shift += *start as usize;
                    row.behind += behind as usize;
                }
            }
            _ => return Err(operator.unknown_kind("other axes")),
        }
        self.view(operator.outputs[0], rows, value.layout, &[&value]);
        Ok(())
    }

    fn conv(&mut self, operator: &Operator<'a>) -> Result<(), Unknown> {
        let value = self.upright(operator.inputs[0])?;
        let constant = self.constant(operator.inputs[1]);
        let constant = constant.ok_or_else(|| operator.unknown_kind("computed weights"))?;
        let weights = constant.floats()?.to_vec();
        let dims = constant.dims.clone();
        let frame = Frame::read(operator, value.layout.rank())?;
        let groups = operator.integer("group", 1) as usize;
        let (Some(&channels), Some(&taps)) = (dims.first(), dims.last()) else {
            return Err(operator.unknown());
        };
        let fits = dims.len() == value.layout.rank()
            && (value.layout == Layout::Flat || dims[2] == 1)
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
        let sources = rows
            .iter()
            .map(|row| row.source(frame.stride, frame.spacing));
        let sources = sources.collect();
        let even = |taps: &[f32]| taps.iter().all(|weight| *weight == taps[0]);
        let sums = groups == channels && groups == rows.len() && taps >= MANY;
        let (name, layout) = (operator.outputs[0], value.layout);
        if sums && rows[0].node != BASES && weights.chunks_exact(taps).all(even) {
            let kind = Fold::Sum;
            self.node(
                name,
                Op::Pool(Pool { kind, taps }),
                channels,
                sources,
                layout,
            );
            let scale = weights.iter().step_by(taps).copied().collect();
            return self.follow(name, Step::Affine { scale, shift: bias });
        }
        let conv = Conv {
            taps,
            groups,
            weights,
            bias,
        };
        self.node(name, Op::Conv(conv), channels, sources, layout);
        Ok(())
    }

    /// The rows of a value as a convolution may read them: bases alone and side by side, or none.
    fn readable(&mut self, value: &Value) -> Vec<Row> {
        let first = value.rows[0];
        let beside = |row: &Row| {
            let Row { shift, behind, .. } = *row;
            row.node == BASES && (shift, behind) == (first.shift, first.behind)
        };
        if value.rows.iter().all(beside) {
            value.rows.clone()
        } else {
            self.computed(&value.rows)
        }
    }

    fn pool(&mut self, operator: &Operator<'a>, kind: Fold) -> Result<(), Unknown> {
        let value = self.upright(operator.inputs[0])?;
        let frame = Frame::read(operator, value.layout.rank())?;
        let Some(&taps) = operator.integers("kernel_shape").last() else {
            return Err(operator.unknown());
        };
        if taps < 1 || operator.integer("ceil_mode", 0) != 0 || operator.outputs.len() != 1 {
            return Err(operator.unknown_kind("windows that are not whole"));
        }
        let taps = taps as usize;
        let rows = self.computed(&value.rows);
        let sources = rows
            .iter()
            .map(|row| row.source(frame.stride, frame.spacing));
        let (name, channels, layout) = (operator.outputs[0], rows.len(), value.layout);
        let sources = sources.collect();
        self.node(
            name,
            Op::Pool(Pool { kind, taps }),
            channels,
            sources,
            layout,
        );
        match kind {
            Fold::Max => Ok(()),
            Fold::Sum => {
                let scale = vec![1.0 / taps as f32; channels];
                let shift = vec![0.0; channels];
                self.follow(name, Step::Affine { scale, shift })
            }
        }
    }

    /// Lets a step follow the node that was just added under this name.
    fn follow(&mut self, name: &'a str, step: Step) -> Result<(), Unknown> {
        let sole = true;
        let value = Value {
            sole,
            ..self.value(name)?
        };
        self.step(name, &value, step);
        Ok(())
    }

    fn clip(&self, operator: &Operator<'_>) -> Result<Step, Unknown> {
        let bound = |at: usize, name: &str, default: f32| match operator.input(at) {
            Some(_) => Ok(self.floats(operator, at)?[0]),
            None => Ok(operator.float(name, default)),
        };
        let least = bound(1, "min", f32::MIN)?;
        let most = bound(2, "max", f32::MAX)?;
        Ok(Step::Function(Function::Clip(least, most)))
    }

    fn batch_norm(&self, operator: &Operator<'_>) -> Result<Step, Unknown> {
        let [scale, shift, mean, variance] = [1, 2, 3, 4].map(|at| self.floats(operator, at));
        let (factors, shift, mean, variance) = (scale?, shift?, mean?, variance?);
        let channels = self.upright(operator.inputs[0])?.rows.len();
        let lengths = [factors, shift, mean, variance].map(<[f32]>::len);
        if lengths != [channels; 4] {
            return Err(operator.unknown_kind("numbers of another shape"));
        }
        let epsilon = f64::from(operator.float("epsilon", 1e-5));
        let factor = |c: usize| f64::from(factors[c]) / (f64::from(variance[c]) + epsilon).sqrt();
        let left = |c: usize| f64::from(shift[c]) - f64::from(mean[c]) * factor(c);
        Ok(Step::Affine {
            scale: (0..channels).map(|c| factor(c) as f32).collect(),
            shift: (0..channels).map(|c| left(c) as f32).collect(),
        })
    }

    fn binary(&mut self, operator: &Operator<'a>, binary: Binary) -> Result<(), Unknown> {
        let [a, b] = operator.inputs.as_slice() else {
            return Err(operator.unknown());
        };
        let name = operator.outputs[0];
        match (self.constant(a).cloned(), self.constant(b).cloned()) {
            (None, Some(constant)) => {
                let value = self.upright(a)?;
                let numbers = per_channel(&constant, &value, operator)?;
                let step = with_constant(binary, numbers);
                self.step(name, &value, step);
            }
            (Some(constant), None) => {
                let value = self.upright(b)?;
                let numbers = per_channel(&constant, &value, operator)?;
                self.constant_first(name, &value, binary, numbers)?;
            }
            _ => {
                let (a, b) = (self.upright(a)?, self.upright(b)?);
                self.join(operator, binary, a, b)?;
            }
        }
        Ok(())
    }

    fn constant_first(
        &mut self,
        name: &'a str,
        value: &Value,
        binary: Binary,
        numbers: Vec<f32>,
    ) -> Result<(), Unknown> {
        let zeros = vec![0.0; numbers.len()];
        match binary {
            Binary::Add | Binary::Mul => self.step(name, value, with_constant(binary, numbers)),
            Binary::Sub => {
                let scale = vec![-1.0; numbers.len()];
                let shift = numbers;
                self.step(name, value, Step::Affine { scale, shift });
            }
            Binary::Div => {
                self.step(name, value, Step::Function(Function::Reciprocal));
                let (scale, shift) = (numbers, zeros);
                self.follow(name, Step::Affine { scale, shift })?;
            }
        }
        Ok(())
    }

    fn join(
        &mut self,
        operator: &Operator<'a>,
        binary: Binary,
        a: Value,
        b: Value,
    ) -> Result<(), Unknown> {
        let channels = a.rows.len().max(b.rows.len());
        let spread = |mut value: Value| match value.rows.len() {
            len if len == channels => Ok(value),
            1 => {
                value.rows = vec![value.rows[0]; channels];
                value.sole = false;
                Ok(value)
            }
            _ => Err(operator.unknown_kind("other shapes")),
        };
        if a.layout != b.layout {
            return Err(operator.unknown_kind("other shapes"));
        }
        let (mut a, mut b) = (spread(a)?, spread(b)?);
        a.rows = self.computed(&a.rows);
        b.rows = self.computed(&b.rows);
        // The one that is computed last can take the other one in.
        let swaps = matches!(binary, Binary::Add | Binary::Mul) && self.whole(&a) < self.whole(&b);
        let (value, other) = if swaps { (b, a) } else { (a, b) };
        let sources = other.rows.iter().map(|row| row.source(1, 1)).collect();
        self.step(operator.outputs[0], &value, Step::Binary(binary, sources));
        Ok(())
    }
}

/// `x` and a constant behind it.
fn with_constant(binary: Binary, numbers: Vec<f32>) -> Step {
    let len = numbers.len();
    let (zeros, ones) = (vec![0.0; len], vec![1.0; len]);
    let (scale, shift) = match binary {
        Binary::Add => (ones, numbers),
        Binary::Sub => (ones, numbers.iter().map(|x| -x).collect()),
        Binary::Mul => (numbers, zeros),
        Binary::Div => (numbers.iter().map(|x| 1.0 / x).collect(), zeros),
    };
    Step::Affine { scale, shift }
}

/// A constant that is one number, or one a channel.
fn per_channel(
    constant: &Constant,
    value: &Value,
    operator: &Operator<'_>,
) -> Result<Vec<f32>, Unknown> {
    let (numbers, channels) = (constant.floats()?, value.rows.len());
    // Axes are aligned at the last one; the channels are the second.
    let axis = (constant.dims.len() + 1).checked_sub(value.layout.rank());
    match (numbers, axis) {
        ([number], _) if constant.dims.len() <= value.layout.rank() => Ok(vec![*number; channels]),
        (_, Some(axis))
            if numbers.len() == channels && constant.dims.get(axis) == Some(&channels) =>
        {
            Ok(numbers.to_vec())
        }
        _ => Err(operator.unknown_kind("constants of other shapes")),
    }
}

/// How the taps of a sliding operator lie.
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
}
