//! The models and labels to run, and their thresholds.

use super::rule;
use crate::call::{Threshold, share};
use crate::cli::catalog::Catalog;
use crate::cli::flags::{Args, Bound, ModelRequest, UsageError, threshold_flag};
use crate::model::{Contract, Model, Output};
use crate::pipeline::ScoredLabel;
use crate::suggest::{closest, hint};
use crate::value::Value;

/// Loads the models, each with the labels to score.
pub(super) fn chosen(args: &Args) -> anyhow::Result<Vec<(Model, Vec<ScoredLabel>)>> {
    let catalog = Catalog::new(args.models_folder.clone())?;
    let mut chosen: Vec<(Model, Vec<ScoredLabel>)> = Vec::new();
    for wanted in everything(&args.models, &catalog)? {
        let model = catalog.load(&wanted.model)?;
        if let Some((other, _)) = chosen
            .iter()
            .find(|(other, _)| other.sha256 == model.sha256)
        {
            return Err(rule(format!(
                "--model: {} and {} are the same network; name it once, with the labels to score",
                other.contract.name, model.contract.name
            ))
            .into());
        }
        let heads = heads(&model.contract, &wanted.labels)?;
        chosen.push((model, heads));
    }
    bind(&args.bounds, &mut chosen)?;
    Ok(chosen)
}

/// The models, with all named ones in the place of `all`.
fn everything(wanted: &[ModelRequest], catalog: &Catalog) -> Result<Vec<ModelRequest>, UsageError> {
    let Some(all) = wanted
        .iter()
        .find(|wanted| wanted.model == ModelRequest::ALL)
    else {
        return Ok(wanted.to_vec());
    };
    if !all.labels.is_empty() {
        let text = "--model: all takes no labels; name a model to choose its labels";
        return Err(rule(text.to_owned()));
    }
    let whole = |model| ModelRequest {
        model,
        labels: Vec::new(),
    };
    let mut every: Vec<_> = catalog.whole().into_iter().map(whole).collect();
    for wanted in wanted
        .iter()
        .filter(|wanted| wanted.model != ModelRequest::ALL)
    {
        if catalog.names().contains(&wanted.model) {
            let text = format!("--model: {} is named, and is also one of all", wanted.model);
            return Err(rule(text));
        }
        every.push(wanted.clone());
    }
    Ok(every)
}

/// The labels to score, in the order of the model; all labels if none is named.
fn heads(contract: &Contract, names: &[String]) -> Result<Vec<ScoredLabel>, UsageError> {
    for name in names {
        if !contract.labels.contains(name) {
            let labels = contract.labels.iter().map(String::as_str);
            let guess = closest(name, labels).map(str::to_owned);
            return Err(rule(format!(
                "--model: {} has no label {name} (it has {}){}",
                contract.name,
                contract.labels.join(", "),
                hint(guess)
            )));
        }
    }
    let is_wanted = |label: &String| names.is_empty() || names.contains(label);
    let heads = contract.labels.iter().enumerate();
    Ok(heads
        .filter(|(_, label)| is_wanted(label))
        .map(|(label, _)| ScoredLabel {
            label,
            threshold: None,
        })
        .collect())
}

/// Sets the threshold of each label: its own, else that of its model, else that of all models.
fn bind(bounds: &[Bound], chosen: &mut [(Model, Vec<ScoredLabel>)]) -> Result<(), UsageError> {
    let rank = |bound: &&Bound| match &bound.of {
        None => 0,
        Some((_, None)) => 1,
        Some((_, Some(_))) => 2,
    };
    let mut ranked: Vec<_> = bounds.iter().collect();
    ranked.sort_by_key(rank);
    for bound in ranked {
        let mut found = false;
        for (model, heads) in chosen.iter_mut() {
            let contract = &model.contract;
            for head in heads {
                let is_for = match &bound.of {
                    None => true,
                    Some((name, None)) => *name == contract.name,
                    Some((name, Some(label))) => {
                        *name == contract.name && *label == contract.labels[head.label]
                    }
                };
                if is_for {
                    found = true;
                    head.threshold = Some(bound.threshold);
                }
            }
        }
        if !found {
            let (flag, target) = (threshold_flag(bound.threshold), bound.target());
            let targets = chosen.iter().flat_map(|(model, heads)| {
                let Contract { name, labels, .. } = &model.contract;
                let of_labels = heads
                    .iter()
                    .map(move |head| format!("{name}:{}", labels[head.label]));
                of_labels.chain([name.clone()])
            });
            let targets: Vec<_> = targets.collect();
            let guess = closest(&target, targets.iter().map(String::as_str));
            return Err(rule(format!(
                "--{flag}: {target} is not run{}",
                hint(guess.map(str::to_owned))
            )));
        }
    }
    Ok(())
}

/// Refuses thresholds that are out of the range of their label.
pub(super) fn check_scores(chosen: &[(Model, Vec<ScoredLabel>)]) -> Result<(), UsageError> {
    for (model, heads) in chosen {
        for &ScoredLabel { label, threshold } in heads {
            if let Some(threshold) = threshold {
                check(&model.contract, label, threshold)?;
            }
        }
    }
    Ok(())
}

fn check(contract: &Contract, label: usize, threshold: Threshold) -> Result<(), UsageError> {
    let flag = threshold_flag(threshold);
    let fail = |text: String| Err(rule(format!("--{flag}: {text}")));
    let name = &contract.name;
    let shown = &contract.labels[label];
    if let Threshold::Rate(rate) = threshold {
        let Some(background) = contract.background.get(label) else {
            return fail(format!("{name} has no background (windrow.background)"));
        };
        let rates = background
            .knots()
            .iter()
            .map(|&(_, share)| share / self::share(1.0, contract));
        let (most, least) = rates.fold((0f64, f64::INFINITY), |(most, least), rate| {
            (most.max(rate), least.min(rate))
        });
        // Shares are in [0, 1], with both ends.
        const SLACK: f64 = 1e-9;
        if !(least * (1.0 - SLACK)..=most * (1.0 + SLACK)).contains(&rate) {
            return fail(format!(
                "the background of {shown} in {name} goes from {} to {} positions a megabase",
                Value::new(least as f32),
                Value::new(most as f32)
            ));
        }
        return Ok(());
    }
    let least = threshold.least().unwrap_or_default();
    let shares = !matches!(threshold, Threshold::Score(_));
    match contract.output {
        Output::Value if shares => fail(format!("{name} gives no probabilities")),
        Output::Logit if !(0.0..=1.0).contains(&least) => {
            fail(format!("{least} is not a probability from 0 to 1"))
        }
        Output::Logit if shares => {
            let most = Value::new(contract.probability(label, f32::INFINITY));
            if most < Value::new(least) {
                return fail(format!(
                    "the calibration of {shown} in {name} ends at a precision of {most}"
                ));
            }
            Ok(())
        }
        Output::Value | Output::Logit => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::args;
    use super::*;
    use crate::model::{self, Background};

    fn refusal(argv: &str) -> String {
        let loaded = chosen(&args(argv)).and_then(|loaded| Ok(check_scores(&loaded)?));
        loaded.unwrap_err().to_string()
    }

    fn thresholds(argv: &str) -> Vec<(String, Option<Threshold>)> {
        let loaded = chosen(&args(argv)).unwrap();
        let heads = loaded.iter().flat_map(|(model, heads)| {
            let labels = &model.contract.labels;
            heads
                .iter()
                .map(|head| (labels[head.label].clone(), head.threshold))
        });
        heads.collect()
    }

    #[test]
    fn labels_are_those_that_are_named() {
        let named = thresholds("-m binding-site:REST,CTCF");
        let labels: Vec<_> = named.iter().map(|(label, _)| label.as_str()).collect();
        let model = model::load("binding-site").unwrap().contract;
        let of_model = model.labels.iter().map(String::as_str);
        let expected: Vec<_> = of_model
            .filter(|label| ["CTCF", "REST"].contains(label))
            .collect();
        assert_eq!(labels, expected);
        assert_eq!(thresholds("-m binding-site").len(), model.labels.len());
        let all = thresholds("-m all").len();
        assert_eq!(
            all,
            model::registry::files()
                .map(|name| { model::load(name).unwrap().contract.labels.len() })
                .sum::<usize>()
        );
    }

    #[test]
    fn the_nearest_threshold_counts() {
        let score = |score| Some(Threshold::Score(score));
        let found = thresholds(
            "-m promoter,binding-site:CTCF,REST \
             --min-score binding-site:CTCF=0.1,binding-site=0.2,0.3",
        );
        let of = |name: &str| found.iter().find(|(label, _)| label == name).unwrap().1;
        assert_eq!(
            (of("CTCF"), of("REST"), of("promoter")),
            (score(0.1), score(0.2), score(0.3))
        );
    }

    #[test]
    fn models_and_thresholds_name_what_is_run_once() {
        assert_eq!(
            refusal("-m promoter --min-score enhancer=0.1"),
            "--min-score: enhancer is not run"
        );
        assert_eq!(
            refusal("-m binding-site:CTCF --precision binding-site:CTFC=0.1"),
            "--precision: binding-site:CTFC is not run; did you mean 'binding-site:CTCF'?"
        );
        assert_eq!(
            refusal("-m exon,exon-start"),
            "--model: exon and exon-start are the same network; name it once, with the labels to \
             score"
        );
        assert!(refusal("-m all:x").starts_with("--model: all takes no labels"));
        assert!(refusal("-m all,promoter").starts_with("--model: promoter is named, and"));
    }

    #[test]
    fn an_unknown_label_is_told_with_the_known_ones() {
        let text = refusal("-m binding-site:CTFC");
        assert!(
            text.starts_with("--model: binding-site has no label CTFC (it has "),
            "{text}"
        );
        assert!(text.ends_with("; did you mean 'CTCF'?"), "{text}");
    }

    fn contract(change: impl FnOnce(&mut Contract)) -> Contract {
        let mut contract = model::load("exon-start").unwrap().contract;
        change(&mut contract);
        contract
    }

    #[test]
    fn min_score_of_a_logit_model_is_a_probability() {
        let logit = contract(|contract| contract.output = Output::Logit);
        let value = contract(|contract| contract.output = Output::Value);
        assert!(check(&logit, 0, Threshold::Score(1.0)).is_ok());
        assert!(check(&logit, 0, Threshold::Score(1.5)).is_err());
        assert!(check(&value, 0, Threshold::Score(1.5)).is_ok());
    }

    #[test]
    fn a_rate_is_one_that_the_background_reaches() {
        let none = contract(|contract| contract.background.clear());
        let known = contract(|contract| {
            let background = Background::new(vec![(0.0, 0.1), (9.0, 1e-6)]).unwrap();
            contract.background = vec![background];
        });
        let refused = |contract, rate| {
            check(contract, 0, Threshold::Rate(rate)).map_err(|error| error.to_string())
        };
        assert_eq!(
            refused(&none, 50.0),
            Err("--rate: exon-start has no background (windrow.background)".to_owned())
        );
        assert_eq!(refused(&known, 50.0), Ok(()));
        assert_eq!(
            refused(&known, 1.0),
            Err(
                "--rate: the background of exon_start in exon-start goes from 2 to 200000 \
                 positions a megabase"
                    .to_owned()
            )
        );
        assert!(refused(&known, 300_000.0).is_err());
    }
}
