//! Labels: which ones are scored, their thresholds, and the values of their rows.

use crate::support::filter::{Bench, failure, refusal, rows, run};
use crate::support::onnx::{self, Dim};
use crate::support::random::sequence;
use proptest::prelude::*;
use tract_onnx::pb::ModelProto;
use windrow::model::registry;
use windrow::{Contract, Model};

const SEQUENCE: &[u8] = b">c\nTTAGCTTACCATTGGATAG\n";

/// A model with a label for A and one for G; raw outputs are 5 there and 0 elsewhere.
fn letters() -> ModelProto {
    let mut model = onnx::matrix(&[[0.0; 4]], 0.0);
    let graph = model.graph.as_mut().unwrap();
    let weights = vec![5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 5.0, 0.0];
    graph.initializer = vec![
        onnx::floats("weights", &[2, 4, 1], weights),
        onnx::floats("bias", &[2], vec![0.0; 2]),
    ];
    let extents = [Dim::Named("N"), Dim::Fixed(2), Dim::Named("T")];
    graph.output = vec![onnx::value("score", 1, &extents)];
    for (key, value) in [
        ("name", "letters"),
        ("labels", "adenine,guanine"),
        ("distance", "0"),
        ("threshold", "[0.5,0.5]"),
        ("calibration", "[[[0,0],[5,0.8]],[[0,0],[5,0.8]]]"),
        ("background", "[[[0,1],[5,0.001]],[[0,1],[5,0.1]]]"),
    ] {
        onnx::set(&mut model, key, value);
    }
    model
}

/// Runs the model, with labels behind its path, on the forward strand.
fn of(bench: &Bench, labels: &str, flags: &str) -> std::process::Output {
    let model = format!("{}{labels}", bench.model);
    let mut argv = vec!["-m", &model, "--strand", "+"];
    argv.extend(flags.split_whitespace());
    run(&argv, SEQUENCE)
}

/// Starts of rows and their labels.
fn starts(text: &str) -> Vec<(usize, String)> {
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    let columns = rows.map(|row| row.split('\t').collect::<Vec<_>>());
    columns
        .map(|columns| (columns[1].parse().unwrap(), columns[3].to_owned()))
        .collect()
}

#[test]
fn one_label_gives_the_rows_of_the_whole_model_that_have_it() {
    let bench = Bench::new(&letters());
    let all = rows(of(&bench, "", "--no-header"));
    assert_eq!(all.lines().count(), 9);
    for label in ["adenine", "guanine"] {
        let of_label = all.lines().filter(|row| row.contains(label));
        let of_label: String = of_label.map(|row| format!("{row}\n")).collect();
        let chosen = rows(of(&bench, &format!(":{label}"), "--no-header"));
        assert_eq!(chosen, of_label);
    }
    assert_eq!(rows(of(&bench, ":guanine,adenine", "--no-header")), all);
    let header = rows(of(&bench, ":guanine", ""));
    assert!(header.contains(" guanine>=0.5 "), "{header}");
    assert!(!header.contains("adenine>="), "{header}");
}

#[test]
fn a_label_is_a_track() {
    let bench = Bench::new(&letters());
    let steps = rows(of(&bench, ":guanine", "-f bedgraph --raw"));
    assert!(steps.contains("c\t13\t15\t0.8\n"), "{steps}");
    let refused = refusal(of(&bench, "", "-f bedgraph --raw"));
    assert!(
        refused.contains("not 2; -m MODEL:LABEL chooses one"),
        "{refused}"
    );
}

#[test]
fn thresholds_can_be_those_of_a_label() {
    let bench = Bench::new(&letters());
    let text = rows(of(
        &bench,
        "",
        "--min-score letters=0.9,letters:guanine=0.1",
    ));
    let labels: Vec<_> = starts(&text).into_iter().map(|(_, label)| label).collect();
    assert_eq!(labels, ["guanine"; 4]);
    let refused = refusal(of(&bench, ":adenine", "--min-score letters:guanine=0.1"));
    assert!(
        refused.contains("--min-score: letters:guanine is not run"),
        "{refused}"
    );
}

#[test]
fn scores_are_those_of_the_background() {
    let bench = Bench::new(&letters());
    let text = rows(of(&bench, "", "--no-header"));
    assert!(text.starts_with("c\t2\t3\tadenine\t500\t+\t0.8\nc\t3\t4\tguanine\t167\t+\t0.8\n"));
    let peaks = rows(of(&bench, "", "-f narrowpeak --no-header"));
    assert!(
        peaks.starts_with("c\t2\t3\tadenine\t500\t+\t0.8\t3\t-1\t0\n"),
        "{peaks}"
    );
    let mut unknown = letters();
    onnx::unset(&mut unknown, "background");
    let without = rows(of(&Bench::new(&unknown), "", "--no-header"));
    assert!(
        without.starts_with("c\t2\t3\tadenine\t800\t+\t0.8\n"),
        "{without}"
    );
}

#[test]
fn the_value_is_what_was_asked_for() {
    let bench = Bench::new(&letters());
    for (value, shown) in [("probability", "0.8"), ("logit", "5"), ("rate", "3")] {
        let text = rows(of(
            &bench,
            ":adenine",
            &format!("--no-header --value {value}"),
        ));
        let expected = format!("c\t2\t3\tadenine\t500\t+\t{shown}\n");
        assert!(text.starts_with(&expected), "{text}");
    }
    let steps = rows(of(&bench, ":adenine", "-f bedgraph --raw --value rate"));
    assert!(steps.starts_with("c\t0\t2\t0\nc\t2\t3\t3\n"), "{steps}");
}

#[test]
fn a_rate_is_the_threshold_of_its_raw_output() {
    let bench = Bench::new(&letters());
    // A tenth of both strands: 5 for guanine, a third of that for adenine.
    let text = rows(of(&bench, "", "--rate 200000/Mb"));
    assert!(
        text.contains(" adenine>=200000/Mb logit>=1.66666"),
        "{text}"
    );
    assert!(text.contains(" guanine>=200000/Mb logit>=5\n"), "{text}");
    assert_eq!(starts(&text).len(), 9);
    let beyond = refusal(of(&bench, "", "--rate 1000/Mb"));
    assert!(
        beyond.contains("goes from 2000 to 2000000 positions a megabase"),
        "{beyond}"
    );
}

#[test]
fn a_model_without_a_background_is_refused_where_it_is_needed() {
    let mut model = letters();
    onnx::unset(&mut model, "background");
    let bench = Bench::new(&model);
    for flag in ["--rate", "--value"] {
        let word = if flag == "--rate" { "50/Mb" } else { "rate" };
        let refused = refusal(of(&bench, "", &format!("{flag} {word}")));
        assert!(
            refused.contains(flag) && refused.contains("letters has no background"),
            "{refused}"
        );
    }
}

#[test]
fn models_of_a_folder_have_names() {
    let bench = Bench::new(&letters());
    let folder = bench.folder.path().to_str().unwrap();
    let argv = [
        "-m",
        "model:guanine",
        "--models",
        folder,
        "--strand",
        "+",
        "--no-header",
    ];
    assert_eq!(
        rows(run(&argv, SEQUENCE)),
        rows(of(&bench, ":guanine", "--no-header"))
    );
    let listed = rows(run(
        &["--list-models", "--models", folder, "-f", "tsv"],
        b"",
    ));
    let row = listed
        .lines()
        .find(|row| row.starts_with("model\tguanine\t"))
        .unwrap();
    assert!(row.contains("\ttrue\t"), "{row}");
    let json = rows(run(
        &["--list-models", "--models", folder, "-f", "json"],
        b"",
    ));
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let last = json.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["model"], &last["labels"][1]["label"]),
        (&"model".into(), &"guanine".into())
    );

    let unknown = refusal(run(&["-m", "modle", "--models", folder], SEQUENCE));
    assert!(unknown.ends_with("did you mean 'model'?\n"), "{unknown}");
    bench.write("exon-start.onnx", b"");
    let argv = ["-m", "exon-start", "--models", folder];
    let taken = refusal(run(&argv, SEQUENCE));
    assert!(
        taken.contains("exon-start is a bundled model and "),
        "{taken}"
    );
    let (missing, _) = failure(run(&["--models", "/nowhere"], SEQUENCE));
    assert!(missing.contains("folder of models /nowhere: "), "{missing}");
}

#[test]
fn the_list_of_models_fits_a_screen() {
    let text = rows(run(&["--list-models"], b""));
    assert!(text.lines().all(|line| line.len() <= 80), "{text}");
    assert!(text.contains("CTCF"), "{text}");
}

#[test]
fn lists_that_cannot_be_followed_are_refused() {
    let bench = Bench::new(&letters());
    for (labels, flags, reason) in [
        (
            ":guanin",
            "",
            "has no label guanin (it has adenine, guanine); did you mean 'guanine'?",
        ),
        (
            ":guanine,adenine,guanine",
            "",
            "names the label guanine of ",
        ),
        (
            "",
            "--min-score promoter=0.1",
            "--min-score: promoter is not run",
        ),
        (
            "",
            "--rate letters:guanin=50/Mb",
            "did you mean 'letters:guanine'?",
        ),
        (
            "",
            "--rate letters=50/Mb,letters=60/Mb",
            "names letters twice",
        ),
    ] {
        let refused = refusal(of(&bench, labels, flags));
        assert!(refused.contains(reason), "{refused}");
    }
}

/// The bundled model with most labels.
fn widest() -> Contract {
    let contracts = registry::names().map(|name| Model::bundled(name).unwrap().contract);
    contracts
        .max_by_key(|contract| contract.labels.len())
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn chosen_labels_have_the_values_of_the_whole_model(
        masks in prop::collection::vec(any::<bool>(), 32),
        seed in any::<u64>(),
        engine in prop::sample::select(vec!["auto", "tract"]),
    ) {
        let Contract { name, labels, step, .. } = &widest();
        let stride = (8 * step).to_string();
        prop_assert!(labels.len() > 1);
        let wanted: Vec<_> = (labels.iter().zip(masks.iter().cycle()))
            .filter(|(_, wanted)| **wanted)
            .map(|(label, _)| label.as_str())
            .collect();
        prop_assume!(!wanted.is_empty());
        let fasta = format!(">c\n{}\n", sequence(1500, seed));
        let rows = |model: &str, what: &[&str]| {
            let argv = ["-q", "-m", model, "--engine", engine, "--no-header", "--value", "logit"];
            rows(run(&[&argv[..], what].concat(), fasta.as_bytes()))
        };
        for what in [&["--raw", "-s", &stride][..], &["-f", "narrowpeak"]] {
            let all = rows(name, what);
            let of_wanted = all.lines().filter(|row| {
                row.split('\t').nth(3).is_some_and(|label| wanted.contains(&label))
            });
            let of_wanted: String = of_wanted.map(|row| format!("{row}\n")).collect();
            prop_assert_eq!(rows(&format!("{name}:{}", wanted.join(",")), what), of_wanted);
        }
    }
}
