//! Ranges of bases.

use std::ops::Range;

/// Ranges in order, those that overlap or touch as one.
pub fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// Whether some of `ranges`, ascending and apart, shares a base with `with`.
pub fn touches(ranges: &[Range<usize>], with: &Range<usize>) -> bool {
    let at = ranges.partition_point(|range| range.end <= with.start);
    ranges.get(at).is_some_and(|range| range.start < with.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_merge_and_touch() {
        let ranges = joined(vec![5..9, 1..3, 8..12]);
        assert_eq!(ranges, [1..3, 5..12]);
        assert!(touches(&ranges, &(11..14)) && touches(&ranges, &(0..2)));
        assert!(!touches(&ranges, &(3..5)) && !touches(&ranges, &(12..13)));
    }
}
