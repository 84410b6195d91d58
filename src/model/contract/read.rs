//! Reads a contract from metadata.

use std::collections::HashMap;
use std::str::FromStr;

use serde_json::Value as Json;
use strum::VariantNames;
use tract_onnx::pb::ModelProto;

use super::{Contract, ContractError, MAX_LABELS, MAX_WINDOW, Output};
use crate::model::background::Background;
use crate::model::calibration::Calibration;

const MAX_DISTANCE: usize = 10_000_000;
const MAX_WORD: usize = 64;

impl Contract {
    /// Reads the contract from a file's metadata.
    pub(in crate::model) fn read(proto: &ModelProto) -> Result<Self, ContractError> {
        let keys = Keys::of(proto)?;
        keys.parsed("windrow.format", "1", |text| (text == "1").then_some(()))?;
        let labels = keys.labels("windrow.labels")?;
        let window = keys.count("windrow.window", 1, MAX_WINDOW)?;
        let step = keys.count("windrow.step", 1, window)?;
        let anchor = keys.count("windrow.anchor", 0, window - 1)?;
        let output: Output = keys.word("windrow.output")?;
        let calibration = keys.calibration("windrow.calibration", labels.len(), output)?;
        let threshold = keys.threshold("windrow.threshold", labels.len(), output)?;
        let background = keys.background("windrow.background", labels.len())?;
        Ok(Self {
            name: keys.name("windrow.name")?,
            task: keys.word("windrow.task")?,
            strand: keys.word("windrow.strand")?,
            calls: keys.word("windrow.calls")?,
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

    fn word<T: FromStr + VariantNames>(&self, key: &'static str) -> Result<T, ContractError> {
        self.parsed(key, &one_of(T::VARIANTS), |text| text.parse().ok())
    }

    fn count(&self, key: &'static str, least: usize, most: usize) -> Result<usize, ContractError> {
        let expected = format!("a whole number from {least} to {most}");
        self.parsed(key, &expected, |text| {
            usize::from_str(text)
                .ok()
                .filter(|number| (least..=most).contains(number))
        })
    }

    /// Text that is written in one line of output.
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

    /// The tables of an optional key.
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

/// `a, b or c`.
fn one_of(words: &[&str]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        words => words.concat(),
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

/// The beginning of an untrusted text, for a message.
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
