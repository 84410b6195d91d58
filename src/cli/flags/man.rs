//! The man page, in man(7) macros.

use super::{Flag, Section, table};

const HEAD: &str = include_str!("man_head.roff");
const TAIL: &str = include_str!("man_tail.roff");

pub fn page() -> String {
    let mut text = HEAD.replace("@VERSION@", env!("CARGO_PKG_VERSION"));
    text.push_str(".SH OPTIONS\n");
    for section in Section::ALL {
        text.push_str(&format!(".SS {}\n", section.title()));
        for flag in table().iter().filter(|flag| flag.section == section) {
            text.push_str(&entry(flag));
        }
    }
    text.push_str(TAIL);
    text
}

fn entry(flag: &Flag) -> String {
    let mut names: Vec<_> = flag
        .short
        .iter()
        .map(|short| format!(r"\fB\-{short}\fR"))
        .collect();
    names.push(format!(r"\fB\-\-{}\fR", flag.long.replace('-', r"\-")));
    let value = flag
        .value
        .map_or(String::new(), |value| format!(r" \fI{value}\fR"));
    format!(
        ".TP\n{}{value}\n{}\n",
        names.join(", "),
        escaped(flag.long_doc)
    )
}

/// Text in which roff sees no request and no escape.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', r"\e").replace('-', r"\-");
    match text.chars().next() {
        Some('.' | '\'') => format!(r"\&{text}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_those_of_a_filter() {
        let page = page();
        for title in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "OUTPUT FORMAT",
            "MODELS",
            "EXIT STATUS",
            "ENVIRONMENT",
            "EXAMPLES",
            "LIMITATIONS",
            "SEE ALSO",
        ] {
            assert!(page.contains(&format!(".SH {title}\n")), "{title}");
        }
        for flag in table() {
            assert!(
                page.contains(&flag.long.replace('-', r"\-")),
                "{}",
                flag.long
            );
        }
    }

    #[test]
    fn roff_takes_nothing_for_a_request() {
        assert_eq!(escaped(".5 a-b"), r"\&.5 a\-b");
    }
}
