//! Parses arguments to a `Command`, by the table of flags.

use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use bstr::BString;
use strum::VariantNames;

use super::{Argument, Command, Completes, Draft, Flag, Listing, sam_flags, suffix, table};
use crate::cli::gather::GatherRequest;
use crate::suggest::{closest, hint};

/// A command line that is refused; the message is one line.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UsageError {
    #[error("unknown option '{given}'{}", hint(.guess.clone()))]
    UnknownFlag {
        given: String,
        guess: Option<String>,
    },
    #[error("option '--{flag}' needs a value: {value}")]
    MissingValue {
        flag: &'static str,
        value: &'static str,
    },
    #[error("option '--{flag}' takes no value, '{given}' was given")]
    UnexpectedValue { flag: String, given: String },
    #[error("--{flag}: '{given}' {reason}")]
    BadValue {
        flag: &'static str,
        given: String,
        reason: String,
    },
    #[error("{0}")]
    Rule(String),
}

/// Parses a command line (without the program's name). No file is opened.
///
/// ```
/// use windrow::cli::flags::{Command, parse};
/// use windrow::write::Format;
/// let Command::Run { args, .. } = parse(["-f", "bedgraph", "chr1.fa"])? else { panic!() };
/// assert_eq!(args.format, Format::BedGraph);
/// # Ok::<(), windrow::cli::flags::UsageError>(())
/// ```
pub fn parse<I>(argv: I) -> Result<Command, UsageError>
where
    I: IntoIterator,
    I::Item: Into<OsString>,
{
    let mut parser = lexopt::Parser::from_args(argv);
    let mut draft = Draft::default();
    let mut echo = vec!["windrow".to_owned()];
    loop {
        let flag = match parser.next() {
            Ok(None) => break,
            Ok(Some(lexopt::Arg::Value(input))) => {
                echo.push(quoted(file_name(&input)));
                draft.args.inputs.push(PathBuf::from(input));
                continue;
            }
            Ok(Some(lexopt::Arg::Short('h'))) => {
                draft.instead.get_or_insert(Command::Help);
                continue;
            }
            Ok(Some(lexopt::Arg::Short(short))) => by_short(short)?,
            Ok(Some(lexopt::Arg::Long(long))) => by_long(long)?,
            Err(error) => return Err(refused(error)),
        };
        let value = match flag.value {
            None => Argument(OsString::new()),
            Some(value) => Argument(parser.value().map_err(|_| UsageError::MissingValue {
                flag: flag.long,
                value,
            })?),
        };
        (flag.update)(&mut draft, &value).map_err(|reason| UsageError::BadValue {
            flag: flag.long,
            given: value.shown(),
            reason,
        })?;
        draft.given.push(flag.long);
        let same_bytes = flag.same_bytes.iter().any(|same| value.0 == *same);
        if flag.shapes_output && !same_bytes {
            echo.push(format!("--{}", flag.long));
            let shown = match flag.completes {
                Completes::Files | Completes::Models => file_name(&value.0),
                Completes::Nothing => &value.0,
            };
            echo.extend(flag.value.map(|_| quoted(shown)));
        }
    }
    if let (None, Some(to)) = (&draft.instead, draft.gather.take()) {
        return gather(to, draft);
    }
    suffix::follow(&mut draft)?;
    let Draft {
        args,
        instead,
        listing,
        ..
    } = draft;
    let folder = args.models_folder.clone();
    match instead {
        Some(Command::ListModels { .. }) => Ok(Command::ListModels {
            listing: listing.unwrap_or_default(),
            folder,
        }),
        Some(Command::ShowModel { model, .. }) => Ok(Command::ShowModel { model, folder }),
        Some(other) => Ok(other),
        None if listing == Some(Listing::Json) => Err(UsageError::Rule(
            "--format json is for --list-models".to_owned(),
        )),
        None => Ok(Command::Run {
            args: Box::new(args),
            echo: echo.join(" "),
        }),
    }
}

/// Flags that can be used with --gather.
const BESIDE_GATHER: [&str; 4] = ["gather", "threads", "quiet", "verbose"];

/// With --gather there must be shards, and no other flags.
fn gather(to: PathBuf, draft: Draft) -> Result<Command, UsageError> {
    let beside = |flag: &&&str| !BESIDE_GATHER.contains(flag);
    if let Some(flag) = draft.given.iter().find(beside) {
        return Err(UsageError::Rule(format!(
            "--{flag} cannot be used with --gather"
        )));
    }
    Ok(Command::Gather(GatherRequest {
        to,
        shards: draft.args.inputs,
        threads: draft.args.threads,
    }))
}

fn by_short(short: char) -> Result<&'static Flag, UsageError> {
    table()
        .iter()
        .find(|flag| flag.short.contains(&short))
        .ok_or_else(|| UsageError::UnknownFlag {
            given: format!("-{short}"),
            guess: None,
        })
}

fn by_long(long: &str) -> Result<&'static Flag, UsageError> {
    table()
        .iter()
        .find(|flag| flag.long == long)
        .ok_or_else(|| UsageError::UnknownFlag {
            given: format!("--{long}"),
            guess: closest(long, table().iter().map(|flag| flag.long))
                .map(|name| format!("--{name}")),
        })
}

fn refused(error: lexopt::Error) -> UsageError {
    match error {
        lexopt::Error::UnexpectedValue { option, value } => UsageError::UnexpectedValue {
            flag: option.trim_start_matches('-').to_owned(),
            given: value.to_string_lossy().into_owned(),
        },
        other => UsageError::Rule(other.to_string()),
    }
}

/// A path without its folders. Workflow engines stage files in new folders for each run, and equal
/// runs must write equal bytes.
fn file_name(word: &OsStr) -> &OsStr {
    Path::new(word).file_name().unwrap_or(word)
}

/// An argument, quoted for a shell.
fn quoted(word: &OsStr) -> String {
    let text = word.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,+@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.into_owned();
    }
    let tame = text.replace(|c: char| c.is_control(), "?");
    format!("'{}'", tame.replace('\'', r"'\''"))
}

impl Argument {
    pub fn path(&self) -> Result<PathBuf, String> {
        if self.0.is_empty() {
            return Err("is not a file name".to_owned());
        }
        Ok(PathBuf::from(&self.0))
    }

    pub fn text(&self) -> Result<&str, String> {
        self.0
            .to_str()
            .filter(|text| !text.is_empty())
            .ok_or_else(|| "is not a name".to_owned())
    }

    /// Text that need not be UTF-8.
    pub fn bytes(&self) -> Result<BString, String> {
        match self.0.as_bytes() {
            b"" => Err("is not a name".to_owned()),
            bytes => Ok(bytes.into()),
        }
    }

    /// A whole number within `range`.
    pub fn count<T>(&self, range: RangeInclusive<T>) -> Result<T, String>
    where
        T: FromStr + PartialOrd + Display,
    {
        let number = self.0.to_str().and_then(|text| text.parse().ok());
        number
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                format!(
                    "is not a whole number from {} to {}",
                    range.start(),
                    range.end()
                )
            })
    }

    /// A set of SAM flags.
    pub fn sam_flags(&self) -> Result<u16, String> {
        sam_flags::parse(&self.shown())
    }

    /// A number from 0 to 1.
    pub fn fraction(&self) -> Result<f64, String> {
        let number = self.0.to_str().and_then(|text| text.parse::<f64>().ok());
        number
            .filter(|number| (0.0..=1.0).contains(number))
            .ok_or_else(|| "is not a number from 0 to 1".to_owned())
    }

    pub fn finite(&self) -> Result<f32, String> {
        let number = self.0.to_str().and_then(|text| text.parse::<f32>().ok());
        number
            .filter(|number| number.is_finite())
            .ok_or_else(|| "is not a number".to_owned())
    }

    /// The variant of a word.
    pub fn choice<T: FromStr + VariantNames>(&self) -> Result<T, String> {
        let given = self.shown();
        given.parse().map_err(|_| {
            let words = T::VARIANTS;
            let guess = closest(&given, words.iter().copied()).map(str::to_owned);
            format!("is not one of {}{}", words.join(", "), hint(guess))
        })
    }

    fn shown(&self) -> String {
        self.0.to_string_lossy().into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(argv: &[&str]) -> String {
        parse(argv).unwrap_err().to_string()
    }

    #[test]
    fn no_arguments_are_a_run_with_defaults() {
        let expected = Command::Run {
            args: Box::default(),
            echo: "windrow".to_owned(),
        };
        assert_eq!(parse([""; 0]), Ok(expected));
    }

    #[test]
    fn inputs_stand_anywhere_and_double_dash_ends_flags() {
        let Ok(Command::Run { args, .. }) = parse(["a.fa", "--raw", "-", "--", "--raw"]) else {
            panic!()
        };
        assert_eq!(args.inputs, ["a.fa", "-", "--raw"].map(PathBuf::from));
    }

    #[test]
    fn refusals_name_flag_and_value() {
        assert_eq!(
            refusal(&["--fromat=bed"]),
            "unknown option '--fromat'; did you mean '--format'?"
        );
        assert_eq!(refusal(&["-Z"]), "unknown option '-Z'");
        assert_eq!(
            refusal(&["-f", "bedgraf"]),
            "--format: 'bedgraf' is not one of bed, bedgraph, narrowpeak, gff3, tsv, spsc, bigwig, bigbed; did you mean 'bedgraph'?"
        );
        assert_eq!(refusal(&["--stride"]), "option '--stride' needs a value: N");
        assert_eq!(
            refusal(&["--raw=yes"]),
            "option '--raw' takes no value, 'yes' was given"
        );
        assert_eq!(
            refusal(&["-t", "0"]),
            "--threads: '0' is not a whole number from 1 to 1024"
        );
        assert_eq!(
            refusal(&["--min-score", "NaN"]),
            "--min-score: 'NaN' is not a number"
        );
    }

    #[test]
    fn the_echo_leaves_out_what_changes_no_byte() {
        let argv = "-t 3 -m exon-start --chunk-size 9999 -q -v --strand - -o x.bed in.fa";
        let Ok(Command::Run { echo, .. }) = parse(argv.split(' ')) else {
            panic!()
        };
        assert_eq!(echo, "windrow --model exon-start --strand - in.fa");
    }

    #[test]
    fn the_echo_has_no_folders_and_no_engine_that_gives_the_same_bytes() {
        for (argv, expected) in [
            (
                "-m /stage/7f/net.onnx -r ../ref/g.fa --engine avx2 /stage/1/in.fa",
                "windrow --model net.onnx --reference g.fa in.fa",
            ),
            ("--engine tract in.fa", "windrow --engine tract in.fa"),
            (
                "-R c:1-5 -r g.fa",
                "windrow --region c:1-5 --reference g.fa",
            ),
        ] {
            let Ok(Command::Run { echo, .. }) = parse(argv.split(' ')) else {
                panic!()
            };
            assert_eq!(echo, expected);
        }
    }

    #[test]
    fn the_echo_is_one_line_that_a_shell_takes_back() {
        let Ok(Command::Run { echo, .. }) = parse(["it's\n.fa"]) else {
            panic!()
        };
        assert_eq!(echo, r"windrow 'it'\''s?.fa'");
    }
}
