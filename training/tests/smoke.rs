//! A few steps of each architecture on a genome made up here: the recipe runs to a model file that
//! the filter reads, twice the same bytes, and a run that was cut goes on as if it had not been.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const LENGTH: usize = 40_000;
const GENE: usize = 4_000;

/// Exons of every gene, as offsets in it.
const EXONS: [(usize, usize); 3] = [(200, 350), (1200, 1330), (2500, 2700)];

/// A contig of noise with an AG before each exon and a GT behind it, its GTF, and labelled windows.
fn data(folder: &Path) {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut sequence: Vec<u8> = (0..LENGTH)
        .map(|_| b"ACGT"[random.random_range(0..4)])
        .collect();
    let mut gtf = String::new();
    for gene in 0..LENGTH / GENE {
        for (start, end) in EXONS.map(|(s, e)| (gene * GENE + s, gene * GENE + e)) {
            sequence[start - 2..start].copy_from_slice(b"AG");
            sequence[end..end + 2].copy_from_slice(b"GT");
            for feature in ["exon", "CDS"] {
                writeln!(
                    gtf,
                    "c1\tmade\t{feature}\t{}\t{end}\t.\t+\t.\tgene_id \"g{gene}\"; transcript_id \"t{gene}\";",
                    start + 1
                )
                .unwrap();
            }
        }
    }
    let mut tsv = String::from("id\tlabel\tgenome_overlap\tsequence\n");
    for row in 0..20 {
        let start = row * 602;
        let bases = String::from_utf8_lossy(&sequence[start..start + 602]);
        writeln!(tsv, "r{row}\t{}\t.\t{bases}", row % 2).unwrap();
    }
    let fasta = format!(">c1\n{}\n", String::from_utf8_lossy(&sequence));
    for (name, text) in [("c1.fa", fasta), ("c1.gtf", gtf), ("rows.tsv", tsv)] {
        fs::write(folder.join(name), text).unwrap();
    }
}

const DILATED: &str =
    "kind = \"dilated\"\nchannels = 8\nstem = 5\nkernel = 3\nblocks = [[1, 2], [4, 4]]\ntop = 8";
const SEPARABLE: &str =
    "kind = \"dilated\"\nchannels = 8\nstem = 5\nkernel = 3\nblocks = [[1, 2]]\nseparable = true";
const INCEPTION: &str =
    "kind = \"inception\"\nchannels = [8, 8]\ndilations = [1, 4]\npool = 11\ndense = 8";

fn recipe(folder: &Path, architecture: &str) -> PathBuf {
    let genome = "fasta = \"c1.fa\"\ngtf = \"c1.gtf\"";
    let text = format!(
        r#"
name = "smoke"
seed = 3
[data]
{genome}
[[data.windows]]
tsv = "rows.tsv"
site = "acceptor"
at = 302
unless = "genome_overlap"
[split]
kind = "region"
contig = "c1"
start = 30000
end = 40000
[architecture]
{architecture}
[loss]
acceptor = 10.0
donor = 5.0
exon = 0.5
[draw]
chunk = 600
lanes = 2
window_lanes = 1
[draw.kinds]
site = 0.4
mined = 0.2
genic = 0.2
intergenic = 0.1
shuffled = 0.1
[train]
steps = 12
learning_rate = 0.002
warmup = 2
weight_decay = 0.01
averaging = 0.9
evaluate_every = 3
patience = 5
mine_every = 2
mine_share = 1.0
[evaluation]
calibrate_on = ["all"]
[[evaluation.held_out]]
name = "all"
{genome}
[model]
task = "exon_start"
labels = ["exon_start"]
distance = 20
assembly = "made up"
trained_on = "made up"
license = "MIT"
description = "A smoke test."
limits = []
"#
    );
    let path = folder.join("recipes/smoke.toml");
    fs::write(&path, text).unwrap();
    path
}

/// Runs the program in `folder`; what it printed.
fn train(folder: &Path, words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_windrow-train"))
        .current_dir(folder)
        .env("WINDROW_DATA", folder)
        .args(words)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {text}{errors}");
    text + &errors
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("recipes")).unwrap();
    data(&folder);
    folder
}

/// Trains, evaluates and exports; the model file.
fn run(name: &str, architecture: &str) -> Vec<u8> {
    let folder = folder(name);
    let recipe = recipe(&folder, architecture);
    let said = train(&folder, &["run", recipe.to_str().unwrap()]);
    assert!(said.contains("tract and tch differ by"), "{said}");
    let model = fs::read(folder.join("runs/smoke/model.onnx")).unwrap();
    let contract = windrow::model::parse(&model, "smoke").unwrap().contract;
    assert_eq!((contract.name.as_str(), contract.step), ("smoke", 1));
    train(&folder, &["report"]);
    let report = fs::read_to_string(folder.join("RESULTS.md")).unwrap();
    assert!(report.contains("| smoke |"), "{report}");
    model
}

#[test]
fn dilated_blocks_train_and_export_the_same_bytes_twice() {
    assert_eq!(run("dilated", DILATED), run("dilated-again", DILATED));
}

#[test]
fn separable_blocks_train_and_export() {
    run("separable", SEPARABLE);
}

#[test]
fn inception_blocks_train_and_export() {
    run("inception", INCEPTION);
}

#[test]
fn a_killed_run_goes_on_as_if_it_had_not_been() {
    let more = DILATED.replace("channels = 8", "channels = 9");
    let whole = run("whole", &more);
    let folder = folder("killed");
    let path = recipe(&folder, &more);
    let checkpoint = folder.join("runs/smoke/checkpoint.ot");
    let mut child = Command::new(env!("CARGO_BIN_EXE_windrow-train"))
        .current_dir(&folder)
        .args(["train", path.to_str().unwrap(), "--data", "."])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !checkpoint.exists() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let said = train(&folder, &["run", path.to_str().unwrap()]);
    assert!(said.contains("resumed at step"), "{said}");
    assert_eq!(
        whole,
        fs::read(folder.join("runs/smoke/model.onnx")).unwrap()
    );
}

#[test]
fn a_network_learns_from_one_of_another_kind() {
    let folder = folder("taught");
    let teacher = recipe(&folder, DILATED);
    train(
        &folder,
        &["train", teacher.to_str().unwrap(), "--name", "teacher"],
    );
    let pupil = recipe(&folder, INCEPTION);
    let loss = |name: &str, share: &str| {
        let distil = format!("train.distil={{teachers=[\"teacher\"],share={share}}}");
        let words = ["train", pupil.to_str().unwrap(), "--name", name];
        let said = train(&folder, &[words.as_slice(), &["--set", &distil]].concat());
        let line = said
            .lines()
            .find(|line| line.starts_with("step 3 "))
            .unwrap();
        line.split_whitespace().nth(3).unwrap().to_owned()
    };
    let labels = loss("labels", "0.0");
    assert_eq!(labels, loss("labels-again", "0.0"));
    assert_ne!(labels, loss("taught", "0.7"));
}

#[test]
fn a_run_of_no_steps_is_the_mean_of_its_starts() {
    let folder = folder("mean");
    let recipe = recipe(&folder, DILATED);
    let recipe = recipe.to_str().unwrap();
    for (name, seed) in [("a", "seed=1"), ("b", "seed=2")] {
        train(&folder, &["train", recipe, "--name", name, "--set", seed]);
    }
    let mean = |name: &str, of: &str| {
        let start = format!("train.start={of}");
        let words = ["run", recipe, "--name", name, "--set", "train.steps=0"];
        let said = train(&folder, &[words.as_slice(), &["--set", &start]].concat());
        assert!(said.contains("step 0 loss"), "{said}");
        train(&folder, &["report"]);
        let result = fs::read_to_string(folder.join(format!("results/{name}.json"))).unwrap();
        result[result.find("\"evaluations\"").unwrap()..].to_owned()
    };
    let both = mean("both", "[\"a\", \"b\"]");
    assert_eq!(both, mean("turned", "[\"b\", \"a\"]"));
    let [a, b] = ["a", "b"].map(|of| mean(&format!("only-{of}"), &format!("[\"{of}\"]")));
    assert!(a != b && a != both && b != both);
}

#[test]
fn both_ends_go_on_from_a_model_file_with_sites_of_another_genome() {
    ends("ends", false);
}

#[test]
fn heads_alone_leave_the_start_as_it_is() {
    let folder = ends("heads", true);
    let log = fs::read_to_string(folder.join("runs/ends/log")).unwrap();
    let starts: Vec<&str> = log
        .lines()
        .filter_map(|line| line.split(" exon_start ").nth(1)?.split(' ').next())
        .collect();
    assert_eq!(starts.len(), 4, "{log}");
    assert!(starts.iter().all(|ap| *ap == starts[0]), "{log}");
}

/// Learns exon starts, and from there both ends, in a folder of this name.
fn ends(name: &str, heads_alone: bool) -> PathBuf {
    let folder = folder(name);
    let starts = recipe(&folder, DILATED);
    train(
        &folder,
        &["run", starts.to_str().unwrap(), "--name", "starts"],
    );
    let other = fs::read_to_string(folder.join("c1.fa")).unwrap();
    fs::write(folder.join("other.fa"), other.replace(">c1", ">o1")).unwrap();
    let mut sites = String::new();
    for (start, end) in EXONS {
        writeln!(sites, "o1\t{start}\t{}\tacceptor\t0\t+", start + 1).unwrap();
        writeln!(sites, "o1\t{}\t{end}\tdonor\t0\t+", end - 1).unwrap();
    }
    fs::write(folder.join("other.bed"), sites).unwrap();
    let model = "{model=\"runs/starts/model.onnx\"}";
    let taught = "{model=\"runs/starts/model.onnx\",share=0.5}";
    let species = "[{fasta=\"other.fa\",sites=[\"other.bed\"],negatives_beyond=1000}]";
    let changes = [
        "model.labels=[\"exon_start\",\"exon_end\"]".to_owned(),
        format!("train.start={model}"),
        format!("train.distil={taught}"),
        format!("data.species={species}"),
        "name=\"ends\"".to_owned(),
        "architecture.head=3".to_owned(),
        format!("train.heads_alone={heads_alone}"),
        format!("loss.acceptor={}", if heads_alone { "0.0" } else { "10.0" }),
        "train.weight_decay=0.0".to_owned(),
    ];
    let mut words = vec!["run", starts.to_str().unwrap()];
    for change in &changes {
        words.extend(["--set", change]);
    }
    let said = train(&folder, &words);
    assert!(said.contains("tract and tch differ by"), "{said}");
    let step = said
        .lines()
        .find(|line| line.starts_with("step 3 "))
        .unwrap();
    assert!(
        step.contains(" exon_start 0.") && step.contains(" exon_end 0."),
        "{step}"
    );
    let model = fs::read(folder.join("runs/ends/model.onnx")).unwrap();
    let contract = windrow::model::parse(&model, "ends").unwrap().contract;
    assert_eq!(contract.labels, ["exon_start", "exon_end"]);
    assert_eq!(contract.calibration.len(), 2);
    train(&folder, &["report"]);
    folder
}

#[test]
fn genes_can_be_held_out_instead_of_a_region() {
    let folder = folder("genes");
    let recipe = recipe(&folder, DILATED);
    let split = "split={kind=\"genes\",share=0.2}";
    let said = train(
        &folder,
        &["train", recipe.to_str().unwrap(), "--set", split],
    );
    assert!(said.contains("step 12 loss"), "{said}");
}

#[test]
fn a_recipe_that_does_not_hold_is_refused() {
    let folder = folder("refused");
    let path = recipe(&folder, DILATED);
    let program = env!("CARGO_BIN_EXE_windrow-train");
    for (change, wanted) in [
        ("draw.kinds.site=0.9", "shares must add up to 1"),
        ("split.contig=\"c9\"", "no contig 'c9'"),
        ("data.fasta=\"none.fa\"", "none.fa"),
        ("train.wrmup=1", "wrmup"),
        ("train.steps=0", "0 wants runs to start from"),
        ("train.start=[\"nobody\"]", "nobody"),
        ("train.distil={teachers=[\"nobody\"],share=0.5}", "nobody"),
    ] {
        let output = Command::new(program)
            .current_dir(&folder)
            .args([
                "train",
                path.to_str().unwrap(),
                "--set",
                change,
                "--data",
                ".",
            ])
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1));
        assert!(errors.contains(wanted), "{change}: {errors}");
    }
}
