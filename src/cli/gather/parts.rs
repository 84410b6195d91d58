//! Numbers of shards.

use std::path::PathBuf;

use anyhow::{Result, bail};

/// Reads `I/N`.
pub fn parse(text: &str) -> Option<(u32, u32)> {
    let (number, count) = text.split_once('/')?;
    let (number, count) = (number.parse().ok()?, count.parse().ok()?);
    (1..=count).contains(&number).then_some((number, count))
}

/// The shards of a run in order. An error if one is missing or given twice.
pub fn in_order(mut shards: Vec<(&PathBuf, (u32, u32))>) -> Result<Vec<PathBuf>> {
    shards.sort_by_key(|(_, (number, _))| *number);
    for pair in shards.windows(2) {
        let [(one, (number, count)), (other, (next, of))] = pair else {
            continue;
        };
        let (one, other) = (one.display(), other.display());
        if count != of {
            bail!("{one} is one of {count} shards, and {other} one of {of}");
        }
        if number == next {
            bail!("{one} and {other} are both shard {number}/{count}");
        }
    }
    let count = shards.first().map_or(0, |(_, (_, count))| *count);
    let mut numbers = shards.iter().map(|(_, (number, _))| *number);
    if let Some(missing) = (1..=count).find(|number| numbers.next() != Some(*number)) {
        bail!("shard {missing}/{count} is missing");
    }
    Ok(shards.into_iter().map(|(path, _)| path.clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(shards: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let named: Vec<_> = (shards.iter())
            .map(|(name, part)| (PathBuf::from(name), parse(part).unwrap()))
            .collect();
        let shards = named.iter().map(|(name, part)| (name, *part)).collect();
        let ordered = in_order(shards).map_err(|error| error.to_string())?;
        Ok(ordered
            .iter()
            .map(|path| path.display().to_string())
            .collect())
    }

    #[test]
    fn shards_are_put_in_order() {
        let ordered = order(&[("b", "2/3"), ("c", "3/3"), ("a", "1/3")]);
        assert_eq!(ordered, Ok(["a", "b", "c"].map(str::to_owned).to_vec()));
    }

    #[test]
    fn each_shard_is_there_once() {
        let refused = |shards: &[(&str, &str)]| order(shards).unwrap_err();
        assert_eq!(
            refused(&[("a", "1/3"), ("c", "3/3")]),
            "shard 2/3 is missing"
        );
        assert_eq!(refused(&[("b", "2/2")]), "shard 1/2 is missing");
        assert_eq!(refused(&[("a", "1/2")]), "shard 2/2 is missing");
        assert_eq!(
            refused(&[("a", "1/2"), ("b", "1/2")]),
            "a and b are both shard 1/2"
        );
        assert_eq!(
            refused(&[("a", "1/2"), ("b", "2/3")]),
            "a is one of 2 shards, and b one of 3"
        );
    }

    #[test]
    fn a_part_is_one_of_several() {
        for text in ["", "1", "0/2", "3/2", "a/b", "1/2/3"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
