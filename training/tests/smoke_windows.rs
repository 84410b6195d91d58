//! A few steps of each architecture on labelled windows made up here: the recipe runs to a model
//! file that the filter reads and that gives what the trained network gave.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const ROWS: usize = 240;
const LENGTH: usize = 64;

/// Noise; every second row has a word planted, which is its class and most of its value.
fn data(folder: &Path) {
    let mut random = ChaCha8Rng::seed_from_u64(11);
    let mut draw = |below: u64| random.random_range(0..below);
    let mut tsv = String::from("id\tlabel\tvalue\tcluster\tsequence\n");
    let mut genome = String::new();
    for row in 0..ROWS {
        let mut bases: Vec<u8> = (0..LENGTH + row % 5)
            .map(|_| b"ACGT"[draw(4) as usize])
            .collect();
        if row % 10 == 0 {
            write!(genome, "\n>c{row}\n").unwrap();
        }
        genome.push_str(&String::from_utf8_lossy(&bases));
        let label = row % 2;
        if label == 1 {
            let at = 20 + draw(10) as usize;
            bases[at..at + 10].copy_from_slice(b"TTGACGTCAA");
        }
        let value = 3 * label + draw(2) as usize;
        let sequence = String::from_utf8_lossy(&bases);
        writeln!(tsv, "r{row}\t{label}\t{value}\tc{}\t{sequence}", row / 3).unwrap();
    }
    fs::write(folder.join("rows.tsv"), tsv).unwrap();
    fs::write(folder.join("genome.fa"), genome.trim_start()).unwrap();
}

const RECIPE: &str = r#"
kind = "windows"
name = "smoke"
seed = 3
system = "made up"
[data]
length = 64
[[data.sources]]
tsv = "rows.tsv"
[split]
kind = "groups"
column = "cluster"
validation = 0.3
test = 0.1
[architecture]
ARCHITECTURE
[augment]
reverse_complement = 0.5
shift_probability = 0.5
shift = 0.1
[train]
epochs = 3
batch = 32
learning_rate = 0.003
schedule = "cosine"
averaging = 0.9
patience = 5
select = "auroc"
[evaluation]
words = [2]
[search]
trials = 3
first = 1
epochs = 2
[search.ranges]
"train.learning_rate" = { log = [1e-4, 1e-2] }
"train.batch" = { choice = [16, 32] }
[model]
task = "promoter"
labels = ["site"]
output = "logit"
strand = "symmetric"
calls = "point"
distance = 20
assembly = "made up"
trained_on = "made up"
license = "MIT"
description = "A smoke test."
"#;

const EMBEDDING: &str = r#"
kind = "embedding"
name = "vectors"
seed = 3
system = "made up"
genomes = ["genome.fa"]
words = [3, 8]
width = 100
window = 3
negatives = 2
segment = [200, 400]
learning_rate = 0.025
bases = 2000
"#;

fn command(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_windrow-train"));
    command.current_dir(folder).env("WINDROW_DATA", folder);
    command.args(words);
    command
}

/// Runs the program in `folder`; what it printed.
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

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("windows-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("recipes")).unwrap();
    data(&folder);
    folder
}

/// Trains, evaluates, exports and reports in a folder of its own.
fn run(name: &str, recipe: &str) -> PathBuf {
    run_in(folder(name), recipe)
}

fn run_in(folder: PathBuf, recipe: &str) -> PathBuf {
    fs::write(folder.join("recipes/smoke.toml"), recipe).unwrap();
    if recipe.contains("vectors = ") {
        fs::write(folder.join("recipes/vectors.toml"), EMBEDDING).unwrap();
        train(&folder, &["run", "recipes/vectors.toml"]);
    }
    let said = train(&folder, &["run", "recipes/smoke.toml"]);
    assert!(said.contains("tract and tch differ by"), "{said}");
    let model = fs::read(folder.join("runs/smoke/model.onnx")).unwrap();
    let contract = windrow::model::parse(&model, "smoke").unwrap().contract;
    assert_eq!((contract.name.as_str(), contract.step), ("smoke", 1));
    folder
}

fn architecture(name: &str, numbers: &str) -> PathBuf {
    run(
        name,
        &RECIPE.replace("ARCHITECTURE", &format!("kind = \"{name}\"\n{numbers}")),
    )
}

#[test]
fn exon_simple() {
    let folder = architecture("exon_simple", "channels = [8, 8]\nkernel = 5");
    train(&folder, &["report"]);
    let report = fs::read_to_string(folder.join("RESULTS.md")).unwrap();
    assert!(
        report.contains("| smoke |") && report.contains("2-mer logistic regression"),
        "{report}"
    );
    let diagrams = fs::read_to_string(folder.join("ARCHITECTURES.md")).unwrap();
    assert!(diagrams.contains("global max"), "{diagrams}");
    assert!(folder.join("results/smoke.learning.svg").exists());
    assert!(folder.join("results/smoke.roc.svg").exists());
}

#[test]
fn exon_attention() {
    let numbers = "channels = 8\nkernel = 5\npool = 2\nheads = 2\nwidth = 4\ndense = 8";
    architecture("exon_attention", numbers);
}

#[test]
fn exon_complex() {
    let numbers = "channels = [8, 8, 8]\nkernels = [3, 5, 7]\ndense = 8";
    architecture("exon_complex", numbers);
}

#[test]
fn exon_enhanced_with_every_gate() {
    for gate in ["attention", "squeeze_excite", "transformer"] {
        let numbers = format!(
            "channels = [8, 8]\ngate = \"{gate}\"\nresidual = true\ndilations = [1, 2]\ndense = 8\n\
             dropout = 0.2"
        );
        architecture("exon_enhanced", &numbers);
    }
}

#[test]
fn exon_enhanced_that_counts_bases_in_batches_of_one_block() {
    let numbers = "kind = \"exon_enhanced\"\nchannels = [8, 8]\ngate = \"attention\"\ndense = 8\n\
                   dropout = 0.2\ncomposition = true";
    let recipe = RECIPE
        .replace("ARCHITECTURE", numbers)
        .replace("[evaluation]", "one_block = true\n[evaluation]");
    run("composition", &recipe);
}

#[test]
fn runs_teach_another_with_the_same_split() {
    let recipe = RECIPE.replace(
        "ARCHITECTURE",
        "kind = \"exon_simple\"\nchannels = [8, 8]\nkernel = 5",
    );
    let folder = folder("taught");
    fs::write(folder.join("recipes/smoke.toml"), recipe).unwrap();
    let run = ["train", "recipes/smoke.toml"];
    train(&folder, &[&run[..], &["--name", "teacher"]].concat());
    let loss = |share: &str| {
        let distil = format!("train.distil={{teachers=[\"teacher\"],share={share}}}");
        let name = format!("share-{share}");
        let said = train(
            &folder,
            &[&run[..], &["--name", &name, "--set", &distil]].concat(),
        );
        let line = said.lines().find(|line| line.starts_with("epoch 3"));
        line.unwrap().split(' ').nth(5).unwrap().to_owned()
    };
    assert_ne!(loss("0.0"), loss("1.0"));
    let distil = "train.distil={teachers=[\"teacher\"],share=0.5";
    for (changes, reason) in [
        (
            vec![format!("{distil}}}"), "split_seed=4".into()],
            "was split otherwise",
        ),
        (
            vec![format!("{distil},unlabelled=0.5}}")],
            "windows have labels",
        ),
        (
            vec![distil.replace("teacher\"", "nobody\"") + "}"],
            "nobody",
        ),
        (vec!["train.distil={share=0.5}".into()], "names no teacher"),
        (
            vec![format!("{distil}}}"), "model.labels=[\"other\"]".into()],
            "has other labels",
        ),
    ] {
        let changes = changes.iter().flat_map(|change| ["--set", change]);
        let words = run.into_iter().chain(["--name", "refused"]).chain(changes);
        let errors = refusal(&folder, &words.collect::<Vec<_>>());
        assert!(errors.contains(reason), "{errors}");
    }
}

#[test]
fn ibis_with_drawn_negatives() {
    let numbers = "stem = [3, 5]\nstem_channels = 4\n\
                   blocks = [{ expanded = 8, kernel = 3, squeezed = 2, channels = 8 }]";
    let recipe = RECIPE
        .replace("ARCHITECTURE", &format!("kind = \"ibis\"\n{numbers}"))
        .replace("[split]", "[[data.negatives]]\ngenome = \"genome.fa\"\nratio = 0.5\n[[data.negatives]]\nratio = 0.5\n[split]");
    run("ibis", &recipe);
    let more = recipe
        .replace("stem_channels", "embedding = 6\nlstm = 4\nstem_channels")
        .replace("\"cosine\"", "\"one_cycle\"");
    run("ibis-more", &more);
}

#[test]
fn heads_of_two_experiments_and_statistics_of_the_set() {
    let numbers = "stem = [3, 5]\nstem_channels = 4\n\
                   blocks = [{ expanded = 8, kernel = 3, squeezed = 2, channels = 8 }]";
    let sources = "tsv = \"rows.tsv\"\nlabel = \"rows\"\n[[data.sources]]\ntsv = \"rows.tsv\"\n\
                   label = \"array\"\ncolumn = \"value\"\nbright = 1.0\n[split]";
    let sets = "[[evaluation.sets]]\nname = \"SET\"\nbright = 1.0\nadapted = ADAPTED\n\
                sources = [{ tsv = \"rows.tsv\", label = \"array\" }]\n";
    let set = |name: &str, adapted: &str| sets.replace("SET", name).replace("ADAPTED", adapted);
    let sets = set("plain", "false") + &set("adapted", "true") + "[search]";
    let recipe = RECIPE
        .replace("ARCHITECTURE", &format!("kind = \"ibis\"\n{numbers}"))
        .replace("labels = [\"site\"]", "labels = [\"rows\", \"array\"]")
        .replace("tsv = \"rows.tsv\"\n[split]", sources)
        .replace("[search]", &sets);
    let folder = run("heads", &recipe);
    let result = fs::read_to_string(folder.join("results/smoke.json")).unwrap();
    let result: serde_json::Value = serde_json::from_str(&result).unwrap();
    let rows = result["evaluation"]["rows"].as_array().unwrap();
    let area = |set: &str| {
        let own = rows
            .iter()
            .find(|row| row["set"] == set && row["scorer"] == "smoke");
        own.unwrap()["figures"]["auroc"].as_f64().unwrap()
    };
    assert_ne!(area("plain"), area("adapted"));
    assert!(
        rows.iter()
            .all(|row| row["set"] != "plain" || row["label"] == "array")
    );
}

#[test]
fn dream_of_values() {
    let numbers = "kind = \"dream\"\nchannels = [8, 8, 8]\nkernels = [5, 4, 3]\nlstm = 4\n\
                   lstm_dropout = 0.1\ndense = 8\ndense_dropout = 0.2";
    let recipe = RECIPE
        .replace("ARCHITECTURE", numbers)
        .replace("\"auroc\"", "\"r2\"")
        .replace("\"logit\"", "\"value\"");
    let folder = run("dream", &recipe);
    let said = train(&folder, &["search", "recipes/smoke.toml"]);
    // All three for an epoch, then the better two for another.
    assert_eq!(said.matches("trial ").count(), 5, "{said}");
    // What is there is not searched again.
    let said = train(&folder, &["search", "recipes/smoke.toml"]);
    assert_eq!(said.matches("trial ").count(), 0, "{said}");
    train(&folder, &["report"]);
    let report = fs::read_to_string(folder.join("RESULTS.md")).unwrap();
    assert!(report.contains("Random search `smoke`"), "{report}");
}

#[test]
fn dream_as_it_was_tried_without_gain() {
    for pool in ["max", "mean"] {
        let numbers = format!(
            "kind = \"dream\"\nchannels = [8, 8, 8]\nkernels = [5, 4, 3]\nlstm = 4\n\
             lstm_dropout = 0.1\ndense = 8\ndense_dropout = 0.2\nexponential = true\n\
             stacked = true\npool = \"{pool}\""
        );
        let recipe = RECIPE
            .replace("ARCHITECTURE", &numbers)
            .replace("\"auroc\"", "\"r2\"\noptimiser = \"momentum\"")
            .replace("\"logit\"", "\"value\"");
        run(&format!("dream-{pool}"), &recipe);
    }
}

#[test]
fn genomic_basic_with_batch_norm_on_either_side_and_a_second_sigmoid() {
    let numbers = "channels = [8, 4, 4]\nkernel = 4\ndropout = 0.3";
    architecture("genomic_basic", numbers);
    let recipe = RECIPE
        .replace(
            "ARCHITECTURE",
            &format!("kind = \"genomic_basic\"\nnorm_first = true\n{numbers}"),
        )
        .replace("[evaluation]", "loss = \"sigmoid_twice\"\n[evaluation]");
    run("genomic_twice", &recipe);
}

#[test]
fn genomic_final() {
    let numbers = "channels = [8, 4, 4]\nkernel = 4\ndense = 16";
    architecture("genomic_final", numbers);
    architecture("genomic_final", &format!("{numbers}\nflat = 0.3"));
}

#[test]
fn word_attention() {
    let folder = architecture("word_attention", "k = 4\nvectors = \"vectors\"");
    let model = fs::read(folder.join("runs/smoke/model.onnx")).unwrap();
    let model = windrow::model::parse(&model, "smoke").unwrap();
    assert_eq!(model.shape, windrow::model::Shape::Dense);
}

#[test]
fn word_transformer_with_either_pooling() {
    for pool in ["token", "mean"] {
        let numbers = format!(
            "k = 4\nvectors = \"vectors\"\nconvolution = 5\nplaces = true\nheads = 4\n\
             pool = \"{pool}\""
        );
        architecture("word_transformer", &numbers);
    }
}

#[test]
fn dense_networks_learn_from_windows_too() {
    let numbers = "channels = [8, 8]\ndilations = [1, 4]\npool = 40\ndense = 8";
    architecture_without_length("inception", numbers);
    let numbers = "channels = 8\nstem = 5\nkernel = 3\nblocks = [[1, 2], [4, 8]]\ntop = 8";
    architecture_without_length("dilated", numbers);
    let numbers = "layers = [[8, 5], [8, 3]]\ndilations = [1, 2]\npools = [40, 16]\ndense = 8\n\
                   dropout = 0.2";
    architecture_without_length("pooled", numbers);
}

#[test]
fn a_model_is_calibrated_along_a_genome_and_its_calls_are_counted() {
    // The made-up genome's first contig holds the first ten rows, the others ten each.
    let along = "[evaluation.along]\nfasta = \"genome.fa\"\nbed = \"sites.bed\"\nwithin = 30\n\
                 validation = [{ contig = \"c0\", start = 0, end = 640 }]\n\
                 test = [{ contig = \"c20\", start = 5, end = 600 }]\n\
                 bases = 1e5\nreach = 3\nsites = { site = 20 }\n[search]";
    let negatives = "[[data.negatives]]\ngenome = \"genome.fa\"\nratio = 0.5\nmatched = true\n\
                     part = \"train\"\n[split]";
    let numbers = "kind = \"dilated\"\nchannels = 8\nstem = 5\nkernel = 3\n\
                   blocks = [[1, 2], [4, 8]]\ntop = 8";
    let recipe = RECIPE
        .replace("ARCHITECTURE", numbers)
        .replace("length = 64", "")
        .replace("[search]", along)
        .replace("[split]", negatives);
    let folder = folder("along");
    fs::write(folder.join("sites.bed"), "c0\t100\nc0\t400\nc20\t300\n").unwrap();
    let folder = run_in(folder, &recipe);
    let model = fs::read(folder.join("runs/smoke/model.onnx")).unwrap();
    let contract = windrow::model::parse(&model, "smoke").unwrap().contract;
    let found = &contract.metrics["tables"][1];
    assert_eq!(found["rows"][0][1], "smoke");
    let note = found["note"].as_str().unwrap();
    assert!(
        note.contains("validation: 2 sites in 640 bases (c0:0-640)"),
        "{note}"
    );
    assert!(
        note.contains("test: 1 sites in 595 bases (c20:5-600)"),
        "{note}"
    );
    // 20 sites of 7 windows each in 100,000: rare however good the network is.
    let highest = contract.probability(0, 30.0);
    assert!(
        contract.probability(0, -30.0) < 0.0014 && highest > 0.0014,
        "{highest}"
    );
    train(&folder, &["report"]);
    assert!(folder.join("results/smoke.calibration.svg").exists());
    let report = fs::read_to_string(folder.join("RESULTS.md")).unwrap();
    assert!(report.contains("CpG density, 201 bp"), "{report}");
}

fn architecture_without_length(name: &str, numbers: &str) {
    let recipe = RECIPE
        .replace("ARCHITECTURE", &format!("kind = \"{name}\"\n{numbers}"))
        .replace("length = 64", "");
    run(name, &recipe);
}

#[test]
fn a_cut_run_goes_on_as_if_it_had_not_been() {
    let numbers = "kind = \"exon_simple\"\nchannels = [8, 8]\nkernel = 5";
    let recipe = RECIPE.replace("ARCHITECTURE", numbers);
    let whole = run("whole", &recipe);
    let cut = folder("cut");
    fs::write(cut.join("recipes/smoke.toml"), &recipe).unwrap();
    let checkpoint = cut.join("runs/smoke/checkpoint.ot");
    let mut child = command(&cut, &["train", "recipes/smoke.toml"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !checkpoint.exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let said = train(&cut, &["run", "recipes/smoke.toml"]);
    assert!(said.contains("resumed at step"), "{said}");
    let model = |folder: &Path| fs::read(folder.join("runs/smoke/model.onnx")).unwrap();
    assert_eq!(model(&whole), model(&cut));
    // A recipe that learns something else is another run.
    let words = ["train", "recipes/smoke.toml", "--set", "seed=99"];
    let said = refusal(&cut, &words);
    assert!(said.contains("not 99"), "{said}");
    train(&cut, &[words.as_slice(), &["--fresh"]].concat());
}

#[test]
fn results_are_verified_by_their_recipes_and_by_running_them_again() {
    let folder = folder("verified");
    let numbers = "kind = \"exon_simple\"\nchannels = [8, 8]\nkernel = 5";
    let recipe = RECIPE.replace("ARCHITECTURE", numbers);
    let path = folder.join("recipes/smoke.toml");
    fs::write(&path, &recipe).unwrap();
    train(&folder, &["run", "recipes/smoke.toml"]);
    let said = train(&folder, &["verify"]);
    assert!(
        said.contains("1 result files are of their recipes"),
        "{said}"
    );
    let said = train(&folder, &["verify", "recipes/smoke.toml"]);
    assert!(said.contains("figures differ by 0.0000 at most"), "{said}");
    let result = folder.join("results/smoke.json");
    let text = fs::read_to_string(&result).unwrap();
    let mut wrong: serde_json::Value = serde_json::from_str(&text).unwrap();
    wrong["evaluation"]["rows"][0]["figures"]["auroc"] = 0.1.into();
    fs::write(&result, wrong.to_string()).unwrap();
    let said = refusal(&folder, &["verify", "recipes/smoke.toml"]);
    assert!(said.contains("the result file has 0.1000"), "{said}");
    fs::write(&path, recipe.replace("batch = 32", "batch = 16")).unwrap();
    let said = refusal(&folder, &["verify"]);
    assert!(
        said.contains("results/smoke.json: smoke.toml has the SHA-256"),
        "{said}"
    );
}

#[test]
fn a_gpu_gives_the_figures_of_the_processor() {
    let folder = folder("devices");
    if !command(&folder, &["list", "--device", "cuda"])
        .output()
        .unwrap()
        .status
        .success()
    {
        eprintln!("skipped: libtorch finds no CUDA device");
        return;
    }
    let numbers = "kind = \"exon_simple\"\nchannels = [8, 8]\nkernel = 5";
    fs::write(
        folder.join("recipes/smoke.toml"),
        RECIPE.replace("ARCHITECTURE", numbers),
    )
    .unwrap();
    let area = |device: &str| {
        let words = ["--name", device, "--device", device];
        train(
            &folder,
            &[&["run", "recipes/smoke.toml"][..], &words].concat(),
        );
        let text = fs::read_to_string(folder.join(format!("results/{device}.json"))).unwrap();
        let result: serde_json::Value = serde_json::from_str(&text).unwrap();
        result["evaluation"]["rows"][0]["figures"]["auroc"]
            .as_f64()
            .unwrap()
    };
    assert!((area("cpu") - area("cuda")).abs() < 0.01);
}

#[test]
fn variants_are_listed_and_run_by_name() {
    let folder = folder("variants");
    let numbers = "kind = \"exon_simple\"\nchannels = [8, 8]\nkernel = 5";
    let axis = "[[axis]]\nnarrow = { \"architecture.channels\" = [4, 4] }\nwide = {}\n";
    let recipe = RECIPE.replace("ARCHITECTURE", numbers) + axis;
    fs::write(folder.join("recipes/smoke.toml"), recipe).unwrap();
    let said = train(&folder, &["list"]);
    assert!(said.contains("recipes/smoke.toml:narrow\t64 bp"), "{said}");
    assert!(said.contains("recipes/smoke.toml:wide\t64 bp"), "{said}");
    train(&folder, &["train", "recipes/smoke.toml:narrow"]);
    assert!(folder.join("runs/smoke-narrow/checkpoint.ot").exists());
}

#[test]
fn a_recipe_that_does_not_hold_is_refused() {
    let folder = folder("refused");
    let numbers = "kind = \"exon_simple\"\nchannels = [8, 8]\nkernel = 5";
    fs::write(
        folder.join("recipes/smoke.toml"),
        RECIPE.replace("ARCHITECTURE", numbers),
    )
    .unwrap();
    for (change, wanted) in [
        ("train.select=\"r2\"", "train.select"),
        ("data.sources=[{tsv=\"none.tsv\"}]", "none.tsv"),
        (
            "data.sources=[{tsv=\"rows.tsv\",column=\"nothing\"}]",
            "no column 'nothing'",
        ),
        ("data.sources=[{fasta=\"genome.fa\"}]", "needs a target"),
        ("train.rte=1", "rte"),
    ] {
        let errors = refusal(&folder, &["train", "recipes/smoke.toml", "--set", change]);
        assert!(errors.contains(wanted), "{change}: {errors}");
    }
}
