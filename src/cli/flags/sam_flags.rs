//! Sets of SAM flags as samtools takes them: a number, or names with commas between.

/// Names of the bits, the lowest first, as `samtools flags` prints them.
const NAMES: [&str; 12] = [
    "PAIRED",
    "PROPER_PAIR",
    "UNMAP",
    "MUNMAP",
    "REVERSE",
    "MREVERSE",
    "READ1",
    "READ2",
    "SECONDARY",
    "QCFAIL",
    "DUP",
    "SUPPLEMENTARY",
];

/// Reads a number in the notations of C, or names, without case.
pub fn parse(text: &str) -> Result<u16, String> {
    number(text).or_else(|| names(text)).ok_or_else(|| {
        format!(
            "is not a set of flags: a number from 0 to 0xFFFF, or names such as {}, {} and {}",
            NAMES[4], NAMES[8], NAMES[10]
        )
    })
}

fn number(text: &str) -> Option<u16> {
    // A sign before digits is none of these notations.
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let number = match (lower.strip_prefix("0x"), lower.strip_prefix('0')) {
        (Some(digits), _) => u16::from_str_radix(digits, 16),
        (_, Some(digits)) if !digits.is_empty() => u16::from_str_radix(digits, 8),
        _ => lower.parse(),
    };
    number.ok()
}

fn names(text: &str) -> Option<u16> {
    text.split(',').try_fold(0, |flags, name| {
        let bit = NAMES
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name))?;
        Some(flags | 1 << bit)
    })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn numbers_and_names_are_sets_of_flags() {
        for (text, flags) in [
            ("3844", 3844),
            ("0xF04", 3844),
            ("07404", 3844),
            ("0", 0),
            ("REVERSE", 16),
            ("unmap,Secondary,DUP", 0x504),
            ("SUPPLEMENTARY", 0x800),
        ] {
            assert_eq!(parse(text), Ok(flags), "{text}");
        }
        for text in ["", "REVERSED", "REVERSE,", "-4", "+4", "65536", "0xG"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
