//! Labelled sequences from the rows of a TSV.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::bases::encode;
use crate::data::genome::open;
use crate::data::windows::bright::bright;
use crate::data::windows::examples::{Example, Reader};
use crate::recipe::windows::card::Output;
use crate::recipe::windows::source::Source;
use crate::recipe::windows::split::ExampleSplit;

impl Reader<'_> {
    /// Adds the rows of source `number` that its conditions keep.
    pub(super) fn tsv(
        &self,
        source: &Source,
        number: usize,
        tsv: &Path,
        all: &mut Vec<Example>,
    ) -> Result<()> {
        let before = all.len();
        let path = self.folder.join(tsv);
        let place = || format!("{}", path.display());
        let mut lines = BufReader::new(open(&path)?).lines();
        let header = lines.next().with_context(place)?.with_context(place)?;
        let names: Vec<&str> = header.split('\t').collect();
        let column = |name: &str| {
            let found = names.iter().position(|n| *n == name);
            found.with_context(|| format!("{}: no column '{name}'", place()))
        };
        let columns =
            |wanted: &BTreeMap<String, Vec<String>>| -> Result<Vec<(usize, Vec<String>)>> {
                let pair =
                    |(name, values): (&String, &Vec<String>)| Ok((column(name)?, values.clone()));
                wanted.iter().map(pair).collect()
            };
        let (only, unless) = (columns(&source.only)?, columns(&source.unless)?);
        let sequence = column("sequence")?;
        let target = match (source.target, &source.column, self.output) {
            (Some(_), ..) => None,
            (_, Some(name), _) => Some(column(name)?),
            (_, _, Output::Logit) => Some(column("label")?),
            (_, _, Output::Value) => Some(column("value")?),
        };
        let group = match self.split {
            ExampleSplit::Groups {
                column: Some(name), ..
            } => names.iter().position(|n| n == name),
            _ => None,
        };
        let split = match self.split {
            ExampleSplit::Column { column: name, .. } => names.iter().position(|n| n == name),
            _ => None,
        };
        for (row, line) in lines.enumerate() {
            let line = line.with_context(place)?;
            let fields: Vec<&str> = line.split('\t').collect();
            let place = || format!("{}: line {}", place(), row + 2);
            ensure!(
                fields.len() == names.len(),
                "{}: {} fields, {} in the header",
                place(),
                fields.len(),
                names.len()
            );
            let holds = |(column, values): &(usize, Vec<String>)| {
                values.iter().any(|v| v == fields[*column])
            };
            if !only.iter().all(holds) || unless.iter().any(holds) {
                continue;
            }
            let value = match target {
                Some(column) => fields[column].parse().with_context(place)?,
                None => source.target.unwrap_or(f64::NAN),
            };
            let group = match group {
                Some(column) => fields[column].to_owned(),
                None => format!("{number}:{row}"),
            };
            let codes = encode(fields[sequence].as_bytes());
            let mut example = self.example(source, codes, value as f32, group);
            example.split = split.map_or_else(String::new, |column| fields[column].to_owned());
            self.add(example, all);
        }
        if let Some(deviations) = source.bright {
            to_classes(&mut all[before..], deviations);
        }
        Ok(())
    }
}

/// Intensities as classes: 1 where they are over the mean by so many deviations.
fn to_classes(examples: &mut [Example], deviations: f64) {
    let known = |example: &Example| example.targets.iter().position(|t| !t.is_nan());
    let intensities: Vec<f32> = examples
        .iter()
        .map(|example| known(example).map_or(f32::NAN, |label| example.targets[label]))
        .collect();
    for (example, bright) in examples.iter_mut().zip(bright(&intensities, deviations)) {
        if let Some(label) = known(example) {
            example.targets[label] = f32::from(u8::from(bright));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bright_probes_of_an_array_are_its_positives() {
        let intensities = [1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 30.0];
        let mut examples: Vec<Example> = intensities
            .iter()
            .map(|&intensity| Example {
                codes: vec![0; 4],
                at: 2,
                targets: vec![f32::NAN, intensity],
                group: String::new(),
                block: 0,
                split: String::new(),
                weight: 1.0,
                part: None,
            })
            .collect();
        to_classes(&mut examples, 2.0);
        let classes: Vec<f32> = examples.iter().map(|e| e.targets[1]).collect();
        assert_eq!(classes, [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
        assert!(examples.iter().all(|e| e.targets[0].is_nan()));
    }
}
