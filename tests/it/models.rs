//! Checks of model files. Bad files are refused quickly, with one line.

use crate::support::onnx::{self, Dim};
use proptest::prelude::*;
use tract_onnx::pb::{ModelProto, NodeProto, StringStringEntryProto, TensorProto};
use windrow::model::{self, Shape};

const WEIGHTS: [[f32; 4]; 6] = [[1.0, -1.0, 0.5, 0.0]; 6];

fn dense() -> ModelProto {
    onnx::matrix(&WEIGHTS, 0.0)
}

/// The one line with which a model is refused.
fn refusal(proto: &ModelProto) -> String {
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
fn refusal_with(change: impl FnOnce(&mut tract_onnx::pb::GraphProto)) -> String {
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

/// A dense model whose convolution is followed by one more operator.
fn followed_by(mut node: tract_onnx::pb::NodeProto, constants: Vec<TensorProto>) -> ModelProto {
    let mut proto = dense();
    let graph = proto.graph.as_mut().unwrap();
    graph.node[0].output[0] = "column".to_owned();
    node.input.insert(0, "column".to_owned());
    graph.node.push(node);
    graph.initializer.extend(constants);
    proto
}

#[test]
fn a_dense_model_that_sees_more_than_its_window_is_refused() {
    let mut softmax = onnx::node("Softmax", &[], "score");
    softmax.attribute.push(onnx::int_attribute("axis", 2));
    let mut mean = onnx::node("ReduceMean", &[], "mean");
    mean.attribute.push(onnx::ints_attribute("axes", &[2]));
    let mut less_the_mean = followed_by(mean, Vec::new());
    let graph = less_the_mean.graph.as_mut().unwrap();
    graph
        .node
        .push(onnx::node("Sub", &["column", "mean"], "score"));
    let norm = onnx::node("InstanceNormalization", &["scale", "shift"], "score");
    let constants = vec![
        onnx::floats("scale", &[1], vec![1.0]),
        onnx::floats("shift", &[1], vec![0.5]),
    ];
    // As many columns as bases: a window is one base, which the padded convolution does not heed.
    let mut padded = onnx::matrix(&WEIGHTS[..3], 0.0);
    onnx::set(&mut padded, "window", "1");
    let conv = &mut padded.graph.as_mut().unwrap().node[0];
    conv.attribute.push(onnx::ints_attribute("pads", &[1, 1]));
    for proto in [
        followed_by(softmax, Vec::new()),
        less_the_mean,
        followed_by(norm, constants),
        padded,
    ] {
        let line = refusal(&proto);
        assert!(line.contains("must depend on its window alone"), "{line}");
    }
}

#[test]
fn axes_and_operator_sets_that_tract_does_not_know_are_refused_at_once() {
    let refused = |node, version, expected: &str| {
        let mut proto = followed_by(node, Vec::new());
        proto.opset_import[0].version = version;
        let line = refusal(&proto);
        assert!(line.contains(expected), "{line}");
    };
    let mut mean = onnx::node("ReduceMean", &[], "score");
    mean.attribute.push(onnx::ints_attribute("axes", &[1]));
    refused(mean.clone(), 18, "ReduceMean: axes is an input");
    refused(mean, 19, "imports operator set 19, later than 18");
    let mut norm = onnx::node("LayerNormalization", &["bias"], "score");
    norm.attribute.push(onnx::int_attribute("axis", -9));
    refused(norm, 17, "LayerNormalization: axis is out of bounds");
}

#[test]
fn a_norm_along_an_axis_that_its_input_lacks_is_refused_at_once() {
    let norm = |axis: Option<i64>, input: &str, output: &str| {
        let mut node = onnx::node("LayerNormalization", &[input, "scale"], output);
        let axis = axis.map(|axis| onnx::int_attribute("axis", axis));
        node.attribute.extend(axis);
        node
    };
    let of = |nodes: Vec<NodeProto>| {
        let mut proto = dense();
        let graph = proto.graph.as_mut().unwrap();
        graph.node[0].output[0] = "column".to_owned();
        graph.node.extend(nodes);
        let scale = onnx::floats("scale", &[1], vec![1.0]);
        graph.initializer.push(scale);
        proto.opset_import[0].version = 17;
        proto
    };
    let add = |other: &str| onnx::node("Add", &["column", other], "score");
    // The mean over all axes is a scalar.
    let mut mean = onnx::node("ReduceMean", &["column"], "mean");
    mean.attribute.push(onnx::int_attribute("keepdims", 0));
    let of_scalar = |axis| vec![mean.clone(), norm(axis, "mean", "norm"), add("norm")];
    for (nodes, expected) in [
        (
            vec![norm(Some(-4), "column", "score")],
            "axis -4 of a tensor of rank 3",
        ),
        (
            vec![norm(Some(3), "column", "score")],
            "axis 3 of a tensor of rank 3",
        ),
        (of_scalar(None), "axis -1 of a tensor of rank 0"),
        (of_scalar(Some(-1)), "axis -1 of a tensor of rank 0"),
    ] {
        let line = refusal(&of(nodes));
        assert!(line.contains(expected), "{line}");
    }
    // The labels of a position are one number, and its norm is 0.
    let proto = of(vec![norm(Some(1), "column", "norm"), add("norm")]);
    let line = refusal(&proto);
    assert!(line.contains("must depend on its window alone"), "{line}");
    let transposed = |input: &str, output: &str| {
        let mut node = onnx::node("Transpose", &[input], output);
        node.attribute
            .push(onnx::ints_attribute("perm", &[0, 2, 1]));
        node
    };
    let proto = of(vec![
        transposed("column", "turned"),
        norm(Some(-1), "turned", "norm"),
        transposed("norm", "back"),
        add("back"),
    ]);
    assert!(model::parse(&onnx::bytes(&proto), "user.onnx").is_ok());
}

#[test]
fn a_name_that_two_operators_make_is_refused() {
    let line = refusal_with(|graph| {
        let twice = graph.node[0].clone();
        graph.node.push(twice);
    });
    assert!(line.contains("'score' is computed twice"), "{line}");
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
fn control_flow_and_strange_operators_are_refused() {
    for op_type in ["Loop", "If", "Scan", "RandomNormal", "Sneaky\nName", ""] {
        let line = refusal_with(|graph| graph.node[0].op_type = op_type.to_owned());
        assert!(
            line.contains("operator") && line.contains("is not allowed"),
            "{line}"
        );
    }
    let line = refusal_with(|graph| graph.node[0].domain = "com.example".to_owned());
    assert!(
        line.contains("operator com.example.Conv is not allowed"),
        "{line}"
    );
}

#[test]
fn data_outside_the_file_is_refused() {
    let line = refusal_with(|graph| graph.initializer[0].data_location = Some(1));
    assert!(
        line.ends_with("tensor 'weights' is outside the file"),
        "{line}"
    );
}

#[test]
fn constants_with_a_shape_their_data_does_not_fill_are_refused() {
    for dims in [
        vec![1, 4, 7],
        vec![1 << 40, 1 << 40],
        vec![-1, 4, 6],
        vec![0; 9],
    ] {
        let line = refusal_with(|graph| graph.initializer[0].dims = dims.clone());
        assert!(line.contains("tensor 'weights'"), "{dims:?}: {line}");
    }
}

#[test]
fn constants_that_would_take_all_memory_are_refused() {
    let line = refusal_with(|graph| {
        graph
            .initializer
            .push(onnx::ints("shape", vec![1 << 20, 1 << 20, 1 << 20]));
        graph
            .node
            .push(onnx::node("ConstantOfShape", &["shape"], "bomb"));
    });
    assert!(line.contains("asks for an impossible constant"), "{line}");

    let line = refusal_with(|graph| {
        graph
            .initializer
            .push(onnx::floats("c0", &[8], vec![0.0; 8]));
        for i in 0..40 {
            let (from, to) = (format!("c{i}"), format!("c{}", i + 1));
            graph.node.push(onnx::node("Concat", &[&from, &from], &to));
        }
    });
    assert!(line.contains("constants of more than"), "{line}");
}

#[test]
fn intermediate_tensors_that_would_take_all_memory_are_refused() {
    let line = refusal_with(|graph| {
        graph.node[0].output[0] = "narrow".to_owned();
        graph
            .initializer
            .push(onnx::floats("wide", &[1, 8192, 1], vec![0.0; 8192]));
        graph
            .node
            .push(onnx::node("Add", &["narrow", "wide"], "wider"));
        let mut best = onnx::node("ReduceMax", &["wider"], "score");
        best.attribute.push(onnx::ints_attribute("axes", &[1]));
        graph.node.push(best);
    });
    assert!(line.contains("needs an intermediate tensor"), "{line}");
}

#[test]
fn absurd_kernels_are_refused() {
    for name in ["kernel_shape", "pads", "dilations", "strides"] {
        let line = refusal_with(|graph| {
            graph.node[0].attribute = vec![onnx::ints_attribute(name, &[1 << 40])];
        });
        assert!(line.contains(&format!("{name} out of bounds")), "{line}");
    }
}

#[test]
fn a_graph_that_hangs_together_nowhere_is_refused() {
    let line = refusal_with(|graph| graph.node[0].input[1] = "elsewhere".to_owned());
    assert!(line.contains("'elsewhere' is not computed"), "{line}");
    let line = refusal_with(|graph| graph.output[0].name = "nothing".to_owned());
    assert!(line.contains("no operator computes its output"), "{line}");
    let line = refusal_with(|graph| graph.node.clear());
    assert!(line.contains("no operator computes its output"), "{line}");
    let line = refusal_with(|graph| {
        let input = graph.input[0].clone();
        graph.input.push(tract_onnx::pb::ValueInfoProto {
            name: "second".into(),
            ..input
        });
    });
    assert!(line.contains("exactly one input"), "{line}");
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
