//! The truth about a network: whole held-out contigs, both strands, next to the yardsticks.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::bases::{UNKNOWN, complement};
use crate::data::annotation::{STRANDS, Strand, mark};
use crate::data::genome::Block;
use crate::data::sites::dataset::{AnnotatedGenome, Place};
use crate::data::sites::split::SplitGenome;
use crate::figures::calibrate::{Knot, calibrate, probability};
use crate::figures::sites::yardstick::{SiteYardstick, intragenic};
use crate::figures::windows::calls::peaks;
use crate::metrics::{Curve, auroc, even_threshold, rates};
use crate::net::network::Network;
use crate::recipe::sites::{Site, SitesRecipe};
use crate::run::sites::score::{SiteScores, logits, scored};

/// One scorer on one held-out set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SitesRow {
    pub set: String,
    pub scorer: String,
    pub sites: usize,
    /// Bases and strands that count, masked ones left out.
    pub positions: usize,
    pub average_precision: f64,
    pub precision_at_recall_50: f64,
    pub precision_at_recall_80: f64,
    /// Among positions where the site's motif stands (an AG before it; a GT or GC behind it), whole
    /// contigs.
    pub auroc_ag: f64,
    /// Against all intragenic windows centred on such a motif, then all intragenic windows, classes
    /// balanced; thresholds chosen on the validation blocks.
    pub balanced_accuracy_ag: f64,
    pub f1_ag: f64,
    pub balanced_accuracy_random: f64,
    pub f1_random: f64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SitesEvaluation {
    /// The model's label.
    #[serde(default = "exon_start")]
    pub label: String,
    pub rows: Vec<SitesRow>,
    pub calibration: Vec<Knot>,
    /// Calibrated probability of the best F1 on the validation blocks: the model's threshold.
    pub threshold: f64,
    /// What calls at the threshold promise, and what they hold, set by set.
    #[serde(default)]
    pub calls: Vec<Promise>,
    /// Recall and precision of the network on each set, thinned, for plots.
    pub curves: Vec<(String, Vec<(f64, f64)>)>,
}

/// The calls of the network on a set, at the model's threshold.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Promise {
    pub set: String,
    pub calls: usize,
    /// Mean calibrated probability.
    pub expected: f64,
    /// Share of sites; masked positions count neither way.
    pub observed: f64,
}

/// Result files of models with one label do not name it.
fn exon_start() -> String {
    Site::Acceptor.label().to_owned()
}

/// Scores of whole blocks, kept for look-ups.
#[derive(Default)]
struct Field {
    blocks: Vec<(usize, Range<usize>, [Vec<f32>; 2])>,
}

type Scorer<'a> = &'a dyn Fn(&[u8], &Range<usize>, Strand) -> Vec<f32>;

impl Field {
    fn new(data: &AnnotatedGenome, blocks: &[Block], score: Scorer) -> Field {
        let of = |(contig, range): &Block| {
            let codes = &data.contigs[*contig].codes;
            (
                *contig,
                range.clone(),
                STRANDS.map(|strand| score(codes, range, strand)),
            )
        };
        Field {
            blocks: blocks.iter().map(of).collect(),
        }
    }

    fn at(&self, place: &Place) -> Option<f32> {
        let holds = |b: &&(usize, Range<usize>, [Vec<f32>; 2])| {
            b.0 == place.contig && b.1.contains(&place.at)
        };
        let (_, range, scores) = self.blocks.iter().find(holds)?;
        let score = scores[place.strand.index()][place.at - range.start];
        (!score.is_nan()).then_some(score)
    }

    /// Logits of the filter's calls, the best within `distance`, and which are sites; masked ones
    /// are left out.
    fn calls(&self, data: &AnnotatedGenome, site: Site, distance: usize) -> (Vec<f32>, Vec<bool>) {
        let mut calls = (Vec::new(), Vec::new());
        for (contig, range, scores) in &self.blocks {
            for strand in STRANDS {
                let scores = &scores[strand.index()];
                let marks = &data.marks[*contig][strand.index()];
                for at in peaks(scores, distance) {
                    let mark = marks[range.start + at];
                    let positive = mark & site.coding() != 0;
                    if positive || mark & site.mask() == 0 {
                        calls.0.push(scores[at]);
                        calls.1.push(positive);
                    }
                }
            }
        }
        calls
    }

    fn scored(&self, data: &AnnotatedGenome, site: Site) -> SiteScores {
        let ranges: Vec<_> = self.blocks.iter().map(|b| (b.0, b.1.clone())).collect();
        scored(data, &ranges, site, |contig, range, strand| {
            let same = |b: &&(usize, Range<usize>, [Vec<f32>; 2])| b.0 == contig && b.1 == *range;
            let found = self.blocks.iter().find(same);
            found.map_or_else(Vec::new, |b| b.2[strand.index()].clone())
        })
    }
}

/// Scores and truth of all sites against all intragenic windows with the motif, then against all
/// intragenic ones.
fn windows(
    data: &AnnotatedGenome,
    blocks: &[Block],
    site: Site,
    field: &Field,
) -> [(Vec<f32>, Vec<bool>); 2] {
    let sites = data.places(blocks, site.coding(), 0);
    let [any, led] = intragenic(data, blocks, site);
    [led, any].map(|negatives| {
        let sites = sites.iter().map(|place| (place, true));
        let labelled = sites.chain(negatives.iter().map(|place| (place, false)));
        labelled
            .filter_map(|(place, label)| Some((field.at(place)?, label)))
            .unzip()
    })
}

/// A set, its blocks, and the network's scores of it for each label.
struct Set {
    name: String,
    data: AnnotatedGenome,
    blocks: Vec<Block>,
    fields: Vec<Field>,
}

/// Evaluates the network that the run kept and the yardsticks on every held-out set of the recipe,
/// label by label.
pub fn evaluate(
    recipe: &SitesRecipe,
    genome: &SplitGenome,
    network: &Network,
    data: &Path,
) -> Result<Vec<SitesEvaluation>> {
    let heads = recipe.sites().len();
    let fields = |data: &AnnotatedGenome, blocks: &[Block]| {
        let mut fields: Vec<Field> = (0..heads).map(|_| Field::default()).collect();
        for (contig, range) in blocks {
            let codes = &data.contigs[*contig].codes;
            let [forward, reverse] =
                STRANDS.map(|strand| logits(network, codes, range, strand, heads));
            for (field, both) in fields.iter_mut().zip(forward.into_iter().zip(reverse)) {
                field.blocks.push((*contig, range.clone(), both.into()));
            }
        }
        fields
    };
    let validation = fields(&genome.data, &genome.validation);
    let mut sets = Vec::new();
    for held_out in &recipe.evaluation.held_out {
        let place = || format!("held-out set '{}'", held_out.name);
        let data = AnnotatedGenome::read(&held_out.genome, data).with_context(place)?;
        let blocks = data.blocks();
        sets.push(Set {
            name: held_out.name.clone(),
            fields: fields(&data, &blocks),
            blocks,
            data,
        });
    }
    let of = |(head, site): (usize, &Site)| {
        let validation = (genome, &validation[head]);
        label(recipe, *site, head, validation, &sets)
    };
    Ok(recipe.sites().iter().enumerate().map(of).collect())
}

/// Evaluates one label.
fn label(
    recipe: &SitesRecipe,
    site: Site,
    head: usize,
    (genome, validation): (&SplitGenome, &Field),
    sets: &[Set],
) -> SitesEvaluation {
    let yardsticks = train_yardsticks(genome, site, recipe.seed);
    let measured = |yardstick: &SiteYardstick, data: &AnnotatedGenome, blocks: &[Block]| {
        Field::new(data, blocks, &|codes, range, strand| {
            yardstick.scores(codes, range, strand)
        })
    };
    let thresholds = |field: &Field| {
        let windows = windows(&genome.data, &genome.validation, site, field);
        windows.map(|(scores, truth)| even_threshold(&scores, &truth))
    };
    let on_validation = yardsticks
        .iter()
        .map(|yardstick| thresholds(&measured(yardstick, &genome.data, &genome.validation)));
    let on_validation: Vec<_> = std::iter::once(thresholds(validation))
        .chain(on_validation)
        .collect();
    let all = validation.scored(&genome.data, site);
    let best_logit = best_f1(&Curve::new(
        &all.scores,
        &all.positive,
        all.unscored_positives,
    ));

    let (mut rows, mut curves) = (Vec::new(), Vec::new());
    let (mut pooled, mut pooled_truth) = (Vec::new(), Vec::new());
    for set in sets {
        let mut add = |scorer: &str, field: &Field, thresholds| {
            let all = field.scored(&set.data, site);
            let windows = windows(&set.data, &set.blocks, site, field);
            let (row, curve) = row(&set.data, site, &all, &windows, thresholds);
            rows.push(SitesRow {
                set: set.name.clone(),
                scorer: scorer.to_owned(),
                ..row
            });
            (all, curve)
        };
        let (all, curve) = add(&recipe.name, &set.fields[head], &on_validation[0]);
        for (yardstick, thresholds) in yardsticks.iter().zip(&on_validation[1..]) {
            let field = measured(yardstick, &set.data, &set.blocks);
            add(yardstick.name(), &field, thresholds);
        }
        curves.push((set.name.clone(), curve));
        if recipe.evaluation.calibrate_on.contains(&set.name) {
            pooled.extend(all.scores);
            pooled_truth.extend(all.positive);
        }
    }
    let distance = recipe.model.distance;
    if recipe.evaluation.calibrate_on.is_empty() {
        (pooled, pooled_truth) = validation.calls(&genome.data, site, distance);
    }
    let calibration = calibrate(&pooled, &pooled_truth);
    let threshold = probability(&calibration, best_logit);
    let promise = |name: &str, data: &AnnotatedGenome, field: &Field| {
        let (logits, truth) = field.calls(data, site, distance);
        promise(name, &logits, &truth, &calibration, threshold)
    };
    let on_sets = sets
        .iter()
        .map(|set| promise(&set.name, &set.data, &set.fields[head]));
    let calls = std::iter::once(promise("validation", &genome.data, validation))
        .chain(on_sets)
        .collect();
    SitesEvaluation {
        calls,
        label: site.label().to_owned(),
        rows,
        calibration,
        threshold,
        curves,
    }
}

fn promise(
    set: &str,
    logits: &[f32],
    truth: &[bool],
    calibration: &[Knot],
    threshold: f64,
) -> Promise {
    let all = logits.iter().map(|&logit| probability(calibration, logit));
    let called = all
        .zip(truth)
        .filter(|(probability, _)| *probability >= threshold);
    let (mut calls, mut expected, mut sites) = (0_u32, 0.0, 0_u32);
    for (probability, &site) in called {
        calls += 1;
        expected += probability;
        sites += u32::from(site);
    }
    let of_calls = |sum: f64| sum / f64::from(calls.max(1));
    Promise {
        set: set.to_owned(),
        calls: calls as usize,
        expected: of_calls(expected),
        observed: of_calls(f64::from(sites)),
    }
}

fn train_yardsticks(genome: &SplitGenome, site: Site, seed: u64) -> Vec<SiteYardstick> {
    let sites = genome
        .data
        .places(&genome.train, site.coding(), mark::HELD_OUT);
    let [any, led] = intragenic(&genome.data, &genome.train, site);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    vec![
        SiteYardstick::Gc,
        SiteYardstick::train_matrix(&genome.data, site, &sites, &led),
        SiteYardstick::train_words(&genome.data, &sites, &any, &mut random),
    ]
}

fn row(
    set: &AnnotatedGenome,
    site: Site,
    all: &SiteScores,
    windows: &[(Vec<f32>, Vec<bool>); 2],
    thresholds: &[f32; 2],
) -> (SitesRow, Vec<(f64, f64)>) {
    let curve = Curve::new(&all.scores, &all.positive, all.unscored_positives);
    let led = |place: &Place| {
        let codes = &set.contigs[place.contig].codes;
        let base = |offset: i64| {
            let at = match place.strand {
                Strand::Forward => place.at as i64 + offset,
                Strand::Reverse => place.at as i64 - offset,
            };
            let code = usize::try_from(at).ok().and_then(|at| codes.get(at));
            let code = code.copied().unwrap_or(UNKNOWN);
            match place.strand {
                Strand::Forward => code,
                Strand::Reverse => complement(code),
            }
        };
        site.motif().stands(&[-2, -1, 0, 1, 2].map(base), 2)
    };
    let (scores, truth): (Vec<f32>, Vec<bool>) = (0..all.scores.len())
        .filter(|&i| led(&all.places[i]))
        .map(|i| (all.scores[i], all.positive[i]))
        .unzip();
    let [ag, random] = [0, 1].map(|kind| {
        let (scores, truth) = &windows[kind];
        let (hit, false_alarm) = rates(scores, truth, thresholds[kind]);
        let balanced = (hit + 1.0 - false_alarm) / 2.0;
        (balanced, 2.0 * hit / (1.0 + hit + false_alarm))
    });
    let row = SitesRow {
        set: String::new(),
        scorer: String::new(),
        sites: all.positive.iter().filter(|p| **p).count() + all.unscored_positives,
        positions: all.scores.len(),
        average_precision: curve.average_precision(),
        precision_at_recall_50: curve.precision_at(0.5),
        precision_at_recall_80: curve.precision_at(0.8),
        auroc_ag: auroc(&scores, &truth),
        balanced_accuracy_ag: ag.0,
        f1_ag: ag.1,
        balanced_accuracy_random: random.0,
        f1_random: random.1,
    };
    (row, curve.thinned(200))
}

/// The score whose calls have the best F1.
fn best_f1(curve: &Curve) -> f32 {
    let f1 = |p: &crate::metrics::Point| 2.0 * p.recall * p.precision / (p.recall + p.precision);
    let best = curve.points.iter().max_by(|a, b| f1(a).total_cmp(&f1(b)));
    best.map_or(0.0, |point| point.score)
}
