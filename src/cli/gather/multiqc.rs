//! Tables for MultiQC, merged.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value as Json};

use super::parts;
use crate::write::{Encoding, Target};

/// What a sample has in the table, by column.
type Figures = Map<String, Json>;

/// Writes the table of the whole run: its one sample has the figures of all shards.
pub fn gather(to: &Path, shards: &[PathBuf]) -> Result<()> {
    let mut tables = Vec::new();
    let mut numbered = Vec::new();
    for path in shards {
        let (part, table) = read(path).with_context(|| path.display().to_string())?;
        numbered.push((path, part));
        tables.push((path, table));
    }
    parts::in_order(numbered)?;
    let Some((first, table)) = tables.first() else {
        return Ok(());
    };
    let mut all = Vec::new();
    for (path, other) in &tables {
        if table["headers"] != other["headers"] || sample(table)?.0 != sample(other)?.0 {
            let (first, path) = (first.display(), path.display());
            bail!("{first} and {path} are not of one sample and run");
        }
        all.push(sample(other)?.1);
    }
    let mut whole = table.clone();
    let (name, _) = sample(table)?;
    whole["data"][name] = Json::Object(sum(&all)?);
    let mut target = Target::file(to, Encoding::Text)?;
    target.write(format!("{whole:#}\n").as_bytes())?;
    target.finish()
}

fn read(path: &Path) -> Result<((u32, u32), Json)> {
    let mut table: Json = serde_json::from_str(&fs::read_to_string(path)?)?;
    let part = table
        .as_object_mut()
        .and_then(|keys| keys.shift_remove("shard"));
    let part = part.as_ref().and_then(Json::as_str).and_then(parts::parse);
    let part = part.context("is no --multiqc of a --shard")?;
    sample(&table)?;
    Ok((part, table))
}

/// The name and the figures of a table's only sample.
fn sample(table: &Json) -> Result<(&String, &Figures)> {
    let data = table["data"].as_object().filter(|data| data.len() == 1);
    let sample = data.and_then(|data| data.iter().next());
    let figures = sample.and_then(|(name, figures)| Some((name, figures.as_object()?)));
    figures.context("is no --multiqc of one sample")
}

/// The figures of all parts together. Shares and rates are converted to counts, summed, and computed again.
fn sum(parts: &[&Figures]) -> Result<Figures> {
    let number = |part: &Figures, key: &str| {
        let number = part.get(key).and_then(Json::as_f64);
        number.with_context(|| format!("there is no number {key}"))
    };
    let add = |key: &str| {
        let numbers = parts.iter().map(|part| number(part, key));
        numbers.sum::<Result<f64>>()
    };
    // Bases of which a column says the share.
    let bases = |key: &str| {
        let shares = (parts.iter())
            .map(|part| Ok((number(part, key)? * number(part, "bases")? / 100.0).round()));
        shares.sum::<Result<f64>>()
    };
    let all = add("bases")?;
    let mut whole = Figures::new();
    for key in parts.first().into_iter().flat_map(|part| part.keys()) {
        let value = if key == "bases" || key.ends_with("_rows") {
            Json::from(add(key)? as u64)
        } else if key == "bases_per_cpu_second" {
            let seconds = parts
                .iter()
                .map(|part| Ok(number(part, "bases")? / number(part, key)?.max(1.0)));
            let seconds = seconds.sum::<Result<f64>>()?;
            (all / seconds.max(1e-3)).round().into()
        } else if key == "peak_memory" {
            let peaks = parts.iter().map(|part| number(part, key));
            peaks
                .collect::<Result<Vec<_>>>()?
                .into_iter()
                .fold(0.0, f64::max)
                .into()
        } else if let Some(model) = key.strip_suffix("_per_megabase") {
            let scored = bases(&format!("{model}_scored"))?;
            (1e6 * add(&format!("{model}_rows"))? / scored.max(1.0)).into()
        } else {
            (100.0 * bases(key)? / all.max(1.0)).into()
        };
        whole.insert(key.clone(), value);
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shares_are_of_all_bases_and_rates_of_all_seconds() {
        let figures = |json: Json| json.as_object().unwrap().clone();
        let parts = [
            figures(json!({
                "bases": 100, "m_rows": 3, "m_per_megabase": 50_000.0, "m_scored": 60.0,
                "m_contig_end": 40.0, "bases_per_cpu_second": 50.0, "peak_memory": 9.0,
            })),
            figures(json!({
                "bases": 300, "m_rows": 0, "m_per_megabase": 0.0, "m_scored": 100.0,
                "m_contig_end": 0.0, "bases_per_cpu_second": 300.0, "peak_memory": 8.0,
            })),
        ];
        let whole = sum(&parts.iter().collect::<Vec<_>>()).unwrap();
        let expected = json!({
            "bases": 400, "m_rows": 3, "m_per_megabase": 1e6 * 3.0 / 360.0, "m_scored": 90.0,
            "m_contig_end": 10.0, "bases_per_cpu_second": 133.0, "peak_memory": 9.0,
        });
        assert_eq!(Json::Object(whole), expected);
    }
}
