//! The output of `--version`.

use crate::engine;
use crate::model::{self, ModelError, registry};
use crate::source;

/// Version of tract; a test compares it with `Cargo.lock`.
const TRACT: &str = "0.23.9";

/// `windrow X.Y.Z`, then the engine, htslib, the vector instructions, and the bundled models.
pub fn version() -> Result<String, ModelError> {
    let mut text = format!("windrow {}\n", env!("CARGO_PKG_VERSION"));
    let (htslib, simd) = (source::reads::library(), engine::instructions());
    text.push_str(&format!("tract {TRACT}\nhtslib {htslib}\nsimd {simd}\n"));
    for name in registry::names() {
        let model = model::load(name)?;
        text.push_str(&format!("model {name} sha256 {}\n", model.sha256));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_is_the_locked_one() {
        let locked = format!("name = \"tract-onnx\"\nversion = \"{TRACT}\"\n");
        assert!(include_str!("../../Cargo.lock").contains(&locked));
    }

    #[test]
    fn every_compression_of_cram_is_named() {
        let text = version().unwrap();
        let line = text.lines().find(|line| line.starts_with("htslib "));
        assert!(line.unwrap().ends_with(" with bzip2, lzma"), "{text}");
    }

    #[test]
    fn first_line_is_name_and_version() {
        let text = version().unwrap();
        assert!(text.starts_with(concat!("windrow ", env!("CARGO_PKG_VERSION"), "\n")));
    }
}
