//! Checks of flags for output files.

use std::path::{Path, PathBuf};

use super::rule;
use crate::cli::flags::{Args, UsageError};
use crate::source::reads::Reads;
use crate::write::tracks::TracksOptions;

/// Checks that the flags of files fit each other.
pub fn check(args: &Args) -> Result<(), UsageError> {
    let fail = |text: String| Err(rule(text));
    let format = args.format;
    check_tracks(args)?;
    if args.layout().stored.is_some() {
        if cfg!(not(feature = "bigwig")) {
            return fail(format!(
                "--format {format}: this build of windrow does not have it"
            ));
        }
        if args.output.is_none() {
            return fail(format!("--format {format} needs --output FILE"));
        }
        if args.bgzip {
            return fail(format!("--bgzip: --format {format} is already compressed"));
        }
        if args.index {
            return fail(format!("--index: --format {format} already has an index"));
        }
    }
    if args.sample.is_some() && args.multiqc.is_none() && args.report.is_none() {
        return fail("--sample needs --multiqc or --report".to_owned());
    }
    if args.report.is_some() && args.raw {
        return fail("--report: rows must be calls, not windows".to_owned());
    }
    if args.index && !args.bgzip {
        return fail("--index needs --bgzip".to_owned());
    }
    if args.index && args.output.is_none() {
        return fail("--index needs --output FILE".to_owned());
    }
    check_stdout(args)
}

/// A side file named `-` goes to standard output, if nothing else does.
fn check_stdout(args: &Args) -> Result<(), UsageError> {
    let side = [
        ("chrom-sizes", &args.chrom_sizes),
        ("stats", &args.stats),
        ("multiqc", &args.multiqc),
        ("report", &args.report),
        ("unscored", &args.unscored),
    ];
    let is_stdout = |path: &Option<PathBuf>| path.as_deref() == Some(Path::new("-"));
    let mut taken = args.output.is_none().then_some("rows go");
    for (flag, _) in side.into_iter().filter(|(_, path)| is_stdout(path)) {
        if let Some(what) = taken {
            return Err(rule(format!(
                "--{flag} -: {what} to standard output already"
            )));
        }
        taken = Some("another file goes");
    }
    Ok(())
}

/// Tracks hold calls, with one value a base.
fn check_tracks(args: &Args) -> Result<(), UsageError> {
    let reasons = [
        (args.raw, "rows must be calls, not windows"),
        (args.reads == Reads::Each, "rows of reads overlap"),
    ];
    let reason = reasons.iter().find(|(holds, _)| *holds);
    match (args.tracks.is_some(), reason) {
        (true, Some((_, reason))) => Err(rule(format!("--tracks: {reason}"))),
        (false, _) if args.genome.is_some() => Err(rule("--genome needs --tracks".to_owned())),
        _ => Ok(()),
    }
}

/// The folder of tracks, if there is to be one.
pub fn tracks(args: &Args) -> Option<TracksOptions> {
    const ENDINGS: [&str; 3] = ["fa", "fasta", "fna"];
    let ending = |path: &Path| {
        let name = path.file_name()?.to_str()?;
        let plain = name.strip_suffix(".gz").unwrap_or(name);
        let (stem, ending) = plain.rsplit_once('.')?;
        ENDINGS.contains(&ending).then(|| stem.to_owned())
    };
    let given = match (&args.reference, args.inputs.as_slice()) {
        (Some(path), _) => Some(path),
        (None, [path]) => Some(path),
        _ => None,
    };
    let fasta = given.filter(|path| path.is_file() && ending(path).is_some());
    let stem = fasta.and_then(|path| ending(path));
    Some(TracksOptions {
        folder: args.tracks.clone()?,
        genome: (args.genome.clone().or(stem)).unwrap_or_else(|| "genome".to_owned()),
        fasta: fasta.cloned(),
        shard: args.shard,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::args;
    use super::check;

    fn refusal(argv: &str) -> String {
        check(&args(argv)).unwrap_err().to_string()
    }

    #[test]
    fn indexed_formats_go_to_a_file() {
        for format in ["bigwig", "bigbed"] {
            assert!(check(&args(&format!("-f {format} -o x"))).is_ok());
            assert_eq!(
                refusal(&format!("-f {format}")),
                format!("--format {format} needs --output FILE")
            );
            for (flags, flag) in [("-z", "--bgzip"), ("--index", "--index")] {
                let refusal = refusal(&format!("-f {format} -o x {flags}"));
                assert!(refusal.starts_with(&format!("{flag}: ")), "{refusal}");
            }
        }
    }

    #[test]
    fn standard_output_holds_one_thing() {
        for flags in [
            "--stats -",
            "--multiqc -",
            "--report -",
            "--unscored -",
            "--chrom-sizes -",
        ] {
            assert!(check(&args(&format!("{flags} -o x"))).is_ok());
            assert!(refusal(flags).ends_with(" -: rows go to standard output already"));
        }
        assert_eq!(
            refusal("-o x --stats - --unscored -"),
            "--unscored -: another file goes to standard output already"
        );
    }

    #[test]
    fn a_sample_is_named_for_a_report() {
        assert!(check(&args("--sample liver --multiqc x_mqc.json")).is_ok());
        assert!(check(&args("--sample liver --report x.html")).is_ok());
        assert!(refusal("--sample liver").ends_with("needs --multiqc or --report"));
        assert!(refusal("--report x.html --raw").starts_with("--report: rows must be calls"));
    }

    #[test]
    fn an_index_is_of_a_bgzip_file() {
        assert!(check(&args("-z")).is_ok());
        assert!(check(&args("-z --index -o x")).is_ok());
        assert!(check(&args("--index -o x.gz")).is_ok());
        assert!(refusal("--index -o x").ends_with("needs --bgzip"));
        assert!(refusal("-z --index").ends_with("needs --output FILE"));
    }
}
