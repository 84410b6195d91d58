//! Running the filter on bytes.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use tract_onnx::pb::ModelProto;

use super::onnx;

/// A folder for one test, with a model in it.
pub struct Bench {
    pub folder: TempDir,
    pub model: String,
}

impl Bench {
    pub fn new(model: &ModelProto) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.onnx");
        std::fs::write(&path, onnx::bytes(model)).unwrap();
        let model = path.to_str().unwrap().to_owned();
        Self { folder, model }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs the model with more flags on standard input.
    pub fn run(&self, flags: &str, input: &[u8]) -> Output {
        let mut argv = vec!["-m", &self.model];
        argv.extend(flags.split_whitespace());
        run(&argv, input)
    }

    /// Rows on standard output of a run that succeeds.
    pub fn rows(&self, flags: &str, input: &[u8]) -> String {
        rows(self.run(&format!("--no-header {flags}"), input))
    }
}

pub fn run(argv: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_windrow"))
        .args(argv)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // A run that fails may not read to the end.
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    })
}

/// Standard output of a run that succeeds.
pub fn rows(output: Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// The one-line error of a run that ends with status 1, and the rows it wrote before.
pub fn failure(output: Output) -> (String, String) {
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.starts_with("windrow: error: "), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
    (error, String::from_utf8(output.stdout).unwrap())
}

/// The one line with which a command line is refused, before anything is written.
pub fn refusal(output: Output) -> String {
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(output.stdout.is_empty());
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

/// A model of window 3 that reports on the base behind AG.
///
/// Its probability is 1 for AG, 0.75 if one of the two letters is right, else 0.5.
pub fn behind_ag() -> ModelProto {
    let (a, g) = ([5.0, 0.0, 0.0, 0.0], [0.0, 0.0, 5.0, 0.0]);
    let mut model = onnx::matrix(&[a, g, [0.0; 4]], 0.0);
    onnx::set(&mut model, "anchor", "2");
    onnx::set(&mut model, "distance", "2");
    onnx::set(&mut model, "threshold", "[0.9]");
    model
}

/// The same, one window at a time.
pub fn behind_ag_window() -> ModelProto {
    let (a, g) = ([5.0, 0.0, 0.0, 0.0], [0.0, 0.0, 5.0, 0.0]);
    let mut model = onnx::window_matrix(&[a, g, [0.0; 4]], 0.0);
    onnx::set(&mut model, "anchor", "2");
    onnx::set(&mut model, "distance", "2");
    onnx::set(&mut model, "threshold", "[0.9]");
    model
}
