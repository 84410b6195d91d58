//! Every bundled model: small, dense, documented, and with the same rows alone and among others.

use std::io::{BufRead, BufReader};

use crate::support::filter::{rows, run};
use crate::support::skips::data;
use windrow::engine::EngineChoice;
use windrow::model::{self, Shape, registry};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/example.fa");

/// The first lines of the example: about 30 kb.
fn example() -> String {
    let text = std::fs::read_to_string(EXAMPLE).unwrap();
    let lines: Vec<&str> = text.lines().take(500).collect();
    lines.join("\n") + "\n"
}

#[test]
fn bundled_models_see_their_windows_alone() {
    for name in registry::names() {
        // Files are probed when they are parsed; bundled models are not when they are loaded.
        let model = model::parse(registry::find(name).unwrap().bytes, name).unwrap();
        assert_eq!(model.shape, Shape::Dense, "{name}");
    }
}

#[test]
fn each_label_says_how_rare_its_outputs_are() {
    for name in registry::names() {
        let contract = model::load(name).unwrap().contract;
        assert_eq!(contract.background.len(), contract.labels.len(), "{name}");
        for background in &contract.background {
            let knots = background.knots();
            assert!(knots.len() > 50, "{name}: {}", knots.len());
            assert_eq!(knots[0].1, 1.0, "{name}");
            assert_eq!(knots[knots.len() - 1].1, 1e-7, "{name}");
        }
    }
}

/// 60 kb of chr1 from a CpG island on, as a record of its own.
fn chr1() -> Option<String> {
    let folder = data()?;
    let file = std::fs::File::open(folder.join("genome/human_chr1.fa.gz")).unwrap();
    let lines = BufReader::new(flate2::read::MultiGzDecoder::new(file)).lines();
    let known = lines
        .map(Result::unwrap)
        .skip_while(|line| !line.contains("CGCGGCG"));
    let mut text = String::from(">chr1_part\n");
    for line in known {
        text.push_str(&line);
        text.push('\n');
        if text.len() > 60_000 {
            break;
        }
    }
    Some(text)
}

/// Rows of some models on `text`, in the order of the output.
fn called(models: &[&str], flags: &[&str], text: &str) -> Vec<String> {
    let mut argv = vec!["--no-header"];
    for model in models {
        argv.extend(["-m", model]);
    }
    argv.extend(flags);
    let rows = rows(run(&argv, text.as_bytes()));
    rows.lines().map(str::to_owned).collect()
}

#[test]
fn each_is_dense_and_under_two_megabytes() {
    for name in registry::names() {
        assert_eq!(model::load(name).unwrap().shape, Shape::Dense, "{name}");
        let bytes = registry::find(name).unwrap().bytes.len();
        assert!(bytes < 2_000_000, "{name}: {bytes}");
    }
}

#[test]
fn each_runs_on_the_fused_kernels() {
    for name in registry::names() {
        let model = model::load(name).unwrap();
        let engine =
            windrow::engine::engine_of_choice(&model, model.contract.step, EngineChoice::Portable);
        assert!(!engine.unwrap().name().starts_with("tract"), "{name}");
    }
}

#[test]
fn each_card_has_yardsticks_limits_and_a_licence() {
    for name in registry::names() {
        let contract = model::load(name).unwrap().contract;
        let table = &contract.metrics["tables"][0];
        let words = |value: &serde_json::Value| -> Vec<String> {
            let cells = value.as_array().unwrap();
            cells
                .iter()
                .map(|cell| cell.as_str().unwrap().to_owned())
                .collect()
        };
        let rows: Vec<_> = table["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(words)
            .collect();
        // Yardsticks have rows of their own, or the best one stands in the row of each label.
        let columns = words(&table["columns"]);
        match columns.iter().position(|column| column == "best yardstick") {
            Some(best) => assert!(rows.iter().all(|row| row[best] != "-"), "{name}"),
            None => {
                let file = name.strip_suffix("-start").unwrap_or(name);
                let mut cells = rows.iter().flatten();
                assert!(cells.clone().any(|cell| cell == file), "{name} itself");
                assert!(cells.any(|cell| cell.starts_with("GC content")), "{name}");
            }
        }
        assert!(contract.license.starts_with("MIT"), "{name}");
        let texts = contract.metrics["text"].as_array().unwrap();
        assert!(texts.len() >= 2, "{name} states no limits");
    }
}

#[test]
fn each_scores_every_window_of_the_example() {
    let text = example();
    for name in registry::names() {
        let contract = model::load(name).unwrap().contract;
        let stride = (100 / contract.step * contract.step).to_string();
        let least = match contract.output {
            model::Output::Logit => "0",
            model::Output::Value => "-1000",
        };
        let rows = called(
            &[name],
            &["--raw", "-s", &stride, "--min-score", least],
            &text,
        );
        let strands = match contract.strand {
            model::Strandedness::Stranded => 2,
            model::Strandedness::Symmetric => 1,
        };
        let per_window = strands * contract.labels.len();
        assert!(rows.len() > 200 * per_window, "{name}: {}", rows.len());
        assert_eq!(rows.len() % contract.labels.len(), 0, "{name}");
    }
}

/// One pass of all model files against their single runs.
fn one_pass_is_the_union(text: &str) {
    let names: Vec<&str> = registry::files().collect();
    let mut single: Vec<String> = names
        .iter()
        .flat_map(|name| called(&[name], &[], text))
        .collect();
    let mut together = called(&names, &[], text);
    single.sort();
    together.sort();
    assert!(!together.is_empty());
    assert_eq!(together, single);
}

#[test]
fn several_in_one_pass_give_the_union_of_their_single_runs() {
    one_pass_is_the_union(&example());
}

#[test]
fn several_in_one_pass_give_the_union_of_their_single_runs_on_chr1() {
    if let Some(text) = chr1() {
        one_pass_is_the_union(&text);
    }
}
