//! Writes a contract as metadata.

use super::Contract;

impl Contract {
    /// The keys and values that a model file states this contract with, for its
    /// `metadata_props`; [`parse`](crate::model::parse) reads them back.
    ///
    /// ```
    /// let contract = windrow::model::load("exon-start")?.contract;
    /// let metadata = contract.to_metadata();
    /// assert!(metadata.contains(&("windrow.step".to_owned(), "1".to_owned())));
    /// # Ok::<(), windrow::model::ModelError>(())
    /// ```
    pub fn to_metadata(&self) -> Vec<(String, String)> {
        let calibration = self.calibration.iter().map(|table| table.knots());
        let mut keys = vec![
            ("format", "1".to_owned()),
            ("name", self.name.clone()),
            ("task", self.task.to_string()),
            ("labels", self.labels.join(",")),
            ("window", self.window.to_string()),
            ("step", self.step.to_string()),
            ("anchor", self.anchor.to_string()),
            ("strand", self.strand.to_string()),
            ("output", self.output.to_string()),
            ("calls", self.calls.to_string()),
            ("distance", self.distance.to_string()),
            ("calibration", json(&calibration.collect::<Vec<_>>())),
            ("threshold", json(&self.threshold)),
        ];
        if !self.background.is_empty() {
            let background = self.background.iter().map(|table| table.knots());
            keys.push(("background", json(&background.collect::<Vec<_>>())));
        }
        keys.extend([
            ("assembly", self.assembly.clone()),
            ("trained_on", self.trained_on.clone()),
            ("license", self.license.clone()),
            ("recipe", self.recipe.clone()),
            ("seed", self.seed.clone()),
            ("metrics", self.metrics.to_string()),
            ("description", self.description.clone()),
        ]);
        let named = |(key, value)| (format!("windrow.{key}"), value);
        keys.into_iter().map(named).collect()
    }
}

#[expect(
    clippy::expect_used,
    reason = "only what has keys that are no text fails"
)]
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("lists of numbers are JSON")
}

#[cfg(test)]
mod tests {
    use tract_onnx::pb::{ModelProto, StringStringEntryProto};

    use super::*;
    use crate::model::{Background, load, registry};

    #[test]
    fn what_is_written_is_read_back() {
        for name in registry::names() {
            let mut contract = load(name).unwrap().contract;
            for given in [false, true] {
                let table = || Background::new(vec![(-1.5, 1.0), (0.1, 3e-7)]).unwrap();
                contract.background = match given {
                    true => contract.labels.iter().map(|_| table()).collect(),
                    false => Vec::new(),
                };
                let entry = |(key, value)| StringStringEntryProto { key, value };
                let proto = ModelProto {
                    metadata_props: contract.to_metadata().into_iter().map(entry).collect(),
                    ..ModelProto::default()
                };
                assert_eq!(Contract::read(&proto).unwrap(), contract, "{name}");
            }
        }
    }
}
