//! Faults of the graph of a model file.

use tract_onnx::pb::TensorProto;

/// Most numbers in all constants, and in any intermediate tensor.
pub(super) const MAX_NUMBERS: u64 = 16 << 20;

#[derive(Debug, thiserror::Error, PartialEq)]
pub(super) enum GraphError {
    #[error("{0}")]
    Unfit(String),
    #[error("operator {0} is not allowed")]
    Operator(String),
    #[error("tensor '{name}' {reason}")]
    Tensor { name: String, reason: &'static str },
    #[error(
        "windrow.window, windrow.step and windrow.labels ask for output {expected:?} from input \
         {input:?}, but the graph gives {got:?}"
    )]
    Output {
        input: [usize; 3],
        got: Vec<usize>,
        expected: Vec<usize>,
    },
    #[error("needs an intermediate tensor of {0} numbers, more than {MAX_NUMBERS}")]
    Memory(u64),
    #[error(
        "gives {alone} for a window alone, but {within} for it at base {start} of {bases}: a dense \
         model's output must depend on its window alone (does it pad, or combine all positions?)"
    )]
    NotLocal {
        within: f32,
        alone: f32,
        bases: usize,
        start: usize,
    },
    #[error("the graph cannot be interpreted: {0}")]
    Inference(String),
}

/// A name from the file, without control characters, on one line.
pub(super) fn shown(name: &str) -> String {
    name.chars()
        .take(60)
        .flat_map(char::escape_default)
        .collect()
}

pub(super) fn tensor_error(tensor: &TensorProto, reason: &'static str) -> GraphError {
    GraphError::Tensor {
        name: shown(&tensor.name),
        reason,
    }
}
