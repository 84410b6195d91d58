//! The truth about a network: the held-out parts and sets, next to the yardsticks.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::data::jaspar;
use crate::data::windows::batch::{Drawer, is_positive};
use crate::data::windows::bright::bright;
use crate::data::windows::examples::{Example, Reader};
use crate::data::windows::parts::SplitWindows;
use crate::figures::calibrate::{Knot, calibrate, probability};
use crate::figures::windows::along;
use crate::figures::windows::attention::{Attention, attention};
use crate::figures::windows::calls::Found;
use crate::figures::windows::rival::{BUNDLED, Bundled};
use crate::figures::windows::yardstick::{WindowYardstick, windows};
use crate::metrics::bootstrap::interval;
use crate::metrics::figures::Figures;
use crate::metrics::{Curve, auroc, best_threshold, roc};
use crate::net::network::Network;
use crate::recipe::windows::WindowsRecipe;
use crate::recipe::windows::card::Output;
use crate::recipe::windows::source::Part;
use crate::recipe::windows::split::ExampleSplit;
use crate::recipe::windows::train::Select;
use crate::run::windows::score::{adapted, known, scores};

/// One scorer on one set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WindowsRow {
    pub set: String,
    pub label: String,
    pub scorer: String,
    pub figures: Figures,
    /// Of the network's main figure: 95 %, by a bootstrap over groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
}

impl WindowsRow {
    /// Whether the scorer is a bundled model.
    pub fn is_bundled(&self) -> bool {
        self.scorer.starts_with(BUNDLED)
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WindowsEvaluation {
    /// The network's rows first in each set.
    pub rows: Vec<WindowsRow>,
    /// A table a label; none of values.
    pub calibration: Vec<Vec<Knot>>,
    /// The default least value of a call, one a label.
    pub threshold: Vec<f64>,
    /// Calls along a genome against known sites, where the recipe has some.
    #[serde(default)]
    pub found: Vec<Found>,
    /// Recall and precision of the network by set, thinned, for plots.
    pub curves: Vec<(String, Vec<(f64, f64)>)>,
    /// False-positive rate and recall in their place, where AUROC chose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roc: Vec<(String, Vec<(f64, f64)>)>,
    /// Of a network of words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attention: Option<Attention>,
}

/// A set as it is measured.
struct Held {
    name: String,
    examples: Vec<Example>,
    bright: Option<f64>,
    adapted: bool,
}

impl Held {
    /// Calls are scores at or over `threshold`; without one, logits at or over 0.
    fn figures(
        &self,
        output: Output,
        scores: &[f32],
        targets: &[f32],
        threshold: Option<f32>,
    ) -> Figures {
        match (self.bright, output, threshold) {
            (Some(deviations), ..) => Figures::bright(scores, targets, deviations),
            (None, Output::Logit, Some(least)) => Figures::classes(scores, targets, least),
            (None, output, _) => Figures::of(output, scores, targets),
        }
    }

    /// Of the figure that the recipe selects by; of an array, of AUROC.
    fn interval(
        &self,
        recipe: &WindowsRecipe,
        scores: &[f32],
        targets: &[f32],
        groups: &[&str],
    ) -> [f64; 2] {
        let bright = self.bright.map(|deviations| bright(targets, deviations));
        let scores = |drawn: &[usize]| drawn.iter().map(|&at| scores[at]).collect::<Vec<f32>>();
        interval(groups, |drawn| match &bright {
            Some(bright) => {
                let positive: Vec<bool> = drawn.iter().map(|&at| bright[at]).collect();
                auroc(&scores(drawn), &positive)
            }
            None => {
                let targets: Vec<f32> = drawn.iter().map(|&at| targets[at]).collect();
                let figures = Figures::of(recipe.model.output, &scores(drawn), &targets);
                figures.get(recipe.train.select)
            }
        })
    }
}

/// Evaluates the run's best network and the yardsticks on all parts and sets of the recipe.
pub fn evaluate(data: &SplitWindows, network: &Network) -> Result<WindowsEvaluation> {
    let recipe = data.recipe;
    let card = &recipe.model;
    let sets = sets(data)?;
    let of_network: Vec<Vec<Vec<f32>>> = sets
        .iter()
        .map(|set| match set.adapted {
            false => scores(network, &set.examples, card.strand),
            true => adapted(network, &set.examples, card.strand),
        })
        .collect();
    let (mut rows, mut curves, mut roc) = (Vec::new(), Vec::new(), Vec::new());
    let rivals = recipe.evaluation.models.iter();
    let rivals = rivals.map(|rival| Bundled::new(rival, data.window));
    let mut rivals = rivals.collect::<Result<Vec<_>>>()?;
    let ranks = recipe.train.select == Select::Auroc && recipe.evaluation.along.is_none();
    let train = data.train_fixed()?;
    for (label, name) in card.labels.iter().enumerate() {
        let yardsticks = learn(data, &train, label, name)?;
        for (set, of_network) in sets.iter().zip(&of_network) {
            let known_examples: Vec<Example> = set
                .examples
                .iter()
                .filter(|e| !e.targets[label].is_nan())
                .cloned()
                .collect();
            if known_examples.is_empty() {
                continue;
            }
            let (own, targets) = known(&of_network[label], &set.examples, label);
            let mut row = |scorer: &str, figures: Figures, interval| {
                rows.push(WindowsRow {
                    set: set.name.clone(),
                    label: name.clone(),
                    scorer: scorer.to_owned(),
                    figures,
                    interval,
                });
            };
            let figures =
                |scores: &[f32], threshold| set.figures(card.output, scores, &targets, threshold);
            let groups: Vec<&str> = known_examples.iter().map(|e| e.group.as_str()).collect();
            let spread = set.interval(recipe, &own, &targets, &groups);
            row(&recipe.name, figures(&own, None), Some(spread));
            let windows = windows(&known_examples, data.window);
            for yardstick in &yardsticks {
                let scores = yardstick.scores(&windows);
                row(
                    &yardstick.name,
                    figures(&scores, Some(yardstick.threshold)),
                    None,
                );
            }
            for rival in &mut rivals {
                let scores = rival.scores(&known_examples)?;
                // The validation part, the first set, gives its threshold.
                let threshold = rival.threshold.get_or_insert_with(|| {
                    let positive: Vec<bool> = targets.iter().map(|&t| t == 1.0).collect();
                    best_threshold(&scores, &positive)
                });
                row(&rival.name, figures(&scores, Some(*threshold)), None);
            }
            if card.output == Output::Logit && set.bright.is_none() {
                let title = match card.labels.len() {
                    1 => set.name.clone(),
                    _ => format!("{}, {name}", set.name),
                };
                match ranks {
                    true => roc.push((title, roc_curve(&own, &targets))),
                    false => curves.push((title, curve(&own, &targets))),
                }
            }
        }
    }
    let (calibration, threshold, found) = match &recipe.evaluation.along {
        Some(along) => {
            let all = along::evaluate(data, network, along)?;
            (all.calibration, all.threshold, all.found)
        }
        None => {
            let (calibration, threshold) = calibrated(recipe, &of_network[0], &sets[0].examples);
            (calibration, threshold, Vec::new())
        }
    };
    let attention = match recipe.architecture.vectors() {
        Some((_, k)) => attention(network, k, &sets[0].examples, &of_network[0][0])?,
        None => None,
    };
    Ok(WindowsEvaluation {
        rows,
        calibration,
        threshold,
        found,
        curves,
        roc,
        attention,
    })
}

/// Validation first, then the test part where there is one, then the recipe's own sets.
fn sets(data: &SplitWindows) -> Result<Vec<Held>> {
    let part = |part: Part, name: &str| Held {
        name: name.to_owned(),
        examples: data.parts[part as usize].clone(),
        bright: None,
        adapted: false,
    };
    let mut sets = vec![
        part(Part::Validation, "validation"),
        part(Part::Test, "test"),
    ];
    if data.recipe.model.labels.len() > 1 {
        sets.push(against_others(&data.parts[Part::Test as usize]));
    }
    sets.retain(|set| !set.examples.is_empty());
    for set in &data.recipe.evaluation.sets {
        let place = || format!("evaluation set '{}'", set.name);
        // Rows of other sets have their targets in a column of values where they are bright.
        let output = match set.bright {
            Some(_) => Output::Value,
            None => data.recipe.model.output,
        };
        let split = ExampleSplit::Random {
            validation: 0.0,
            test: 1.0,
        };
        let reader = Reader {
            output,
            split: &split,
            ..data.reader()
        };
        let mut examples = reader.read(&set.sources).with_context(place)?;
        let drawer = Drawer::new(&set.negatives, None, &data.folder, data.window)?;
        drawer
            .fixed(&mut examples, Part::Test, &split, data.recipe.split_seed)
            .with_context(place)?;
        sets.push(Held {
            name: set.name.clone(),
            examples,
            bright: set.bright,
            adapted: set.adapted,
        });
    }
    Ok(sets)
}

fn learn(
    data: &SplitWindows,
    train: &[Example],
    label: usize,
    name: &str,
) -> Result<Vec<WindowYardstick>> {
    let evaluation = &data.recipe.evaluation;
    let known = train.iter().filter(|e| !e.targets[label].is_nan());
    let examples: Vec<Example> = known.take(LEARNT).cloned().collect();
    let targets: Vec<f32> = examples.iter().map(|e| e.targets[label]).collect();
    let all = windows(&examples, data.window);
    let output = data.recipe.model.output;
    let strand = data.recipe.model.strand;
    let mut yardsticks = WindowYardstick::learn(&all, &targets, output, strand, &evaluation.words)?;
    if let (Some(path), Some(names)) = (&evaluation.jaspar, evaluation.matrices.get(name)) {
        let positive: Vec<bool> = targets.iter().map(|&t| t == 1.0).collect();
        for matrix in jaspar::read(&data.folder.join(path))? {
            if names.contains(&matrix.name) || names.contains(&matrix.id) {
                let mut yardstick = WindowYardstick::matrix(matrix);
                yardstick.threshold = best_threshold(&yardstick.scores(&all), &positive);
                yardsticks.push(yardstick);
            }
        }
    }
    Ok(yardsticks)
}

/// Examples that a yardstick learns from at most.
const LEARNT: usize = 60_000;

/// Logit to probability on the validation part, at its own share of positives, and the threshold
/// of the best balanced accuracy; of values, the one that a tenth of them reach.
fn calibrated(
    recipe: &WindowsRecipe,
    all: &[Vec<f32>],
    examples: &[Example],
) -> (Vec<Vec<Knot>>, Vec<f64>) {
    let labels = all.iter().enumerate();
    if recipe.model.output == Output::Value {
        let high = |(label, scores): (usize, &Vec<f32>)| {
            let (_, mut targets) = known(scores, examples, label);
            targets.sort_unstable_by(f32::total_cmp);
            targets
                .get(targets.len() * 9 / 10)
                .map_or(0.0, |&t| t.into())
        };
        return (Vec::new(), labels.map(high).collect());
    }
    let table = |(label, scores): (usize, &Vec<f32>)| {
        let (scores, targets) = known(scores, examples, label);
        let positive: Vec<bool> = targets.iter().map(|&t| t == 1.0).collect();
        let knots = calibrate(&scores, &positive);
        let threshold = probability(&knots, best_threshold(&scores, &positive));
        (knots, threshold)
    };
    labels.map(table).unzip()
}

/// The test part's positives, each a negative for the labels that it is not known to have.
fn against_others(test: &[Example]) -> Held {
    let examples = test.iter().filter(|e| is_positive(e)).map(|example| {
        let mut example = example.clone();
        for target in &mut example.targets {
            *target = f32::from(u8::from(*target == 1.0));
        }
        example
    });
    Held {
        name: "test, other labels".to_owned(),
        examples: examples.collect(),
        bright: None,
        adapted: false,
    }
}

fn roc_curve(scores: &[f32], targets: &[f32]) -> Vec<(f64, f64)> {
    let positive: Vec<bool> = targets.iter().map(|&t| t == 1.0).collect();
    roc(scores, &positive, 100)
}

fn curve(scores: &[f32], targets: &[f32]) -> Vec<(f64, f64)> {
    let positive: Vec<bool> = targets.iter().map(|&t| t == 1.0).collect();
    Curve::new(scores, &positive, 0).thinned(100)
}
