//! The models inside the binary.

/// Name and file of each bundled model.
const BUNDLED: &[(&str, &[u8])] = &[
    ("exon-start", include_bytes!("../../models/exon-start.onnx")),
    (
        "binding-site",
        include_bytes!("../../models/binding-site.onnx"),
    ),
    ("expression", include_bytes!("../../models/expression.onnx")),
    ("promoter", include_bytes!("../../models/promoter.onnx")),
    ("enhancer", include_bytes!("../../models/enhancer.onnx")),
];

/// Names of the bundled models, in the order of `--list-models`.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUNDLED.iter().map(|&(name, _)| name)
}

/// The file of a bundled model.
pub fn bytes(name: &str) -> Option<&'static [u8]> {
    BUNDLED
        .iter()
        .find(|&&(bundled, _)| bundled == name)
        .map(|&(_, bytes)| bytes)
}
