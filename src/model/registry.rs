//! The models inside the binary.

/// A name of a bundled model.
pub struct Bundled {
    pub name: &'static str,
    pub bytes: &'static [u8],
    /// The labels that the name stands for, where it stands for some of the file's.
    pub labels: Option<&'static [&'static str]>,
}

const EXON: &[u8] = include_bytes!("../../models/exon.onnx");

const fn whole(name: &'static str, bytes: &'static [u8]) -> Bundled {
    Bundled {
        name,
        bytes,
        labels: None,
    }
}

const BUNDLED: &[Bundled] = &[
    Bundled {
        name: "exon-start",
        bytes: EXON,
        labels: Some(&["exon_start"]),
    },
    whole("exon", EXON),
    whole("exon-lite", include_bytes!("../../models/exon-lite.onnx")),
    whole(
        "binding-site",
        include_bytes!("../../models/binding-site.onnx"),
    ),
    whole("expression", include_bytes!("../../models/expression.onnx")),
    whole("promoter", include_bytes!("../../models/promoter.onnx")),
    whole("enhancer", include_bytes!("../../models/enhancer.onnx")),
];

/// Names of the bundled models, in the order of `--list-models`.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUNDLED.iter().map(|model| model.name)
}

/// Names of the bundled files, each once.
pub fn files() -> impl Iterator<Item = &'static str> {
    let whole = BUNDLED.iter().filter(|model| model.labels.is_none());
    whole.map(|model| model.name)
}

/// The bundled model of a name.
pub fn find(name: &str) -> Option<&'static Bundled> {
    BUNDLED.iter().find(|model| model.name == name)
}
