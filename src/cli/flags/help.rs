//! `-h` and `--help`.

use super::{Flag, Section, table};

const WIDTH: usize = 80;
const INDENT: usize = 8;

/// `Usage: ...`, one line.
pub fn usage_line() -> &'static str {
    "Usage: windrow [OPTIONS] [INPUT]...    (FASTA/Q, BAM, CRAM, SAM; '-': stdin)"
}

/// Short help: at most 24 lines of 80 characters.
pub fn short_help() -> String {
    let flags: Vec<_> = table().iter().filter(|flag| flag.common).collect();
    let left = flags
        .iter()
        .map(|flag| spelling(flag).len())
        .max()
        .unwrap_or(0);
    let mut text = format!("{}\n\n", usage_line());
    for flag in flags {
        text.push_str(&format!("{:left$}  {}\n", spelling(flag), flag.short_doc));
    }
    text
}

/// Long help: all flags with all their text.
pub fn long_help() -> String {
    let mut text = format!(
        "windrow {}\n{}\n\n{}\n",
        env!("CARGO_PKG_VERSION"),
        wrapped(env!("CARGO_PKG_DESCRIPTION"), WIDTH).join("\n"),
        usage_line()
    );
    for section in Section::ALL {
        text.push_str(&format!("\n{}:\n", section.title()));
        for flag in table().iter().filter(|flag| flag.section == section) {
            text.push_str(&format!("{}\n", spelling(flag)));
            for line in wrapped(flag.long_doc, WIDTH - INDENT) {
                text.push_str(&format!("{:INDENT$}{line}\n", ""));
            }
        }
    }
    text.push_str("\nExit status: 0 done, 1 input or run-time error, 2 usage.\n");
    text
}

/// `  -m, --model MODEL`.
fn spelling(flag: &Flag) -> String {
    let short = flag
        .short
        .first()
        .map_or("    ".to_owned(), |short| format!("-{short}, "));
    let value = flag
        .value
        .map_or(String::new(), |value| format!(" {value}"));
    format!("  {short}--{}{value}", flag.long)
}

/// Wraps `text` to lines of at most `width` characters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_help_fits_one_screen() {
        let text = short_help();
        assert!(text.lines().count() <= 24, "{} lines", text.lines().count());
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }

    #[test]
    fn long_help_names_every_flag() {
        let text = long_help();
        for flag in table() {
            assert!(text.contains(&spelling(flag)), "{}", flag.long);
        }
    }

    #[test]
    fn wrapping_loses_no_word() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
    }
}
