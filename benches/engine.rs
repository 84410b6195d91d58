//! Rates of the engine alone, on one thread, next to the limit of the processor.
//!
//! `cargo bench --bench engine -- [--bases N] [--rounds N] [--write FOLDER] [MODEL]...`: bundled
//! names, paths, or names of networks drawn from a seed; `--write` writes those and ends.
//! Rates are a CPU second's: the best of interleaved rounds, for machines that do other work.

use tract_onnx::pb::ModelProto;
use windrow::engine::EngineChoice;
use windrow::engine::{Scorer, engine_of_choice, is_supported};
use windrow::model::{self, Model, ModelError, registry};
use windrow::sequence::Base;

#[path = "support/alone.rs"]
mod alone;
#[path = "support/peak.rs"]
mod peak;

use peak::cpu_seconds;

#[path = "../tests/it/support/nets.rs"]
mod nets;
#[path = "../tests/it/support/onnx.rs"]
mod onnx;

/// Networks of the size of shipped ones, for kinds of which none is shipped.
fn drawn() -> [(&'static str, ModelProto); 5] {
    [
        ("residual", nets::residual(32, &[1, 2, 4, 8, 16, 32])),
        ("inception", nets::inception(48, &[1, 4, 16, 32, 64], false)),
        ("inception-pooled", nets::inception(64, &[1, 1, 1], true)),
        ("separable", nets::separable()),
        ("word-attention", nets::word_attention(4, 270)),
    ]
}

/// A bundled model, a file's, or a drawn one.
fn load(name: &str) -> Result<Model, ModelError> {
    match drawn().into_iter().find(|(drawn, _)| *drawn == name) {
        Some((_, proto)) => model::parse(&onnx::bytes(&proto), name),
        None => model::load(name),
    }
}

struct Options {
    bases: usize,
    rounds: usize,
    write: Option<String>,
    models: Vec<String>,
}

fn main() {
    let options = options();
    if let Some(folder) = &options.write {
        for (name, proto) in drawn() {
            let path = format!("{folder}/{name}.onnx");
            std::fs::write(path, onnx::bytes(&proto)).expect("a folder to write to");
        }
        return;
    }
    for name in &options.models {
        let model = match load(name) {
            Ok(model) => model,
            Err(error) => {
                println!("{error}");
                continue;
            }
        };
        report(name, &model, &options);
    }
}

fn options() -> Options {
    let mut options = Options {
        bases: 1 << 18,
        rounds: 5,
        write: None,
        models: Vec::new(),
    };
    let mut argv = std::env::args().skip(1);
    let number = |value: Option<String>| value.and_then(|value| value.parse().ok());
    while let Some(argument) = argv.next() {
        match argument.as_str() {
            "--bases" => options.bases = number(argv.next()).unwrap_or(options.bases),
            "--rounds" => options.rounds = number(argv.next()).unwrap_or(options.rounds),
            "--write" => options.write = argv.next(),
            // Cargo's own.
            "--bench" => {}
            _ => options.models.push(argument),
        }
    }
    if options.models.is_empty() {
        options.models = registry::names().map(str::to_owned).collect();
    }
    options
}

fn report(name: &str, model: &Model, options: &Options) {
    let contract = &model.contract;
    let choices = [
        EngineChoice::Avx512,
        EngineChoice::Avx2,
        EngineChoice::Neon,
        EngineChoice::Tract,
    ];
    let engines = choices.into_iter().filter(|&choice| is_supported(choice));
    let engines =
        engines.map(|choice| engine_of_choice(model, contract.step, choice).expect("a model runs"));
    let engines: Vec<_> = engines.collect();
    let scorers = engines.iter().map(|engine| engine.scorer());
    let mut scorers: Vec<_> = scorers
        .map(|scorer| scorer.expect("a model runs"))
        .collect();
    let mut best = vec![f64::MAX; engines.len()];
    let mut peak = 0.0f64;
    for _ in 0..options.rounds {
        peak = peak.max(peak::flops());
        for (scorer, best) in scorers.iter_mut().zip(&mut best) {
            *best = best.min(seconds_a_window(scorer.as_mut(), model, options.bases));
        }
    }
    println!(
        "{name}: window {}, step {}; peak of fused multiply-add {:.1} GFLOP/s",
        contract.window,
        contract.step,
        peak / 1e9
    );
    println!(
        "{:32}{:>14}{:>16}{:>10}{:>10}",
        "", "windows/s", "bases/s", "GFLOP/s", "of peak"
    );
    for (engine, seconds) in engines.iter().zip(best) {
        let (windows, bases) = (1.0 / seconds, contract.step as f64 / seconds / 2.0);
        print!("{:32}{windows:14.0}{bases:16.0}", engine.name());
        match engine.flops() {
            Some(flops) => {
                let rate = flops as f64 / seconds;
                println!("{:10.1}{:9.0}%", rate / 1e9, 100.0 * rate / peak);
            }
            None => println!(),
        }
    }
    let seconds = alone::seconds_a_window(model, options.rounds).expect("a model runs");
    let bases = contract.step as f64 / seconds / 2.0;
    println!(
        "{:32}{:14.0}{bases:16.0}",
        "tract, one window a run",
        1.0 / seconds
    );
}

/// CPU seconds that a window of one strand takes, from both strands of random sequence.
fn seconds_a_window(scorer: &mut dyn Scorer, model: &Model, bases: usize) -> f64 {
    let (window, step) = (model.contract.window, model.contract.step);
    let windows = (scorer.lane().min(bases) - window) / step + 1;
    let starts: Vec<_> = (0..windows as u32).map(|at| at * step as u32).collect();
    let mut random = fastrand::Rng::with_seed(1);
    let base = |_| Base::ALL[random.usize(..4)];
    let sequence: Vec<Base> = (0..window + (windows - 1) * step).map(base).collect();
    let lanes = (bases / sequence.len()).max(1);
    let mut out = Vec::new();
    let begin = cpu_seconds();
    for _ in 0..lanes {
        scorer
            .score(&sequence, &starts, &mut out)
            .expect("a lane is scored");
        scorer
            .score_reverse(&sequence, &starts, &mut out)
            .expect("a lane is scored");
    }
    (cpu_seconds() - begin) / (2 * lanes * windows) as f64
}
