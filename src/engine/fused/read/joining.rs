//! Translation of operators on two values, or on a value and a constant.

use super::Unknown;
use super::build::{GraphValue, NetBuilder};
use super::onnx::{Constant, Operator};
use crate::engine::fused::net::{Binary, Function, Step};

impl<'a> NetBuilder<'a> {
    pub(super) fn binary(
        &mut self,
        operator: &Operator<'a>,
        binary: Binary,
    ) -> Result<(), Unknown> {
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
        value: &GraphValue,
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
        a: GraphValue,
        b: GraphValue,
    ) -> Result<(), Unknown> {
        let channels = a.rows.len().max(b.rows.len());
        let spread = |mut value: GraphValue| match value.rows.len() {
            len if len == channels => Ok(value),
            1 => {
                value.rows = vec![value.rows[0]; channels];
                value.sole = false;
                Ok(value)
            }
            _ => Err(operator.unknown_kind("other shapes")),
        };
        if a.axes != b.axes {
            return Err(operator.unknown_kind("other shapes"));
        }
        let (mut a, mut b) = (spread(a)?, spread(b)?);
        a.rows = self.computed(&a.rows);
        b.rows = self.computed(&b.rows);
        // The node that is computed last can have the other one as an operand of a step.
        let swaps = matches!(binary, Binary::Add | Binary::Mul) && self.whole(&a) < self.whole(&b);
        let (value, other) = if swaps { (b, a) } else { (a, b) };
        let sources = other.rows.iter().map(|row| row.source(1, 1)).collect();
        self.step(operator.outputs[0], &value, Step::Binary(binary, sources));
        Ok(())
    }
}

/// A value with its constant second operand.
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

/// A constant of one number, or of one number for each channel.
fn per_channel(
    constant: &Constant,
    value: &GraphValue,
    operator: &Operator<'_>,
) -> Result<Vec<f32>, Unknown> {
    let (numbers, channels) = (constant.floats()?, value.rows.len());
    // Axes are aligned at the last one; the channels are the second.
    let axis = (constant.dims.len() + 1).checked_sub(value.axes.rank());
    match (numbers, axis) {
        ([number], _) if constant.dims.len() <= value.axes.rank() => Ok(vec![*number; channels]),
        (_, Some(axis))
            if numbers.len() == channels && constant.dims.get(axis) == Some(&channels) =>
        {
            Ok(numbers.to_vec())
        }
        _ => Err(operator.unknown_kind("constants of other shapes")),
    }
}
