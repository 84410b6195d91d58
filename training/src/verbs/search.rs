//! Random search over a recipe's ranges by successive halving (Jamieson and Talwalkar,
//! arXiv:1502.07943).

use anyhow::{Context, Result, bail};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tch::Device;
use toml::Value;

use crate::data::windows::parts::SplitWindows;
use crate::figures::provenance::{Origin, Provenance};
use crate::figures::windows::search::{SearchResult, Trial};
use crate::files::{read_json, write_json};
use crate::recipe::windows::search::{Range, Search};
use crate::recipe::{Address, Recipe};
use crate::run::training;
use crate::run::windows::train::WindowsTask;

/// Runs the trials that are not there yet, or not for as long as they are allowed; the result file
/// is written after each.
pub fn search(address: &Address, origin: &Origin, device: Device) -> Result<()> {
    let (Recipe::Windows(base), _) = address.read(origin.changes)? else {
        anyhow::bail!("{}: only recipes of windows can be searched", origin.recipe);
    };
    let ranges = base.search.as_ref().context("the recipe has no [search]")?;
    let mut result = match origin.result.exists() {
        true => read_json(&origin.result)?,
        false => SearchResult {
            kind: "search".into(),
            provenance: Provenance::new(origin, base.seed, base.files())?,
            system: base.system.clone(),
            select: base.train.select,
            trials: Vec::new(),
        },
    };
    let mut alive: Vec<usize> = (0..ranges.trials).collect();
    let mut allowed = ranges.first.min(ranges.epochs);
    loop {
        for &number in &alive {
            let there = result.trials.get(number);
            if there.is_some_and(|trial| trial.allowed >= allowed) {
                continue;
            }
            let trial = trial(
                address,
                origin,
                (ranges, base.seed),
                number,
                allowed,
                device,
            )?;
            println!(
                "trial {number}, {allowed} epochs: {:.4} {}",
                trial.best,
                trial.changes.join(" ")
            );
            match result.trials.get_mut(number) {
                Some(there) => *there = trial,
                None => result.trials.push(trial),
            }
            write_json(&origin.result, &result)?;
        }
        if allowed == ranges.epochs {
            return Ok(());
        }
        alive = better_half(alive, |number| result.trials[number].best);
        allowed = (2 * allowed).min(ranges.epochs);
    }
}

/// Runs a trial to the epochs that it is allowed, from where it is.
fn trial(
    address: &Address,
    origin: &Origin,
    (search, seed): (&Search, u64),
    number: usize,
    allowed: usize,
    device: Device,
) -> Result<Trial> {
    let drawn = draw(search, seed, number);
    let epochs = format!("train.epochs={allowed}");
    let changes = [origin.changes, &drawn, &[epochs]].concat();
    let (Recipe::Windows(recipe), _) = address.read(&changes)? else {
        bail!("{}: only recipes of windows can be searched", origin.recipe);
    };
    let folder = origin.folder.join(format!("trial-{number:02}"));
    let windows = SplitWindows::read(&recipe, origin.data)?;
    let task = WindowsTask::new(&windows, &folder, device)?;
    let progress = training::train(&task, &folder, device)?;
    Ok(Trial {
        parameters: recipe.graph().parameters(),
        epochs: progress.round,
        allowed,
        seconds: progress.seconds.round(),
        best: progress.best.unwrap_or(f64::NEG_INFINITY),
        changes: drawn,
    })
}

/// Those of the highest figures, best first; one at least.
fn better_half(mut trials: Vec<usize>, figure: impl Fn(usize) -> f64) -> Vec<usize> {
    trials.sort_by(|&a, &b| figure(b).total_cmp(&figure(a)));
    trials.truncate(trials.len().div_ceil(2));
    trials
}

/// One value of each range, by the trial's own generator.
fn draw(search: &Search, seed: u64, trial: usize) -> Vec<String> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(trial as u64);
    let mut changes = Vec::new();
    for (key, range) in &search.ranges {
        let value = match range {
            Range::Even([low, high]) => Value::Float(random.random_range(*low..=*high)),
            Range::Log([low, high]) => {
                Value::Float(random.random_range(low.ln()..=high.ln()).exp())
            }
            Range::WholeLog([low, high]) => {
                let power = random.random_range((*low as f64).ln()..=(*high as f64).ln());
                Value::Integer(power.exp().round() as i64)
            }
            Range::Choice(values) => match values.choose(&mut random) {
                Some(value) => value.clone(),
                None => continue,
            },
        };
        changes.push(format!("{key}={value}"));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_half_goes_on() {
        let figures = [0.3, 0.1, 0.5, 0.2, 0.4];
        let half = better_half((0..5).collect(), |at| figures[at]);
        assert_eq!(half, [2, 4, 0]);
        assert_eq!(better_half(vec![1], |at| figures[at]), [1]);
    }

    #[test]
    fn draws_stay_in_their_ranges_and_repeat() {
        let toml = "trials = 2\nfirst = 1\nepochs = 3\n[ranges]\n\
                    a = { even = [0.1, 0.2] }\nb = { log = [1e-4, 1e-2] }\n\
                    c = { whole_log = [4, 96] }\nd = { choice = [128, 256] }\n";
        let search: Search = toml::from_str(toml).unwrap();
        for number in 0..50 {
            let changes = draw(&search, 1, number);
            let value = |i: usize| {
                changes[i - 1]
                    .split_once('=')
                    .unwrap()
                    .1
                    .parse::<f64>()
                    .unwrap()
            };
            assert!((0.1..=0.2).contains(&value(1)) && (1e-4..=1e-2).contains(&value(2)));
            assert!((4.0..=96.0).contains(&value(3)) && [128.0, 256.0].contains(&value(4)));
            assert_eq!(changes, draw(&search, 1, number));
        }
        assert_ne!(draw(&search, 1, 0), draw(&search, 1, 1));
    }
}
