//! What a model file says about itself, in `windrow.*` metadata keys.

use std::collections::HashMap;
use std::str::FromStr;

use serde_json::Value as Json;
use tract_onnx::pb::ModelProto;

use super::background::Background;
use super::calibration::Calibration;

pub const MAX_WINDOW: usize = 100_000;
pub const MAX_LABELS: usize = 256;
const MAX_DISTANCE: usize = 10_000_000;
const MAX_WORD: usize = 64;

/// What a model predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    ExonStart,
    Promoter,
    Enhancer,
    BindingSite,
    Expression,
}

/// Whether the two strands are scored apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strandedness {
    /// Each strand has scores of its own.
    Stranded,
    /// One score: the mean of both strands' outputs.
    Symmetric,
}

/// What the numbers of the output tensor are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Logits, turned into probabilities by the calibration.
    Logit,
    /// Predicted values, taken as they are.
    Value,
}

/// What windows over the threshold become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallShape {
    /// The best base within the distance.
    Point,
    /// The span of windows that lie within the distance of each other.
    Region,
}

/// How the graph takes sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `[N, 4, L]` to `[N, labels, (L - window) / step + 1]` for any L.
    Dense,
    /// `[N, 4, window]` to `[N, labels]`.
    Window,
}

/// The contract that a model file states.
#[derive(Clone, Debug, PartialEq)]
pub struct Contract {
    pub name: String,
    pub task: Task,
    pub labels: Vec<String>,
    /// Length of a window, in bases.
    pub window: usize,
    /// Least distance between windows, in bases.
    pub step: usize,
    /// Offset in the window of the base that the score is about, 0-based.
    pub anchor: usize,
    pub strand: Strandedness,
    pub output: Output,
    pub calls: CallShape,
    /// Radius of non-maximum suppression (point) or merge distance (region), in bases.
    pub distance: usize,
    /// One table a label; empty for values.
    pub calibration: Vec<Calibration>,
    /// Default least value of a call, one a label.
    pub threshold: Vec<f32>,
    /// How rare raw outputs are on a genome, one table a label; empty if the file does not say.
    pub background: Vec<Background>,
    pub assembly: String,
    pub trained_on: String,
    pub license: String,
    pub recipe: String,
    pub seed: String,
    pub metrics: Json,
    pub description: String,
}

/// A key that is missing or malformed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ContractError {
    #[error("metadata key {key} is missing")]
    Missing { key: &'static str },
    #[error("metadata key {key} is given twice")]
    Twice { key: String },
    #[error("metadata key {key}: {reason}")]
    Bad { key: &'static str, reason: String },
}

impl Contract {
    /// Calibrated probability of a label's raw output; a plain value is returned as it is.
    pub fn probability(&self, label: usize, raw: f32) -> f32 {
        match (self.output, self.calibration.get(label)) {
            (Output::Logit, Some(calibration)) => calibration.probability(raw),
            _ => raw,
        }
    }

    /// Reads the contract from a file's metadata.
    pub(super) fn read(proto: &ModelProto) -> Result<Self, ContractError> {
        let keys = Keys::of(proto)?;
        keys.parsed("windrow.format", "1", |text| (text == "1").then_some(()))?;
        let labels = keys.labels("windrow.labels")?;
        let window = keys.count("windrow.window", 1, MAX_WINDOW)?;
        let step = keys.count("windrow.step", 1, window)?;
        let anchor = keys.count("windrow.anchor", 0, window - 1)?;
        let output = keys.parsed("windrow.output", "logit or value", Output::from_word)?;
        let calibration = keys.calibration("windrow.calibration", labels.len(), output)?;
        let threshold = keys.threshold("windrow.threshold", labels.len(), output)?;
        let background = keys.background("windrow.background", labels.len())?;
        Ok(Self {
            name: keys.name("windrow.name")?,
            task: keys.parsed("windrow.task", Task::WORDS, Task::from_word)?,
            strand: keys.parsed(
                "windrow.strand",
                "stranded or symmetric",
                Strandedness::from_word,
            )?,
            calls: keys.parsed("windrow.calls", "point or region", CallShape::from_word)?,
            distance: keys.count("windrow.distance", 0, MAX_DISTANCE)?,
            assembly: keys.text("windrow.assembly")?,
            trained_on: keys.text("windrow.trained_on")?,
            license: keys.text("windrow.license")?,
            recipe: keys.text("windrow.recipe")?,
            seed: keys.text("windrow.seed")?,
            metrics: keys.object("windrow.metrics")?,
            description: keys.text("windrow.description")?,
            labels,
            window,
            step,
            anchor,
            output,
            calibration,
            threshold,
            background,
        })
    }
}

/// A file's metadata, each key once.
struct Keys<'a>(HashMap<&'a str, &'a str>);

impl<'a> Keys<'a> {
    fn of(proto: &'a ModelProto) -> Result<Self, ContractError> {
        let mut keys = HashMap::new();
        for entry in &proto.metadata_props {
            let twice = keys
                .insert(entry.key.as_str(), entry.value.as_str())
                .is_some();
            if twice && entry.key.starts_with("windrow.") {
                let key = entry
                    .key
                    .chars()
                    .take(MAX_WORD)
                    .flat_map(char::escape_default)
                    .collect();
                return Err(ContractError::Twice { key });
            }
        }
        Ok(Self(keys))
    }

    fn get(&self, key: &'static str) -> Result<&'a str, ContractError> {
        self.0
            .get(key)
            .copied()
            .ok_or(ContractError::Missing { key })
    }

    fn parsed<T>(
        &self,
        key: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, ContractError> {
        let text = self.get(key)?;
        parse(text).ok_or_else(|| bad(key, format!("'{}' is not {expected}", excerpt(text))))
    }

    fn count(&self, key: &'static str, least: usize, most: usize) -> Result<usize, ContractError> {
        let expected = format!("a whole number from {least} to {most}");
        self.parsed(key, &expected, |text| {
            usize::from_str(text)
                .ok()
                .filter(|number| (least..=most).contains(number))
        })
    }

    /// Text that goes into one line of output.
    fn text(&self, key: &'static str) -> Result<String, ContractError> {
        let text = self.get(key)?;
        if text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(bad(key, "holds control characters".to_owned()));
        }
        Ok(text.to_owned())
    }

    fn name(&self, key: &'static str) -> Result<String, ContractError> {
        self.parsed(key, "a name of letters, digits, '.', '_' and '-'", |text| {
            is_word(text).then(|| text.to_owned())
        })
    }

    fn labels(&self, key: &'static str) -> Result<Vec<String>, ContractError> {
        let labels: Vec<String> = self.get(key)?.split(',').map(str::to_owned).collect();
        if labels.len() > MAX_LABELS {
            return Err(bad(
                key,
                format!("{} labels, more than {MAX_LABELS}", labels.len()),
            ));
        }
        for (i, label) in labels.iter().enumerate() {
            if !is_word(label) {
                let reason = "is not a label of letters, digits, '.', '_' and '-'";
                return Err(bad(key, format!("'{}' {reason}", excerpt(label))));
            }
            if labels[..i].contains(label) {
                return Err(bad(key, format!("'{label}' stands twice")));
            }
        }
        Ok(labels)
    }

    fn json<T: serde::de::DeserializeOwned>(
        &self,
        key: &'static str,
        expected: &str,
    ) -> Result<T, ContractError> {
        serde_json::from_str(self.get(key)?).map_err(|_| bad(key, format!("is not {expected}")))
    }

    fn object(&self, key: &'static str) -> Result<Json, ContractError> {
        let value: Json = self.json(key, "JSON")?;
        value
            .is_object()
            .then_some(value)
            .ok_or_else(|| bad(key, "is not a JSON object".into()))
    }

    fn calibration(
        &self,
        key: &'static str,
        labels: usize,
        output: Output,
    ) -> Result<Vec<Calibration>, ContractError> {
        let tables: Vec<Vec<(f32, f32)>> =
            self.json(key, "a JSON array of lists of [logit, probability]")?;
        if output == Output::Value && tables.is_empty() {
            return Ok(Vec::new());
        }
        one_a_label(key, "tables", tables.len(), labels)?;
        let read = |table| Calibration::new(table).map_err(|error| bad(key, error.to_string()));
        tables.into_iter().map(read).collect()
    }

    /// The tables of a key that a file may lack.
    fn background(
        &self,
        key: &'static str,
        labels: usize,
    ) -> Result<Vec<Background>, ContractError> {
        if !self.0.contains_key(key) {
            return Ok(Vec::new());
        }
        let tables: Vec<Vec<(f32, f64)>> =
            self.json(key, "a JSON array of lists of [raw output, share]")?;
        one_a_label(key, "tables", tables.len(), labels)?;
        let read = |table| Background::new(table).map_err(|error| bad(key, error.to_string()));
        tables.into_iter().map(read).collect()
    }

    fn threshold(
        &self,
        key: &'static str,
        labels: usize,
        output: Output,
    ) -> Result<Vec<f32>, ContractError> {
        let threshold: Vec<f32> = self.json(key, "a JSON array of numbers")?;
        one_a_label(key, "numbers", threshold.len(), labels)?;
        let allowed = |&number: &f32| match output {
            Output::Logit => (0.0..=1.0).contains(&number),
            Output::Value => number.is_finite(),
        };
        if !threshold.iter().all(allowed) {
            return Err(bad(key, "holds a number that no score can have".to_owned()));
        }
        Ok(threshold)
    }
}

fn one_a_label(
    key: &'static str,
    what: &str,
    count: usize,
    labels: usize,
) -> Result<(), ContractError> {
    if count != labels {
        return Err(bad(key, format!("{count} {what} for {labels} labels")));
    }
    Ok(())
}

fn bad(key: &'static str, reason: String) -> ContractError {
    ContractError::Bad { key, reason }
}

/// The beginning of a text from a file that nobody vouches for.
fn excerpt(text: &str) -> String {
    text.chars()
        .take(40)
        .flat_map(char::escape_default)
        .collect()
}

fn is_word(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    !text.is_empty() && text.len() <= MAX_WORD && text.chars().all(allowed)
}

impl Task {
    const WORDS: &str = "exon_start, promoter, enhancer, binding_site or expression";

    fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "exon_start" => Self::ExonStart,
            "promoter" => Self::Promoter,
            "enhancer" => Self::Enhancer,
            "binding_site" => Self::BindingSite,
            "expression" => Self::Expression,
            _ => return None,
        })
    }

    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::ExonStart => "exon_start",
            Self::Promoter => "promoter",
            Self::Enhancer => "enhancer",
            Self::BindingSite => "binding_site",
            Self::Expression => "expression",
        }
    }
}

impl Strandedness {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "stranded" => Some(Self::Stranded),
            "symmetric" => Some(Self::Symmetric),
            _ => None,
        }
    }

    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Stranded => "stranded",
            Self::Symmetric => "symmetric",
        }
    }
}

impl Output {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "logit" => Some(Self::Logit),
            "value" => Some(Self::Value),
            _ => None,
        }
    }
}

impl CallShape {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "point" => Some(Self::Point),
            "region" => Some(Self::Region),
            _ => None,
        }
    }
}
