//! Random search over a recipe's ranges. A trial ends early where it is under the median of the
//! trials before it (Golovin et al., Google Vizier, KDD 2017: the median stopping rule).

use anyhow::{Context, Result};
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
use crate::run::progress::Progress;
use crate::run::training;
use crate::run::windows::train::WindowsTask;

/// Runs the trials that are not there yet; the result file grows by one after each.
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
    while result.trials.len() < ranges.trials {
        let number = result.trials.len();
        let changes = draw(ranges, base.seed, number);
        let all = [origin.changes, &changes].concat();
        let (Recipe::Windows(recipe), _) = address.read(&all)? else {
            unreachable!("read as one before")
        };
        let folder = origin.folder.join(format!("trial-{number:02}"));
        let windows = SplitWindows::read(&recipe, origin.data)?;
        let task = WindowsTask::new(&windows, &folder, device)?;
        let mut ended_early = false;
        let before = &result.trials;
        let progress = training::train(&task, &folder, device, &mut |progress| {
            ended_early = is_hopeless(progress, before, ranges.after);
            !ended_early
        })?;
        let trial = Trial {
            parameters: recipe.graph().parameters(),
            epochs: progress.round,
            seconds: progress.seconds.round(),
            best: progress.best.unwrap_or(f64::NEG_INFINITY),
            figures: progress.curve.iter().map(|e| e.figure).collect(),
            ended_early,
            changes,
        };
        println!(
            "trial {number}: {:.4} {}",
            trial.best,
            trial.changes.join(" ")
        );
        result.trials.push(trial);
        write_json(&origin.result, &result)?;
    }
    Ok(())
}

/// One value of each range, by the trial's own generator.
fn draw(search: &Search, seed: u64, trial: usize) -> Vec<String> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(trial as u64);
    let mut changes = vec![format!("train.epochs={}", search.epochs)];
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

/// Whether the best so far is under the median of what earlier trials had by then.
fn is_hopeless(progress: &Progress, before: &[Trial], after: usize) -> bool {
    let at = progress.curve.len();
    let best = |figures: &[f64]| figures.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut others: Vec<f64> = before
        .iter()
        .map(|trial| best(&trial.figures[..at.min(trial.figures.len())]))
        .collect();
    if others.len() < after {
        return false;
    }
    others.sort_by(f64::total_cmp);
    progress.best.unwrap_or(f64::NEG_INFINITY) < others[others.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(figures: &[f64]) -> Trial {
        Trial {
            changes: vec![],
            parameters: 0,
            epochs: 0,
            seconds: 0.0,
            best: 0.0,
            figures: figures.to_vec(),
            ended_early: false,
        }
    }

    #[test]
    fn a_trial_under_the_median_at_its_age_ends() {
        let before = [trial(&[0.1, 0.5]), trial(&[0.2, 0.6]), trial(&[0.3])];
        let at = |figures: &[f64]| {
            let curve = figures
                .iter()
                .map(|&figure| crate::run::progress::Evaluated {
                    epoch: None,
                    step: 0,
                    loss: 0.0,
                    figure,
                    parts: Vec::new(),
                    validation_loss: None,
                    f1: None,
                });
            Progress {
                best: figures.iter().copied().reduce(f64::max),
                curve: curve.collect(),
                ..Default::default()
            }
        };
        assert!(!is_hopeless(&at(&[0.25]), &before, 3));
        assert!(is_hopeless(&at(&[0.15]), &before, 3));
        assert!(is_hopeless(&at(&[0.25, 0.25]), &before, 3));
        assert!(!is_hopeless(&at(&[0.15]), &before, 4));
    }

    #[test]
    fn draws_stay_in_their_ranges_and_repeat() {
        let toml = "trials = 2\nepochs = 3\nafter = 2\n[ranges]\n\
                    a = { even = [0.1, 0.2] }\nb = { log = [1e-4, 1e-2] }\n\
                    c = { whole_log = [4, 96] }\nd = { choice = [128, 256] }\n";
        let search: Search = toml::from_str(toml).unwrap();
        for number in 0..50 {
            let changes = draw(&search, 1, number);
            let value = |i: usize| {
                changes[i]
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
