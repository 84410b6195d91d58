//! Graphs of model files: what tract cannot run, or what is not local, is refused at once.

use crate::models::{WEIGHTS, dense, refusal, refusal_with};
use crate::support::onnx;
use tract_onnx::pb::{ModelProto, NodeProto, TensorProto};
use windrow::model;

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
