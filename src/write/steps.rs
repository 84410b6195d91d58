//! Steps of a track: they do not overlap, and neighbours with equal values are merged.

use super::Row;

/// Merges rows of one record that touch and have the same value.
#[derive(Debug, Default)]
pub struct Merger {
    open: Option<Row>,
}

impl Merger {
    /// Takes the next row (sorted, no overlap); returns a step that is complete.
    pub fn push(&mut self, row: Row) -> Option<Row> {
        match &mut self.open {
            Some(open) if open.end == row.start && open.value == row.value => {
                open.end = row.end;
                None
            }
            open => open.replace(row),
        }
    }

    /// Start of the step that is not complete.
    pub fn start(&self) -> Option<usize> {
        self.open.map(|row| row.start)
    }

    /// Ends the record; returns its last step.
    pub fn finish(&mut self) -> Option<Row> {
        self.open.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value;

    fn at(start: usize, end: usize, value: f32) -> Row {
        Row {
            start,
            end,
            summit: Some(start),
            channel: 0,
            value: Value::new(value),
            output: value,
        }
    }

    #[test]
    fn only_equal_neighbours_merge() {
        let mut merger = Merger::default();
        let rows = [
            at(0, 1, 0.5),
            at(1, 2, 0.5),
            at(2, 3, 0.6),
            at(4, 5, 0.6),
            at(5, 6, 0.60001),
        ];
        let mut merged: Vec<_> = rows
            .into_iter()
            .filter_map(|row| merger.push(row))
            .collect();
        merged.extend(merger.finish());
        assert_eq!(merged, [at(0, 2, 0.5), at(2, 3, 0.6), at(4, 6, 0.6)]);
        assert_eq!(merger.finish(), None);
    }
}
