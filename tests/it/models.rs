//! Model files: their metadata and shapes. Bad files are refused quickly, with one line.

use crate::support::onnx::{self, Dim};
use proptest::prelude::*;
use tract_onnx::pb::{ModelProto, StringStringEntryProto};
use windrow::model::{self, Shape};

pub const WEIGHTS: [[f32; 4]; 6] = [[1.0, -1.0, 0.5, 0.0]; 6];

pub fn dense() -> ModelProto {
    onnx::matrix(&WEIGHTS, 0.0)
}

/// The one line with which a model is refused.
pub fn refusal(proto: &ModelProto) -> String {
    refusal_of(&onnx::bytes(proto))
}

fn refusal_of(bytes: &[u8]) -> String {
    let line = model::parse(bytes, "user.onnx")
        .expect_err("must be refused")
        .to_string();
    assert!(
        line.starts_with("model user.onnx: "),
        "names the file: {line}"
    );
    assert!(!line.contains('\n') && line.len() < 400, "one line: {line}");
    line
}

/// Refusal of the hand-made model with one change to its graph.
pub fn refusal_with(change: impl FnOnce(&mut tract_onnx::pb::GraphProto)) -> String {
    let mut proto = dense();
    change(proto.graph.as_mut().unwrap());
    refusal(&proto)
}

#[test]
fn a_dense_model_is_accepted() {
    let model = model::parse(&onnx::bytes(&dense()), "user.onnx").unwrap();
    assert_eq!(model.shape, Shape::Dense);
    assert_eq!(model.contract.window, 6);
    assert_eq!(model.contract.labels, ["exon_start"]);
    assert_eq!(model.sha256.len(), 64);
    assert!((model.contract.probability(0, 0.0) - 0.5).abs() < 1e-6);
}

#[test]
fn a_window_model_is_accepted() {
    let bytes = onnx::bytes(&onnx::window_matrix(&WEIGHTS, 0.0));
    assert_eq!(
        model::parse(&bytes, "user.onnx").unwrap().shape,
        Shape::Window
    );
}

#[test]
fn a_recurrent_model_is_accepted() {
    let bytes = onnx::bytes(&onnx::lstm(20, 8));
    let model = model::parse(&bytes, "user.onnx").unwrap();
    assert_eq!(model.shape, Shape::Window);
}

#[test]
fn every_bundled_model_is_accepted_under_its_own_name() {
    for name in model::registry::names() {
        let model = model::load(name).unwrap();
        assert_eq!(model.contract.name, name);
        assert_eq!(model.origin, "bundled");
    }
}

#[test]
fn a_missing_key_is_named() {
    let keys: Vec<String> = dense()
        .metadata_props
        .into_iter()
        .map(|entry| entry.key)
        .collect();
    assert_eq!(keys.len(), 20);
    for key in keys {
        let mut proto = dense();
        proto.metadata_props.retain(|entry| entry.key != key);
        assert_eq!(
            refusal(&proto),
            format!("model user.onnx: metadata key {key} is missing")
        );
    }
}

#[test]
fn a_malformed_key_is_named() {
    for (key, value) in [
        ("format", "2"),
        ("name", "a b"),
        ("task", "weather"),
        ("labels", "a,,b"),
        ("labels", "a\tb"),
        ("labels", "a,a"),
        ("window", "0"),
        ("window", "-6"),
        ("window", "100001"),
        ("window", "99999999999999999999999"),
        ("step", "0"),
        ("step", "7"),
        ("anchor", "6"),
        ("strand", "both"),
        ("output", "probability"),
        ("calls", "peak"),
        ("distance", "x"),
        ("calibration", "[]"),
        ("calibration", "[[]]"),
        ("calibration", "[[[0,0.5],[0,0.6]]]"),
        ("calibration", "[[[0,0.5],[1,0.4]]]"),
        ("calibration", "[[[0,1.5]]]"),
        ("calibration", "[[[1e99,0.5]]]"),
        ("calibration", "[[[0]]]"),
        ("background", "{}"),
        ("background", "[]"),
        ("background", "[[]]"),
        ("background", "[[[0,1]]]"),
        ("background", "[[[0,1],[1,0]]]"),
        ("background", "[[[0,1],[1,1.5]]]"),
        ("background", "[[[0,0.5],[1,0.5]]]"),
        ("background", "[[[0,0.5],[0,0.4]]]"),
        ("background", "[[[0,0.5],[1e99,0.4]]]"),
        ("threshold", "[]"),
        ("threshold", "[1.5]"),
        ("threshold", "[0.5,0.5]"),
        ("threshold", "0.5"),
        ("metrics", "[]"),
        ("metrics", "{"),
        ("license", "MIT\u{1b}[2J"),
    ] {
        let mut proto = dense();
        onnx::set(&mut proto, key, value);
        let line = refusal(&proto);
        assert!(
            line.contains(&format!("metadata key windrow.{key}: ")),
            "{key}={value}: {line}"
        );
    }
}

#[test]
fn a_background_is_read_and_may_be_missing() {
    let mut proto = dense();
    let background = |proto: &ModelProto| {
        let model = model::parse(&onnx::bytes(proto), "user.onnx").unwrap();
        model.contract.background
    };
    assert!(background(&proto).is_empty());
    onnx::set(&mut proto, "background", "[[[-1,1],[1,0.01],[2,1e-7]]]");
    let background = background(&proto);
    assert_eq!(background.len(), 1);
    assert_eq!(
        background[0].knots(),
        [(-1.0, 1.0), (1.0, 0.01), (2.0, 1e-7)]
    );
    assert_eq!(background[0].raw_at(0.01), 1.0);
}

#[test]
fn a_key_given_twice_is_refused() {
    let mut proto = dense();
    let twice = StringStringEntryProto {
        key: "windrow.step".into(),
        value: "2".into(),
    };
    proto.metadata_props.push(twice);
    assert!(refusal(&proto).contains("windrow.step is given twice"));
}

#[test]
fn a_shape_that_disagrees_with_its_keys_is_refused() {
    for (key, value) in [("window", "7"), ("step", "2")] {
        let mut proto = dense();
        onnx::set(&mut proto, key, value);
        let line = refusal(&proto);
        assert!(line.contains(&format!("windrow.{key}")), "{key}: {line}");
    }
    let mut proto = dense();
    onnx::set(&mut proto, "labels", "a,b");
    onnx::set(&mut proto, "calibration", "[[[0,0.1]],[[0,0.1]]]");
    onnx::set(&mut proto, "threshold", "[0.5,0.5]");
    assert!(refusal(&proto).contains("windrow.labels"));
}

#[test]
fn an_input_of_another_shape_is_refused() {
    let (n, l) = (|| Dim::Named("N"), || Dim::Named("L"));
    for (elem_type, dims) in [
        (1, vec![n(), Dim::Fixed(5), l()]),
        (1, vec![n(), Dim::Fixed(4)]),
        (1, vec![n(), Dim::Fixed(4), Dim::Fixed(7)]),
        (1, vec![Dim::Fixed(1), Dim::Fixed(4), l()]),
        (7, vec![n(), Dim::Fixed(4), l()]),
        (1, vec![]),
    ] {
        let line = refusal_with(|graph| graph.input[0] = onnx::value("sequence", elem_type, &dims));
        assert!(line.contains("input is not float32 [N, 4, L]"), "{line}");
    }
}

#[test]
fn files_that_are_no_onnx_are_refused() {
    let fasta = b">chr1\nACGTACGT\n".to_vec();
    for bytes in [
        vec![],
        vec![0],
        fasta,
        b"\x1f\x8b\x08\x00".to_vec(),
        vec![0xff; 4096],
    ] {
        assert_eq!(refusal_of(&bytes), "model user.onnx: is not an ONNX file");
    }
}

#[test]
fn a_truncated_file_is_refused_wherever_it_ends() {
    let whole = onnx::bytes(&dense());
    for end in 0..whole.len() {
        refusal_of(&whole[..end]);
    }
}

#[test]
fn a_file_over_the_size_limit_is_refused_unread() {
    let bytes = vec![0u8; usize::try_from(model::MAX_FILE).unwrap() + 1];
    assert!(refusal_of(&bytes).contains("larger than 64 MB"));
}

#[test]
fn what_is_no_file_is_refused() {
    for path in ["/nowhere/x.onnx", "/dev", "./no-such.onnx"] {
        let line = model::load(path).unwrap_err().to_string();
        assert!(
            line.starts_with(&format!("model {path}: ")) && !line.contains('\n'),
            "{line}"
        );
    }
    let line = model::load("exon-strat").unwrap_err().to_string();
    assert!(line.contains("did you mean 'exon-start'?"), "{line}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is done to a file: it is a model or it is refused, and nothing else happens.
    #[test]
    fn damaged_files_never_panic(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = onnx::bytes(&dense());
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Err(error) = model::parse(&bytes, "user.onnx") {
            prop_assert!(!error.to_string().contains('\n'));
        }
    }
}

#[test]
fn a_user_s_own_model_runs_from_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let (file, fasta) = (folder.path().join("mine.onnx"), folder.path().join("x.fa"));
    std::fs::write(&fasta, format!(">x\n{}\n", "ACGTTGCAAC".repeat(10))).unwrap();
    let mut symmetric = onnx::lstm(20, 8);
    onnx::set(&mut symmetric, "strand", "symmetric");
    for (proto, rows) in [
        (onnx::lstm(20, 8), 81 * 2),
        (symmetric, 81),
        (onnx::window_matrix(&WEIGHTS, 0.0), 95 * 2),
        (dense(), 95 * 2),
    ] {
        std::fs::write(&file, onnx::bytes(&proto)).unwrap();
        let mut windrow = std::process::Command::new(env!("CARGO_BIN_EXE_windrow"));
        let output = windrow
            .args(["--raw", "--no-header", "-m"])
            .args([&file, &fasta])
            .output();
        let output = output.unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(
            output.stdout.iter().filter(|&&byte| byte == b'\n').count(),
            rows
        );
    }
}
