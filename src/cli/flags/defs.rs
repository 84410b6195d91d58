//! The table of flags, from which parsing, help, man page and completions are made.

mod input;
mod models;
mod other;
mod output;
mod running;
mod scoring;

use super::{Completes, Flag, Section};

/// Values of most flags; each row states where it differs.
const SWITCH: Flag = Flag {
    long: "",
    short: &[],
    value: None,
    choices: &[],
    completes: Completes::Nothing,
    section: Section::Other,
    shapes_output: false,
    same_bytes: &[],
    common: true,
    short_doc: "",
    long_doc: "",
    update: |_, _| Ok(()),
};

/// The rows of each section, in the order of the help text.
const SECTIONS: [&[Flag]; Section::ALL.len()] = [
    models::FLAGS,
    input::FLAGS,
    scoring::FLAGS,
    output::FLAGS,
    running::FLAGS,
    other::FLAGS,
];

const COUNT: usize = {
    let (mut count, mut section) = (0, 0);
    while section < SECTIONS.len() {
        count += SECTIONS[section].len();
        section += 1;
    }
    count
};

pub(super) const FLAGS: &[Flag] = &{
    let mut flags = [SWITCH; COUNT];
    let (mut at, mut section) = (0, 0);
    while section < SECTIONS.len() {
        let mut row = 0;
        while row < SECTIONS[section].len() {
            flags[at] = SECTIONS[section][row];
            at += 1;
            row += 1;
        }
        section += 1;
    }
    flags
};

#[cfg(test)]
mod tests;
