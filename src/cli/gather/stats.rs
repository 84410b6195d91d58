//! Adds ledgers of shards.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value as Json};

use super::parts;
use crate::write::Target;

/// Key that only ledgers of shards have.
const SHARD: &str = "shard";

/// Writes the ledger of the whole run. Counts and CPU time are sums; wall time and peak memory are
/// the largest of a shard.
pub fn gather(to: &Path, shards: &[PathBuf]) -> Result<()> {
    let mut ledgers = Vec::new();
    let mut numbered = Vec::new();
    for path in shards {
        let (part, ledger) = read(path).with_context(|| path.display().to_string())?;
        numbered.push((path, part));
        ledgers.push((path, ledger));
    }
    parts::in_order(numbered)?;
    let mut ledgers = ledgers.into_iter();
    let Some((first, mut sum)) = ledgers.next() else {
        return Ok(());
    };
    for (path, ledger) in ledgers {
        add(&mut sum, &ledger).with_context(|| {
            let (first, path) = (first.display(), path.display());
            format!("{first} and {path} are from different runs")
        })?;
    }
    rate(&mut sum);
    let mut target = Target::file(to, crate::write::Encoding::Text)?;
    target.write(format!("{:#}\n", Json::Object(sum)).as_bytes())?;
    target.finish()
}

type LedgerJson = Map<String, Json>;

fn read(path: &Path) -> Result<((u32, u32), LedgerJson)> {
    let json = serde_json::from_str(&fs::read_to_string(path)?)?;
    let Json::Object(mut ledger) = json else {
        bail!("is not a ledger of --stats");
    };
    // `shift_remove` keeps the order of the other keys.
    let part = ledger.shift_remove(SHARD);
    let part = part.as_ref().and_then(Json::as_str).and_then(parts::parse);
    let part = part.context("is not a ledger of a --shard")?;
    Ok((part, ledger))
}

fn add(sum: &mut LedgerJson, other: &LedgerJson) -> Result<()> {
    if !sum.keys().eq(other.keys()) {
        bail!("their keys differ");
    }
    for ((key, sum), other) in sum.iter_mut().zip(other.values()) {
        add_value(key, sum, other)?;
    }
    Ok(())
}

fn add_value(key: &str, sum: &mut Json, other: &Json) -> Result<()> {
    match (sum, other) {
        (Json::Object(sum), Json::Object(other)) => add(sum, other)?,
        (Json::Array(sum), Json::Array(other)) if sum.len() == other.len() => {
            for (sum, other) in sum.iter_mut().zip(other) {
                add_value(key, sum, other)?;
            }
        }
        (sum, other) => match (sum.as_u64(), other.as_u64(), sum.as_f64(), other.as_f64()) {
            (Some(one), Some(two), ..) => {
                *sum = match key {
                    "peak_memory_bytes" => one.max(two),
                    _ => one.saturating_add(two),
                }
                .into();
            }
            (.., Some(one), Some(two)) => {
                *sum = match key {
                    "wall_seconds" => one.max(two),
                    _ => ((one + two) * 1000.0).round() / 1000.0,
                }
                .into();
            }
            _ if sum == other => {}
            _ => bail!("{key} differs"),
        },
    }
    Ok(())
}

/// Computes bases a second from the sums.
fn rate(sum: &mut LedgerJson) {
    let number = |key: &str| sum.get(key).and_then(Json::as_f64).unwrap_or_default();
    let (bases, wall) = (number("bases"), number("wall_seconds"));
    let rate = if wall > 0.0 {
        (bases / wall).round()
    } else {
        0.0
    };
    sum.insert("bases_per_second".to_owned(), rate.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(json: Json) -> LedgerJson {
        match json {
            Json::Object(object) => object,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn counts_are_added_and_costs_are_the_most() {
        let ledger = |bases, wall: f64, peak| {
            object(json!({
                "command": "windrow x.fa", "bases": bases,
                "models": [{"name": "m", "rows": {"a": 1}}],
                "wall_seconds": wall, "cpu_seconds": wall, "bases_per_second": 7.0,
                "peak_memory_bytes": peak,
            }))
        };
        let mut sum = ledger(100, 2.0, 30);
        add(&mut sum, &ledger(50, 1.5, 40)).unwrap();
        rate(&mut sum);
        let expected = json!({
            "command": "windrow x.fa", "bases": 150,
            "models": [{"name": "m", "rows": {"a": 2}}],
            "wall_seconds": 2.0, "cpu_seconds": 3.5, "bases_per_second": 75.0,
            "peak_memory_bytes": 40,
        });
        assert_eq!(Json::Object(sum), expected);
    }

    #[test]
    fn ledgers_of_two_runs_are_not_added() {
        let refused = |one: Json, other: Json| {
            let added = add(&mut object(one), &object(other));
            added.unwrap_err().to_string()
        };
        assert_eq!(
            refused(json!({"command": "a"}), json!({"command": "b"})),
            "command differs"
        );
        assert_eq!(
            refused(json!({"bases": 1}), json!({"records": 1})),
            "their keys differ"
        );
        assert_eq!(
            refused(json!({"models": [1]}), json!({"models": [1, 2]})),
            "models differs"
        );
    }
}
