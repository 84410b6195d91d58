//! The parts of an ONNX graph, as plain types.

use std::collections::HashMap;

use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};

use super::Unknown;

/// A constant of the graph.
#[derive(Clone, Debug)]
pub struct Constant {
    pub dims: Vec<usize>,
    pub numbers: Numbers,
}

#[derive(Clone, Debug)]
pub enum Numbers {
    Floats(Vec<f32>),
    Integers(Vec<i64>),
}

impl Constant {
    pub fn read(tensor: &TensorProto) -> Result<Self, Unknown> {
        const FLOAT: i32 = 1;
        const INT64: i32 = 7;
        let raw = &tensor.raw_data;
        let numbers = match tensor.data_type {
            FLOAT if raw.is_empty() => Numbers::Floats(tensor.float_data.clone()),
            FLOAT => Numbers::Floats(
                raw.as_chunks()
                    .0
                    .iter()
                    .map(|b| f32::from_le_bytes(*b))
                    .collect(),
            ),
            INT64 if raw.is_empty() => Numbers::Integers(tensor.int64_data.clone()),
            INT64 => Numbers::Integers(
                raw.as_chunks()
                    .0
                    .iter()
                    .map(|b| i64::from_le_bytes(*b))
                    .collect(),
            ),
            _ => return Err(Unknown::new("a constant that is neither float32 nor int64")),
        };
        let dims: Vec<_> = tensor.dims.iter().map(|&dim| dim as usize).collect();
        let count = match &numbers {
            Numbers::Floats(numbers) => numbers.len(),
            Numbers::Integers(numbers) => numbers.len(),
        };
        if count != dims.iter().product::<usize>() {
            return Err(Unknown::new("a constant of another size than it says"));
        }
        Ok(Self { dims, numbers })
    }

    pub fn floats(&self) -> Result<&[f32], Unknown> {
        match &self.numbers {
            Numbers::Floats(numbers) => Ok(numbers),
            Numbers::Integers(_) => Err(Unknown::new("integers instead of floats")),
        }
    }

    pub fn integers(&self) -> Result<&[i64], Unknown> {
        match &self.numbers {
            Numbers::Integers(numbers) => Ok(numbers),
            Numbers::Floats(_) => Err(Unknown::new("floats instead of integers")),
        }
    }
}

/// An operator, with the attributes that matter here.
pub struct Operator<'a> {
    pub kind: &'a str,
    pub inputs: Vec<&'a str>,
    pub outputs: Vec<&'a str>,
    proto: &'a NodeProto,
}

impl Operator<'_> {
    pub fn unknown(&self) -> Unknown {
        Unknown::new(&format!("operator {}", self.kind))
    }

    pub fn unknown_kind(&self, of: &str) -> Unknown {
        Unknown::new(&format!("operator {} with {of}", self.kind))
    }

    /// An input, unless it is left out.
    pub fn input(&self, at: usize) -> Option<&str> {
        self.inputs.get(at).copied().filter(|name| !name.is_empty())
    }

    /// A list of integers; empty if it is not given.
    pub fn integers(&self, name: &str) -> &[i64] {
        let attributes = &self.proto.attribute;
        let found = attributes.iter().find(|attribute| attribute.name == name);
        found.map_or(&[], |attribute| &attribute.ints)
    }

    pub fn integer(&self, name: &str, default: i64) -> i64 {
        let attributes = &self.proto.attribute;
        let found = attributes.iter().find(|attribute| attribute.name == name);
        found.map_or(default, |attribute| attribute.i)
    }

    pub fn float(&self, name: &str, default: f32) -> f32 {
        let attributes = &self.proto.attribute;
        let found = attributes.iter().find(|attribute| attribute.name == name);
        found.map_or(default, |attribute| attribute.f)
    }

    pub fn tensor(&self, name: &str) -> Option<&TensorProto> {
        let attributes = &self.proto.attribute;
        let found = attributes.iter().find(|attribute| attribute.name == name)?;
        found.t.as_ref()
    }

    /// Whether the operator pads, in any of the ways there are.
    pub fn pads(&self) -> bool {
        let auto = self.proto.attribute.iter().find(|a| a.name == "auto_pad");
        let auto = auto.is_some_and(|a| ![&b"NOTSET"[..], b"VALID"].contains(&a.s.as_slice()));
        auto || self.integers("pads").iter().any(|&pad| pad != 0)
    }
}

/// The operators in order, `x * Sigmoid(x)` as one of kind `Swish`.
pub fn operators<'a>(graph: &'a GraphProto) -> Vec<Operator<'a>> {
    let operator = |proto: &'a NodeProto| {
        let NodeProto {
            op_type,
            input,
            output,
            ..
        } = proto;
        Operator {
            kind: op_type.as_str(),
            inputs: input.iter().map(String::as_str).collect(),
            outputs: output.iter().map(String::as_str).collect(),
            proto,
        }
    };
    let mut operators: Vec<_> = graph.node.iter().map(operator).collect();
    let counts = uses(graph, &operators);
    let sigmoids: HashMap<&str, (usize, &str)> = operators
        .iter()
        .enumerate()
        .filter(|(_, operator)| operator.kind == "Sigmoid" && operator.inputs.len() == 1)
        .filter(|(_, operator)| counts[operator.outputs[0]] == 1)
        .map(|(at, operator)| (operator.outputs[0], (at, operator.inputs[0])))
        .collect();
    let mut joined = Vec::new();
    for operator in &mut operators {
        let [a, b] = operator.inputs.as_slice() else {
            continue;
        };
        let of_itself = |open: &str, x: &str| sigmoids.get(open).filter(|(_, from)| *from == x);
        let (x, found) = match (of_itself(b, a), of_itself(a, b)) {
            (Some(found), _) => (*a, found),
            (_, Some(found)) => (*b, found),
            _ => continue,
        };
        if operator.kind == "Mul" {
            operator.kind = "Swish";
            operator.inputs = vec![x];
            joined.push(found.0);
        }
    }
    let mut at = 0;
    operators.retain(|_| {
        at += 1;
        !joined.contains(&(at - 1))
    });
    operators
}

/// Number of readers of each value, outputs of the graph included.
pub fn uses<'a>(graph: &'a GraphProto, operators: &[Operator<'a>]) -> HashMap<&'a str, usize> {
    let mut uses = HashMap::new();
    let made = operators.iter().flat_map(|operator| &operator.outputs);
    made.for_each(|name| {
        uses.insert(*name, 0);
    });
    let read = operators
        .iter()
        .flat_map(|operator| &operator.inputs)
        .copied();
    for name in read.chain(graph.output.iter().map(|output| output.name.as_str())) {
        *uses.entry(name).or_insert(0) += 1;
    }
    uses
}
