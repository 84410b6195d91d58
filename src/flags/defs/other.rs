//! Help and its kin.

use super::SWITCH;
use crate::flags::{Command, Flag, Generate};

pub(super) const FLAGS: &[Flag] = &[
    Flag {
        long: "generate",
        value: Some("WHAT"),
        choices: Generate::WORDS,
        common: false,
        short_doc: "print the man page or a shell's completions",
        long_doc: "Print a text that is made from the table of flags: the man page, or the \
            completions for a shell. One of man, complete-bash, complete-zsh, complete-fish.",
        update: |draft, value| {
            let what = value.choice(Generate::WORDS, Generate::from_word)?;
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
        long_doc: "Print the version of windrow on the first line, then of the inference engine, \
            of htslib, the vector instructions in use, and the bundled models.",
        update: |draft, _| {
            draft.instead.get_or_insert(Command::Version);
            Ok(())
        },
        ..SWITCH
    },
];
