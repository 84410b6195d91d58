//! Labelled sequences from the rows of a TSV.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::bases::encode;
use crate::data::genome::open;
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
        Ok(())
    }
}
