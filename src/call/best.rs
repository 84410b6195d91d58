//! The best calls of a stream, in input order.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::Top;
use crate::write::Row;

const MEGABASE: usize = 1_000_000;

/// Keeps the best rows of each group, of a record or of each of its megabases, which begin at
/// multiples of 1,000,000.
///
/// Of rows with equal values the leftmost is better, and of those at one position the one with the
/// lowest channel. At most the wanted number of rows is held for each group.
#[derive(Debug)]
pub struct Best {
    limit: usize,
    /// Length of the spans to which the limit applies.
    span: usize,
    /// Number of the span of the rows that are held.
    open: usize,
    /// Rows of each group, with the worst on top.
    held: Vec<BinaryHeap<Reverse<Ranked>>>,
}

impl Best {
    pub fn new(top: Top, groups: usize) -> Self {
        let (limit, span) = match top {
            Top::Record(limit) => (limit, usize::MAX),
            Top::Megabase(limit) => (limit, MEGABASE),
        };
        let held = (0..groups).map(|_| BinaryHeap::new()).collect();
        Self {
            limit,
            span,
            open: 0,
            held,
        }
    }

    /// Takes the next row of a record (starts ascend). Returns the rows that are among the best.
    pub fn push(&mut self, group: usize, row: Row) -> Vec<Row> {
        let span = row.start / self.span;
        let settled = if span == self.open {
            Vec::new()
        } else {
            self.finish()
        };
        self.open = span;
        let held = &mut self.held[group];
        held.push(Reverse(Ranked(row)));
        if held.len() > self.limit {
            held.pop();
        }
        settled
    }

    /// Ends the record; returns the rest of the best rows.
    pub fn finish(&mut self) -> Vec<Row> {
        let held = self.held.iter_mut().flat_map(BinaryHeap::drain);
        let mut rows: Vec<_> = held.map(|Reverse(Ranked(row))| row).collect();
        rows.sort_by_key(|row| (row.start, row.channel));
        rows
    }
}

/// A row; better rows are greater.
#[derive(Debug)]
struct Ranked(Row);

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |row: &Row| (row.value, Reverse((row.start, row.channel)));
        key(&self.0).cmp(&key(&other.0))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;
    use proptest::prelude::*;

    fn row(start: usize, channel: usize, value: u8) -> Row {
        Row {
            start,
            end: start + 1,
            summit: Some(start),
            channel,
            value: Value::new(f32::from(value)),
            output: f32::from(value),
        }
    }

    fn kept(top: Top, rows: &[Row]) -> Vec<(usize, usize)> {
        let mut best = Best::new(top, 1);
        let mut kept: Vec<_> = rows.iter().flat_map(|&row| best.push(0, row)).collect();
        kept.extend(best.finish());
        kept.iter().map(|row| (row.start, row.channel)).collect()
    }

    #[test]
    fn the_best_stay_in_order_and_the_leftmost_of_equal_ones() {
        let rows = [
            row(3, 0, 5),
            row(9, 0, 7),
            row(9, 1, 7),
            row(12, 0, 5),
            row(20, 0, 1),
        ];
        assert_eq!(kept(Top::Record(1), &rows), [(9, 0)]);
        assert_eq!(kept(Top::Record(3), &rows), [(3, 0), (9, 0), (9, 1)]);
        assert_eq!(kept(Top::Record(9), &rows).len(), 5);
    }

    #[test]
    fn megabases_are_cut_at_multiples() {
        let rows = [
            row(999_998, 0, 1),
            row(999_999, 0, 2),
            row(1_000_000, 0, 1),
            row(2_500_000, 0, 1),
        ];
        assert_eq!(
            kept(Top::Megabase(1), &rows),
            [(999_999, 0), (1_000_000, 0), (2_500_000, 0)]
        );
    }

    #[test]
    fn a_record_knows_nothing_of_the_one_before() {
        let mut best = Best::new(Top::Record(1), 1);
        for value in [9, 5] {
            assert!(best.push(0, row(7, 0, value)).is_empty());
            assert_eq!(best.finish(), [row(7, 0, value)]);
        }
    }

    proptest! {
        #[test]
        fn what_stays_is_the_head_of_a_sorted_list(
            steps in prop::collection::vec((0usize..400_000, 0usize..4, 0u8..5), 0..60),
            limit in 1usize..8,
            megabase in any::<bool>(),
        ) {
            // Channels 0 and 1 are one group, 2 and 3 the other.
            let mut at = 0;
            let mut rows: Vec<_> = steps.iter().map(|&(step, channel, value)| {
                at += step;
                row(at, channel, value)
            }).collect();
            rows.sort_by_key(|row| (row.start, row.channel));
            rows.dedup_by_key(|row| (row.start, row.channel));
            let span = |row: &Row| if megabase { row.start / MEGABASE } else { 0 };
            let mut naive = rows.clone();
            naive.retain(|row| {
                let better = |other: &&Row| {
                    other.channel / 2 == row.channel / 2
                        && span(other) == span(row)
                        && (Reverse(other.value), other.start, other.channel)
                            < (Reverse(row.value), row.start, row.channel)
                };
                rows.iter().filter(better).count() < limit
            });
            let top = if megabase { Top::Megabase(limit) } else { Top::Record(limit) };
            let mut best = Best::new(top, 2);
            let found = rows.iter().flat_map(|&row| best.push(row.channel / 2, row));
            let mut found: Vec<_> = found.collect();
            found.extend(best.finish());
            prop_assert_eq!(found, naive);
        }
    }
}
