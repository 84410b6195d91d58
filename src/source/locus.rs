//! Text that names a stretch of a contig: `chr1:5-90`, as headers and `--region` have it.

const LONGEST: u64 = 1 << 48;

/// A locus as written. The caller knows whether its numbers count from 0 or from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locus<'a> {
    pub contig: &'a [u8],
    pub start: u64,
    /// None: to the contig's end.
    pub end: Option<u64>,
}

impl<'a> Locus<'a> {
    /// The locus if `text` has the form `contig:start-end`, `contig:start-` or `contig:start`,
    /// commas allowed in numbers. Braces hold a name that has colons of its own: `{HLA:1}:5-90`.
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let colon = text.iter().rposition(|&byte| byte == b':')?;
        let (contig, range) = (unbraced(&text[..colon]), &text[colon + 1..]);
        let mut numbers = range.splitn(2, |&byte| byte == b'-');
        let start = number(numbers.next()?)?;
        let end = match numbers.next() {
            None | Some(b"") => None,
            Some(end) => Some(number(end)?),
        };
        let locus = Self { contig, start, end };
        (!contig.is_empty()).then_some(locus)
    }
}

/// A name without the braces around it.
pub fn unbraced(name: &[u8]) -> &[u8] {
    let inner = name.strip_prefix(b"{");
    inner
        .and_then(|name| name.strip_suffix(b"}"))
        .unwrap_or(name)
}

/// A position, which may have commas behind its first digit; none if it does not fit `usize`.
pub fn number(text: &[u8]) -> Option<u64> {
    let mut digits = text.iter().filter(|&&byte| byte != b',');
    let number = digits.try_fold(0u64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })?;
    (text.first()?.is_ascii_digit() && number <= LONGEST).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locus(text: &str) -> Option<(&str, u64, Option<u64>)> {
        let Locus { contig, start, end } = Locus::parse(text.as_bytes())?;
        Some((str::from_utf8(contig).unwrap(), start, end))
    }

    #[test]
    fn a_locus_is_contig_start_end() {
        assert_eq!(locus("chr1:5-90"), Some(("chr1", 5, Some(90))));
        assert_eq!(
            locus("chr1:1,000,001-2,000,000"),
            Some(("chr1", 1_000_001, Some(2_000_000)))
        );
        assert_eq!(locus("HLA:A:1-2"), Some(("HLA:A", 1, Some(2))));
        assert_eq!(locus("{HLA:A:1}:1-2"), Some(("HLA:A:1", 1, Some(2))));
    }

    #[test]
    fn a_locus_may_go_to_the_end() {
        assert_eq!(locus("chr1:5"), Some(("chr1", 5, None)));
        assert_eq!(locus("chr1:5-"), Some(("chr1", 5, None)));
    }

    #[test]
    fn other_names_are_none() {
        for name in [
            "chr1",
            "chr1:-5",
            ":5-9",
            "{}:5-9",
            "chr1:5-9x",
            "chr1:a-b",
            "chr1:,5-9",
            "HLA-A*01:01N",
            "a:1-99999999999999999999999",
        ] {
            assert_eq!(locus(name), None, "{name}");
        }
    }
}
