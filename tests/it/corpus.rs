//! Every input that a fuzzer starts from, or found, ends with a documented exit status.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use tract_onnx::pb::ModelProto;

use crate::support::entries::{Entries, TARGETS};
use crate::support::filter::{behind_ag, behind_ag_window, run};
use crate::support::{nets, onnx};

const FUZZ: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz");

/// Name and bytes of each stored input.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(FUZZ).join("corpus").join(target);
    let input = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.display().to_string(), fs::read(&path).unwrap())
    };
    let inputs: Vec<_> = fs::read_dir(folder).unwrap().map(input).collect();
    assert!(!inputs.is_empty(), "{target}");
    inputs
}

#[test]
fn stored_inputs_end_with_a_documented_status() {
    let folder = tempfile::tempdir().unwrap();
    let entries = Entries::new(&Path::new(FUZZ).join("fixtures"), folder.path()).unwrap();
    let mut succeeded = BTreeSet::new();
    for target in TARGETS {
        for (name, data) in corpus(target) {
            let argv = entries.command(target, &data).unwrap();
            let argv: Vec<_> = argv.iter().map(String::as_str).collect();
            let output = run(&argv, b"");
            let error = String::from_utf8_lossy(&output.stderr);
            match output.status.code() {
                Some(0) => _ = succeeded.insert(target),
                Some(1 | 2) => assert_eq!(error.lines().count(), 1, "{name}: {error}"),
                other => panic!("{name}: {other:?}: {error}"),
            }
        }
    }
    // No target refuses all it is given for a reason that has nothing to do with it.
    assert_eq!(succeeded, BTreeSet::from(TARGETS));
}

#[test]
fn stored_flags_are_parsed_or_refused() {
    for (_, data) in corpus("flags") {
        let words = data.split(|&byte| byte == b'\n');
        let words = words.map(|word| OsString::from_vec(word.to_vec()));
        _ = windrow::cli::flags::parse(words);
    }
}

/// The models that the fuzzer starts from: a convolution, and one of each kind of layer.
fn models() -> [(&'static str, ModelProto); 7] {
    [
        ("fixtures/matrix.onnx", behind_ag()),
        ("corpus/model/matrix.onnx", behind_ag()),
        ("corpus/model/window.onnx", behind_ag_window()),
        ("corpus/model/lstm.onnx", onnx::lstm(6, 2)),
        ("corpus/model/residual.onnx", nets::residual(2, &[1, 2])),
        ("corpus/model/separable.onnx", nets::separable()),
        ("corpus/model/attention.onnx", nets::word_attention(3, 12)),
    ]
}

/// With SEEDS set, they are written.
#[test]
fn the_models_of_the_fuzzer_are_those_of_the_tests() {
    for (path, model) in models() {
        let path = Path::new(FUZZ).join(path);
        if std::env::var_os("SEEDS").is_some() {
            fs::write(&path, onnx::bytes(&model)).unwrap();
        }
        assert!(fs::read(&path).unwrap() == onnx::bytes(&model), "{path:?}");
    }
}
