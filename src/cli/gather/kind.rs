//! Kinds of output files, by their names.

use std::path::{Path, PathBuf};

use crate::cli::flags::{UsageError, named_format};
use crate::write::Format;

/// The end of the name of a table for MultiQC.
const MULTIQC: &[u8] = b"_mqc.json";

/// Kinds of output, by how they are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// Rows of text, concatenated.
    Rows(Format),
    BigWig,
    BigBed,
    /// Ledgers, summed.
    Stats,
    /// Tables for MultiQC, merged.
    MultiQc,
    /// Folders of tracks.
    Tracks,
}

/// The common kind of `to` and all shards, and whether `to` is block gzip. Rows of each shard may
/// be compressed or not.
pub fn kind(to: &Path, shards: &[PathBuf]) -> Result<(OutputKind, bool), UsageError> {
    let [first, others @ ..] = shards else {
        return Ok((OutputKind::Tracks, false));
    };
    let (kind, _) = of(first)?;
    for other in others {
        if of(other)?.0 != kind {
            return Err(apart(first, other));
        }
    }
    match kind {
        OutputKind::Tracks => Ok((kind, false)),
        _ => match of(to)? {
            (of_output, bgzip) if of_output == kind => Ok((kind, bgzip)),
            _ => Err(apart(to, first)),
        },
    }
}

fn apart(one: &Path, other: &Path) -> UsageError {
    let (one, other) = (one.display(), other.display());
    UsageError::Rule(format!(
        "--gather: {one} and {other} are of different kinds"
    ))
}

fn of(path: &Path) -> Result<(OutputKind, bool), UsageError> {
    if path.is_dir() {
        return Ok((OutputKind::Tracks, false));
    }
    let is_json = path.extension().is_some_and(|ending| ending == "json");
    match named_format(path) {
        _ if path.as_os_str().as_encoded_bytes().ends_with(MULTIQC) => {
            Ok((OutputKind::MultiQc, false))
        }
        _ if is_json => Ok((OutputKind::Stats, false)),
        (Some(Format::BigWig), false) => Ok((OutputKind::BigWig, false)),
        (Some(Format::BigBed), false) => Ok((OutputKind::BigBed, false)),
        (Some(Format::BigWig | Format::BigBed) | None, _) => {
            let text = format!(
                "--gather: the name of {} has no extension of an output (such as .bed, .bed.gz, .bw, \
                 .json)",
                path.display()
            );
            Err(UsageError::Rule(text))
        }
        (Some(format), bgzip) => Ok((OutputKind::Rows(format), bgzip)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(to: &str, shards: &[&str]) -> Result<(OutputKind, bool), String> {
        let shards: Vec<_> = shards.iter().map(PathBuf::from).collect();
        kind(Path::new(to), &shards).map_err(|error| error.to_string())
    }

    #[test]
    fn names_say_the_kind() {
        let bed = OutputKind::Rows(Format::Bed);
        assert_eq!(told("a.bed", &["1.bed", "2.bed.gz"]), Ok((bed, false)));
        assert_eq!(told("a.bed.gz", &["1.bed", "2.bed"]), Ok((bed, true)));
        assert_eq!(told("a.bw", &["1.bigWig"]), Ok((OutputKind::BigWig, false)));
        assert_eq!(told("a.json", &["1.json"]), Ok((OutputKind::Stats, false)));
        let multiqc = Ok((OutputKind::MultiQc, false));
        assert_eq!(told("a_mqc.json", &["1_mqc.json"]), multiqc);
        let here = env!("CARGO_MANIFEST_DIR");
        assert_eq!(told("a", &[here, here]), Ok((OutputKind::Tracks, false)));
    }

    #[test]
    fn kinds_do_not_mix() {
        for (to, shards) in [
            ("a.bed", &["1.bed", "2.bedgraph"][..]),
            ("a.bed", &["1.json"]),
            ("a.bw", &["1.bb"]),
            ("a_mqc.json", &["1.json"]),
            ("a.bed", &["1.bed", env!("CARGO_MANIFEST_DIR")]),
        ] {
            let refused = told(to, shards).unwrap_err();
            assert!(refused.ends_with("are of different kinds"), "{refused}");
        }
        for name in ["a", "a.txt", "a.bw.gz", "a.gz"] {
            let refused = told(name, &[name]).unwrap_err();
            assert!(
                refused.contains("has no extension of an output"),
                "{refused}"
            );
        }
    }
}
