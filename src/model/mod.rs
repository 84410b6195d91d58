//! Model files: their contracts, their checks, and the bundled ones.

// Sizes and positions from files are checked against bounds, or a comment says why not.
#![cfg_attr(
    not(test),
    warn(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

mod background;
mod calibration;
mod card;
mod constants;
mod contract;
mod fault;
mod graph;
mod knots;
mod locality;
mod ranks;
pub mod registry;
mod wire;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use prost::Message;
use sha2::{Digest, Sha256};
use tract_onnx::pb::ModelProto;

pub use background::{Background, BackgroundError};
pub use calibration::{Calibration, CalibrationError};
pub use card::card;
pub use contract::{CallShape, Contract, ContractError, Output, Shape, Strandedness, Task};
pub(crate) use knots::single;

use crate::shield::{Unfinished, shielded_for};
use crate::suggest::closest;
use fault::GraphError;

/// Time limit of the checks of a graph. They usually take a fraction of a second.
const DEADLINE: Duration = Duration::from_secs(60);
/// Largest model file, in bytes.
pub const MAX_FILE: u64 = 64 << 20;

/// A model file that has passed every check.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Model {
    /// The contract of the file.
    pub contract: Contract,
    /// Shape of the graph's input and output.
    pub shape: Shape,
    /// SHA-256 of the file, as 64 hexadecimal digits.
    pub sha256: String,
    /// The graph, with one input and one output of the shapes that the contract asks for.
    #[doc(hidden)]
    pub proto: ModelProto,
    /// `bundled`, or the path of the file.
    pub origin: String,
    /// Number of outputs of the graph.
    pub(crate) outputs: usize,
    /// The output of each label of the contract.
    pub(crate) output_of: Vec<usize>,
}

/// A model that cannot be used. Each message is one line that names the file.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    #[error("no bundled model is named '{name}' (there are: {known}){hint}")]
    Unknown {
        name: String,
        known: String,
        hint: String,
    },
    #[error("model {origin}: {cause}")]
    Read {
        origin: String,
        cause: std::io::Error,
    },
    #[error("model {origin}: larger than {} MB", MAX_FILE >> 20)]
    TooLarge { origin: String },
    #[error("model {origin}: {cause}")]
    Contract {
        origin: String,
        cause: ContractError,
    },
    #[error("model {origin}: {reason}")]
    Graph { origin: String, reason: String },
    #[error("no thread can be started to check a model: {cause}")]
    NoThread { cause: std::io::Error },
}

impl Model {
    /// A model that is part of the library, by its name.
    ///
    /// # Errors
    ///
    /// [`ModelError::Unknown`] if there is none of that name.
    ///
    /// ```
    /// let model = windrow::Model::bundled("exon-start")?;
    /// assert_eq!(model.contract.labels, ["exon_start"]);
    /// # Ok::<(), windrow::ModelError>(())
    /// ```
    pub fn bundled(name: &str) -> Result<Self, ModelError> {
        let bundled = registry::find(name).ok_or_else(|| ModelError::Unknown {
            name: name.to_owned(),
            known: registry::names().collect::<Vec<_>>().join(", "),
            hint: closest(name, registry::names())
                .map_or_else(String::new, |guess| format!("; did you mean '{guess}'?")),
        })?;
        // Tests check the locality of bundled models.
        let model = checked(bundled.bytes, "bundled", graph::probe)?;
        Ok(match bundled.labels {
            Some(labels) => model.narrowed(name, labels),
            None => model,
        })
    }

    /// The model under another name with some of its labels, in the order of the file.
    fn narrowed(mut self, name: &str, labels: &[&str]) -> Self {
        let contract = &mut self.contract;
        let of_file = contract.labels.iter().enumerate();
        let kept: Vec<_> = of_file
            .filter(|(_, label)| labels.contains(&label.as_str()))
            .map(|(at, _)| at)
            .collect();
        fn keep<T: Clone>(values: &mut Vec<T>, kept: &[usize]) {
            *values = kept
                .iter()
                .filter_map(|&at| values.get(at).cloned())
                .collect();
        }
        keep(&mut contract.labels, &kept);
        keep(&mut contract.calibration, &kept);
        keep(&mut contract.threshold, &kept);
        keep(&mut contract.background, &kept);
        keep(&mut self.output_of, &kept);
        contract.name = name.to_owned();
        self
    }

    /// The model in a file.
    ///
    /// # Errors
    ///
    /// [`ModelError`] if the file cannot be read, states no contract, or contains a graph that breaks
    /// it.
    ///
    /// ```
    /// let missing = windrow::Model::open("missing.onnx");
    /// assert!(missing.is_err());
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ModelError> {
        let path = path.as_ref();
        let origin = path.display().to_string();
        let failed = |cause| ModelError::Read {
            origin: origin.clone(),
            cause,
        };
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(failed)?;
        file.take(MAX_FILE + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        parse(&bytes, &origin)
    }
}

/// Loads a bundled model by its name, or a file by a path with a `/` or `.onnx` in it.
///
/// ```
/// let model = windrow::model::load("exon-start")?;
/// assert_eq!(model.contract.name, "exon-start");
/// # Ok::<(), windrow::model::ModelError>(())
/// ```
pub fn load(name_or_path: &str) -> Result<Model, ModelError> {
    if name_or_path.contains('/') || name_or_path.contains(".onnx") {
        return Model::open(name_or_path);
    }
    Model::bundled(name_or_path)
}

/// Checks the bytes of a model file; `origin` names them in errors. The outputs of dense models are
/// checked for locality on random stretches.
///
/// # Errors
///
/// If the file breaks the contract, or if a check takes longer than a minute; the thread of the
/// check then goes on until the process ends.
pub fn parse(bytes: &[u8], origin: &str) -> Result<Model, ModelError> {
    checked(bytes, origin, |proto, contract, shape| {
        graph::probe(proto, contract, shape)?;
        match shape {
            Shape::Dense => locality::check(proto, contract),
            Shape::Window => Ok(()),
        }
    })
}

/// Checks that run the graph.
type Probe = fn(&ModelProto, &Contract, Shape) -> Result<(), GraphError>;

fn checked(bytes: &[u8], origin: &str, probe: Probe) -> Result<Model, ModelError> {
    let refuse = |reason: String| ModelError::Graph {
        origin: origin.to_owned(),
        reason,
    };
    if bytes.len() as u64 > MAX_FILE {
        return Err(ModelError::TooLarge {
            origin: origin.to_owned(),
        });
    }
    wire::check_structure(bytes).map_err(|error| refuse(error.to_string()))?;
    let proto = ModelProto::decode(bytes).map_err(|_| refuse("is not an ONNX file".to_owned()))?;
    let graph = proto
        .graph
        .as_ref()
        .ok_or_else(|| refuse("is not an ONNX file".to_owned()))?;
    let contract = Contract::read(&proto).map_err(|cause| ModelError::Contract {
        origin: origin.to_owned(),
        cause,
    })?;
    let shape =
        graph::check(&proto, graph, &contract).map_err(|error| refuse(error.to_string()))?;
    let proto = Arc::new(proto);
    match guarded(&proto, &contract, shape, probe) {
        Ok(checked) => checked.map_err(|error| refuse(error.to_string()))?,
        Err(Unfinished::Panic) => return Err(refuse("the graph cannot be interpreted".to_owned())),
        Err(Unfinished::Late) => {
            let seconds = DEADLINE.as_secs();
            return Err(refuse(format!(
                "the check of the graph did not end within {seconds} seconds"
            )));
        }
        Err(Unfinished::NoThread(cause)) => return Err(ModelError::NoThread { cause }),
    }
    let sha256 = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let outputs = contract.labels.len();
    Ok(Model {
        outputs,
        output_of: (0..outputs).collect(),
        contract,
        shape,
        sha256,
        proto: Arc::unwrap_or_clone(proto),
        origin: origin.to_owned(),
    })
}

/// Checks the graph in a shield, since a hostile one can make tract panic or hang.
fn guarded(
    proto: &Arc<ModelProto>,
    contract: &Contract,
    shape: Shape,
    probe: Probe,
) -> Result<Result<(), GraphError>, Unfinished> {
    const STACK: usize = 64 << 20;
    let (proto, contract) = (proto.clone(), contract.clone());
    shielded_for(DEADLINE, STACK, move || probe(&proto, &contract, shape))
}
