//! Flags of help, version and generated files.

use strum::VariantNames;

use super::SWITCH;
use crate::cli::flags::{Command, Flag, Generate};

pub(super) const FLAGS: &[Flag] = &[
    Flag {
        long: "generate",
        value: Some("WHAT"),
        choices: Generate::VARIANTS,
        common: false,
        short_doc: "print the man page, completions or autoSql",
        long_doc: "Print a text that belongs to the program: the man page (man), the completions of a \
            shell (complete-bash, complete-zsh, complete-fish), or the columns of BED for \
            bedToBigBed -type=bed6+1 -as=FILE (autosql).",
        update: |draft, value| {
            let what = value.choice()?;
            draft.instead.get_or_insert(Command::Generate(what));
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "help",
        short: &['h'],
        short_doc: "this screen; --help for the full text",
        long_doc: "-h prints one screen, --help this text.",
        update: |draft, _| {
            draft.instead.get_or_insert(Command::LongHelp);
            Ok(())
        },
        ..SWITCH
    },
    Flag {
        long: "version",
        short: &['V'],
        short_doc: "print versions and exit",
        long_doc: "Print the version of windrow on the first line, then the versions of the inference \
            engine and of htslib (with its codecs of CRAM), the vector instructions in use, \
            and the bundled models.",
        update: |draft, _| {
            draft.instead.get_or_insert(Command::Version);
            Ok(())
        },
        ..SWITCH
    },
];
