//! A few steps along genomes made up here: the recipe runs to a model file that the filter reads
//! and that gives what the trained network gave, and a killed run goes on as if it never stopped.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const CONTIGS: usize = 3;
const LENGTH: usize = 40_000;

/// Noise; every 400 bases or so a word is planted, whose middle is a site.
fn data(folder: &Path) {
    let mut random = ChaCha8Rng::seed_from_u64(17);
    let mut draw = |below: u64| random.random_range(0..below);
    let (mut genome, mut sites) = (String::new(), String::new());
    for contig in 0..CONTIGS {
        let mut bases: Vec<u8> = (0..LENGTH).map(|_| b"ACGT"[draw(4) as usize]).collect();
        for at in (200..LENGTH - 200).step_by(800) {
            let at = at + draw(400) as usize;
            let (word, strand) = match draw(2) {
                0 => (b"TTGACGTCGACA", '+'),
                _ => (b"TGTCGACGTCAA", '-'),
            };
            bases[at..at + word.len()].copy_from_slice(word);
            let name = ["even", "odd"][at % 2];
            writeln!(sites, "c{contig}\t{at}\t{}\t{name}\t0\t{strand}", at + 12).unwrap();
        }
        let bases = String::from_utf8(bases).unwrap();
        write!(genome, ">c{contig}\n{bases}\n").unwrap();
    }
    fs::write(folder.join("genome.fa"), &genome).unwrap();
    fs::write(folder.join("sites.bed"), &sites).unwrap();
    fs::write(folder.join("mask.bed"), "c0\t1000\t3000\n").unwrap();
    let matrix = "AC MA1.1\nID site\nP0 A C G T\n1 0 0 9 0\n2 9 0 0 0\n3 0 9 0 0\n//\n";
    fs::write(folder.join("matrices"), matrix).unwrap();
}

const RECIPE: &str = r#"
kind = "tracks"
name = "smoke"
seed = 3
system = "made up"
note = ""
[[genomes]]
name = "made"
fasta = "genome.fa"
masks = ["mask.bed"]
share = 1.0
[[labels]]
names = ["site"]
weight = 1.0
draw = 1.0
reach = 32
sites = [{ genome = "made", bed = "sites.bed" }]
[[labels]]
names = ["even", "odd"]
weight = 0.1
draw = 1.0
reach = 32
sites = [{ genome = "made", bed = "sites.bed", column = 3 }]
[[labels]]
names = ["forward"]
weight = 1.0
draw = 1.0
reach = 32
stranded = true
sites = [{ genome = "made", bed = "sites.bed" }]
[[validation]]
genome = "made"
contig = "c1"
start = 0
end = 40000
[lanes]
batch = 8
places = 64
around = 0.5
reverse = 0.5
substitutions = 0.01
[architecture]
kind = "stepped"
layers = [
    { channels = 16, kernel = 13, pool = 4 },
    { channels = 16, kernel = 3, pool = 2 },
]
kernel = 3
dilations = [1, 2]
dropout = 0.1
[motifs]
matrices = "matrices"
names = ["site"]
[train]
steps = 120
warmup = 10
learning_rate = 0.01
weight_decay = 0.01
averaging = 0.9
evaluate_every = 10
patience = 100
[evaluation]
jaspar = "matrices"
[[evaluation.tests]]
name = "made again"
fasta = "genome.fa"
truth = [{ names = ["forward"], sites = [{ genome = "made again", bed = "sites.bed" }] }]
[model]
name = "smoke"
task = "promoter"
labels = ["forward"]
calls = "point"
distance = 50
assembly = "made up"
trained_on = "made up"
license = "MIT"
description = "A smoke test."
"#;

fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_windrow-train"));
    command.current_dir(folder).env("WINDROW_DATA", folder);
    command.args(words);
    command
}

fn train(folder: &Path, words: &[&str]) -> String {
    let output = command(folder, words).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {text}{errors}");
    text + &errors
}

/// What the program says where it refuses to run.
fn refusal(folder: &Path, words: &[&str]) -> String {
    let output = command(folder, words).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{words:?}: {errors}");
    errors
}

fn folder(name: &str, recipe: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tracks-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("recipes")).unwrap();
    data(&folder);
    fs::write(folder.join("recipes/smoke.toml"), recipe).unwrap();
    folder
}

fn result(folder: &Path) -> serde_json::Value {
    let text = fs::read_to_string(folder.join("results/smoke.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_stranded_model_along_a_genome() {
    let folder = folder("stranded", RECIPE);
    let said = train(&folder, &["run", "recipes/smoke.toml"]);
    assert!(said.contains("tract and tch differ by"), "{said}");
    let rows = result(&folder)["evaluation"]["rows"].clone();
    let of = |set: &str, scorer: &str| {
        let mut rows = rows.as_array().unwrap().iter();
        let row = rows.find(|row| row["set"] == set && row["scorer"] == scorer);
        row.unwrap_or_else(|| panic!("{set} {scorer}: {rows:?}"))["average_precision"]
            .as_f64()
            .unwrap()
    };
    for set in ["validation", "made again"] {
        let own = of(set, "network");
        assert!(own > 0.8, "{set}: {own}");
        for scorer in [
            "GC content",
            "CpG density",
            "CpG island",
            "5-mer regression",
        ] {
            assert!(own > of(set, scorer), "{set}: {scorer}");
        }
    }
    let model = fs::read(folder.join("runs/smoke/model.onnx")).unwrap();
    let model = windrow::model::parse(&model, "smoke").unwrap();
    assert_eq!(model.contract.step, 8);
    train(&folder, &["report"]);
    let report = fs::read_to_string(folder.join("RESULTS.md")).unwrap();
    assert!(report.contains("| forward |"), "{report}");
    for plot in ["learning", "precision", "calibration"] {
        let plot = fs::read_to_string(folder.join(format!("results/smoke.{plot}.svg"))).unwrap();
        assert!(plot.contains("<polyline"), "{plot}");
    }
}

#[test]
fn a_run_teaches_another_of_the_same_labels() {
    let folder = folder("taught", RECIPE);
    let few = ["--set", "train.steps=4", "--set", "train.evaluate_every=4"];
    let run = ["train", "recipes/smoke.toml"];
    train(&folder, &[&run[..], &["--name", "teacher"], &few].concat());
    let losses = |share: &str| {
        let distil =
            format!("train.distil={{teachers=[\"teacher\"],share={share},unlabelled=1.0}}");
        let name = format!("share-{share}");
        let words = ["--name", &name, "--set", &distil];
        let said = train(&folder, &[&run[..], &words, &few].concat());
        let line = said.lines().find(|line| line.starts_with("step 4 loss"));
        line.unwrap().split(' ').nth(3).unwrap().to_owned()
    };
    assert_ne!(losses("0.0"), losses("1.0"));
    for (distil, reason) in [
        ("{teachers=[\"nobody\"],share=0.5}", "nobody"),
        ("{model=\"x.onnx\",share=0.5}", "teaches sites only"),
    ] {
        let distil = format!("train.distil={distil}");
        let words = ["--name", "refused", "--set", &distil];
        let errors = refusal(&folder, &[&run[..], &words].concat());
        assert!(errors.contains(reason), "{errors}");
    }
}

#[test]
fn labels_that_are_not_there_are_refused() {
    let recipe = RECIPE.replace("labels = [\"forward\"]", "labels = [\"backward\"]");
    let folder = folder("refused", &recipe);
    let errors = refusal(&folder, &["train", "recipes/smoke.toml"]);
    assert!(errors.contains("no label 'backward'"), "{errors}");
}

#[test]
fn a_killed_run_ends_as_one_that_was_not() {
    let whole = folder("whole", RECIPE);
    let words = ["train", "recipes/smoke.toml"];
    train(&whole, &words);
    let killed = folder("killed", RECIPE);
    let mut child = command(&killed, &words)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let checkpoint = "runs/smoke/checkpoint.ot";
    while !killed.join(checkpoint).exists() {
        assert!(
            child.try_wait().unwrap().is_none(),
            "ended without a checkpoint"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let said = train(&killed, &words);
    assert!(said.contains("resumed at step"), "{said}");
    for folder in [&whole, &killed] {
        train(folder, &["evaluate", "recipes/smoke.toml"]);
        train(folder, &["export", "recipes/smoke.toml"]);
    }
    let figures = |folder: &Path| {
        let result = result(folder);
        let mut curve = result["curve"].clone();
        for row in curve.as_array_mut().unwrap() {
            // The mean loss since the last evaluation, which the kill cut short, is the log's own.
            row.as_object_mut().unwrap().remove("loss");
        }
        (curve, result["evaluation"].clone())
    };
    assert_eq!(figures(&whole), figures(&killed));
}
