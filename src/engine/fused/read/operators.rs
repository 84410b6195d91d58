//! Translation of each ONNX operator.

use super::Unknown;
use super::build::{Axes, GraphValue, NetBuilder};
use super::onnx::{Constant, Operator};
use crate::engine::fused::net::{Binary, Conv, Fold, Function, Op, Step, WordTable};

impl<'a> NetBuilder<'a> {
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
                    value.axes,
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

    /// A constant input, or the attribute that older graphs have in its place.
    pub(super) fn listed(
        &self,
        operator: &Operator<'_>,
        at: usize,
        name: &str,
    ) -> Result<Vec<i64>, Unknown> {
        match operator.input(at) {
            Some(input) => match self.constant(input) {
                Some(constant) => Ok(constant.integers()?.to_vec()),
                None => Err(operator.unknown_kind("computed sizes")),
            },
            None => Ok(operator.integers(name).to_vec()),
        }
    }

    /// The numbers of a constant input.
    pub(super) fn floats(&self, operator: &Operator<'_>, at: usize) -> Result<&[f32], Unknown> {
        let constant = operator.input(at).and_then(|name| self.constant(name));
        constant
            .ok_or_else(|| operator.unknown_kind("computed numbers"))?
            .floats()
    }

    fn height(&mut self, operator: &Operator<'a>) -> Result<(), Unknown> {
        let value = self.value(operator.inputs[0])?;
        let axes = self.listed(operator, 1, "axes")?;
        let axes = match (operator.kind, value.axes, axes.as_slice()) {
            ("Unsqueeze", Axes::Flat, [2 | -2]) => Axes::Tall,
            ("Squeeze", Axes::Tall, [2 | -2]) => Axes::Flat,
            ("Squeeze", Axes::Tall, [1, 2]) if value.rows.len() == 1 => Axes::Line,
            ("Squeeze", Axes::Flat, [1 | -2]) if value.rows.len() == 1 => Axes::Line,
            _ => return Err(operator.unknown_kind("other axes")),
        };
        self.view(operator.outputs[0], value.rows.clone(), axes, &[&value]);
        Ok(())
    }

    /// Casts of word indexes to integers do nothing: the indexes are whole numbers.
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
            value.axes,
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
        let (&[rows, channels], Axes::Line) = (table.dims.as_slice(), places.axes) else {
            return Err(operator.unknown_kind("other shapes"));
        };
        let conv = self.of_bases(&places).ok_or_else(|| operator.unknown())?;
        if !conv.stays_below(rows) {
            return Err(operator.unknown_kind("indexes beyond the table"));
        }
        let numbers = table.floats()?.to_vec();
        let sources = vec![places.rows[0].source(1, 1)];
        let op = Op::Table(WordTable { numbers });
        self.node(operator.outputs[0], op, channels, sources, Axes::Turned);
        Ok(())
    }

    fn transpose(&mut self, operator: &Operator<'a>) -> Result<(), Unknown> {
        let value = self.value(operator.inputs[0])?;
        let axes = match (value.axes, operator.integers("perm")) {
            (Axes::Turned, [0, 2, 1]) => Axes::Flat,
            (Axes::Flat, [0, 2, 1]) => Axes::Turned,
            _ => return Err(operator.unknown()),
        };
        self.view(operator.outputs[0], value.rows.clone(), axes, &[&value]);
        Ok(())
    }

    fn concat(&mut self, operator: &Operator<'a>) -> Result<(), Unknown> {
        let parts = operator.inputs.iter().map(|name| self.upright(name));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        let axes = parts[0].axes;
        let axis = operator.integer("axis", 1);
        if axis != 1 && axis + axes.rank() as i64 != 1 {
            return Err(operator.unknown_kind("other axes"));
        }
        let rows = parts.iter().flat_map(|part| part.rows.clone()).collect();
        self.view(
            operator.outputs[0],
            rows,
            axes,
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
        let rank = value.axes.rank() as i64;
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
        self.view(operator.outputs[0], rows, value.axes, &[&value]);
        Ok(())
    }

    /// Applies a step to the node that was added under this name.
    pub(super) fn follow(&mut self, name: &'a str, step: Step) -> Result<(), Unknown> {
        let sole = true;
        let value = GraphValue {
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
}
