//! Format and compression from the name of the output file, as in samtools and bcftools.

use std::path::Path;

use super::{Draft, UsageError};
use crate::write::Format;

/// Extensions, in any case, and their formats.
const EXTENSIONS: &[(&str, Format)] = &[
    ("bed", Format::Bed),
    ("bedgraph", Format::BedGraph),
    ("bdg", Format::BedGraph),
    ("narrowpeak", Format::NarrowPeak),
    ("gff3", Format::Gff3),
    ("gff", Format::Gff3),
    ("tsv", Format::Tsv),
    ("spsc", Format::Spsc),
    ("bw", Format::BigWig),
    ("bigwig", Format::BigWig),
    ("bb", Format::BigBed),
    ("bigbed", Format::BigBed),
];

/// Sets format and compression from the name of the output where no flag does. A name that
/// contradicts a flag is refused.
pub fn follow(draft: &mut Draft) -> Result<(), UsageError> {
    let Some(path) = &draft.args.output else {
        return Ok(());
    };
    let (named, is_gzip) = named_format(path);
    draft.args.bgzip |= is_gzip;
    match named {
        Some(named) if !draft.format_given => draft.args.format = named,
        Some(named) if !agree(named, draft.args.format) => {
            return Err(UsageError::Rule(format!(
                "--format {}: the name of --output {} says {}",
                draft.args.format,
                path.display(),
                named
            )));
        }
        _ => {}
    }
    Ok(())
}

/// The format of a name, and whether the name is one of block gzip.
pub fn named_format(path: &Path) -> (Option<Format>, bool) {
    let (stem, is_gzip) = match extension(path).as_deref() {
        Some("gz" | "bgz") => (path.with_extension(""), true),
        _ => (path.to_owned(), false),
    };
    let named = extension(&stem).and_then(|extension| format(&extension));
    (named, is_gzip)
}

/// Whether a format fits an extension; spsc files may be named `.tsv`.
fn agree(named: Format, given: Format) -> bool {
    named == given || (named == Format::Tsv && given == Format::Spsc)
}

fn format(extension: &str) -> Option<Format> {
    let known = EXTENSIONS.iter().find(|(known, _)| *known == extension);
    known.map(|&(_, format)| format)
}

fn extension(path: &Path) -> Option<String> {
    let extension = path.extension()?.to_str()?;
    Some(extension.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::super::{Command, parse};
    use super::*;

    fn chosen(argv: &str) -> Result<(Format, bool), String> {
        match parse(argv.split_whitespace()) {
            Ok(Command::Run { args, .. }) => Ok((args.format, args.bgzip)),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn the_name_chooses_where_no_flag_does() {
        for (argv, expected) in [
            ("-o x.bed.gz", (Format::Bed, true)),
            ("-o a.b/x.bedGraph", (Format::BedGraph, false)),
            ("-o x.narrowPeak.bgz", (Format::NarrowPeak, true)),
            ("-o x.gff3", (Format::Gff3, false)),
            ("-o x.bw", (Format::BigWig, false)),
            ("-o x.BB", (Format::BigBed, false)),
            ("-o x.txt", (Format::Bed, false)),
            ("-f tsv -o x.gz", (Format::Tsv, true)),
            ("-o /dev/null", (Format::Bed, false)),
            ("-f spsc -o x.tsv", (Format::Spsc, false)),
            ("-o x.tsv -f tsv -z", (Format::Tsv, true)),
        ] {
            assert_eq!(chosen(argv), Ok(expected), "{argv}");
        }
    }

    #[test]
    fn a_contradiction_is_refused() {
        assert_eq!(
            chosen("-f bedgraph -o x.bed.gz"),
            Err("--format bedgraph: the name of --output x.bed.gz says bed".to_owned())
        );
        assert!(chosen("-o x.bw -f bed").is_err());
    }
}
