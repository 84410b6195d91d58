//! Makes calls of windows at or above the threshold, in one pass along a record.
//!
//! **Point** models: a window is a call if no window within the model's distance, of the same
//! label and strand, has a higher value, or an equal value further left. So two calls are more than
//! the distance apart, and a plateau gives one call, at its leftmost window.
//!
//! **Region** models: windows whose reported bases are at most the distance apart become one
//! call, from the first reported base to the end of the last stride, with the highest value.

mod best;
mod choice;

use std::collections::VecDeque;

pub use best::Best;
pub use choice::{Threshold, Top, share};

use crate::value::Value;

/// A window at or above the threshold, at the base that it reports on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    pub at: usize,
    /// The value by which windows are compared.
    pub value: Value,
    /// Raw output of the model.
    pub output: f32,
}

/// A call: half-open interval, the base that its best window reports on (the leftmost of equal
/// ones), and the value and raw output of this window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Call {
    pub start: usize,
    pub end: usize,
    pub summit: usize,
    pub value: Value,
    pub output: f32,
}

/// Makes the calls of one label on one strand of one record.
#[derive(Debug)]
pub enum Caller {
    Point(Peaks),
    Region(Regions),
}

impl Caller {
    pub fn point(distance: usize) -> Self {
        Self::Point(Peaks {
            distance,
            best: VecDeque::new(),
            waiting: None,
        })
    }

    /// `stride` is the number of bases that a window stands for. Windows closer than it always
    /// merge.
    pub fn region(distance: usize, stride: usize) -> Self {
        Self::Region(Regions {
            distance: distance.max(stride),
            stride,
            open: None,
        })
    }

    /// Adds the next candidate. Positions ascend.
    pub fn push(&mut self, candidate: Candidate, calls: &mut Vec<Call>) {
        match self {
            Self::Point(peaks) => peaks.push(candidate, calls),
            Self::Region(regions) => regions.push(candidate, calls),
        }
    }

    /// Notes that all candidates left of `end` have come. Returns where the next call may start.
    pub fn advance(&mut self, end: usize, calls: &mut Vec<Call>) -> usize {
        match self {
            Self::Point(peaks) => peaks.advance(end, calls),
            Self::Region(regions) => regions.advance(end, calls),
        }
    }

    /// Ends the record, whose length is `len`.
    pub fn finish(&mut self, len: usize, calls: &mut Vec<Call>) {
        let from = calls.len();
        self.advance(usize::MAX, calls);
        if let Self::Point(peaks) = self {
            peaks.best.clear();
        }
        for call in &mut calls[from..] {
            call.end = call.end.min(len);
        }
    }
}

/// Non-maximum suppression.
#[derive(Debug)]
pub struct Peaks {
    distance: usize,
    /// Candidates within the distance left of the last one that have no higher value to their
    /// right. Values descend, so the front is the best.
    best: VecDeque<Candidate>,
    /// A candidate that no window to its left suppresses. A better one within the distance to its
    /// right replaces it.
    waiting: Option<Candidate>,
}

impl Peaks {
    fn push(&mut self, candidate: Candidate, calls: &mut Vec<Call>) {
        self.advance(candidate.at, calls);
        while self
            .best
            .back()
            .is_some_and(|last| last.value < candidate.value)
        {
            self.best.pop_back();
        }
        while self
            .best
            .front()
            .is_some_and(|first| first.at + self.distance < candidate.at)
        {
            self.best.pop_front();
        }
        if self.best.is_empty() {
            self.waiting = Some(candidate);
        }
        self.best.push_back(candidate);
    }

    fn advance(&mut self, end: usize, calls: &mut Vec<Call>) -> usize {
        match self.waiting {
            Some(Candidate { at, .. }) if at.saturating_add(self.distance) >= end => at,
            Some(Candidate { at, value, output }) => {
                calls.push(Call {
                    start: at,
                    end: at + 1,
                    summit: at,
                    value,
                    output,
                });
                self.waiting = None;
                end
            }
            None => end,
        }
    }
}

/// Merging of neighbours.
#[derive(Debug)]
pub struct Regions {
    distance: usize,
    stride: usize,
    open: Option<Call>,
}

impl Regions {
    /// Base that the last window of the open call reports on.
    fn last(&self, call: &Call) -> usize {
        call.end - self.stride
    }

    fn push(&mut self, candidate: Candidate, calls: &mut Vec<Call>) {
        let Candidate { at, value, output } = candidate;
        self.advance(at, calls);
        let call = self.open.get_or_insert(Call {
            start: at,
            end: at,
            summit: at,
            value,
            output,
        });
        call.end = at + self.stride;
        if value > call.value {
            (call.summit, call.value, call.output) = (at, value, output);
        }
    }

    fn advance(&mut self, end: usize, calls: &mut Vec<Call>) -> usize {
        match self.open {
            Some(call) if self.last(&call).saturating_add(self.distance) >= end => call.start,
            Some(call) => {
                calls.push(call);
                self.open = None;
                end
            }
            None => end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn candidates(pairs: &[(usize, u8)]) -> Vec<Candidate> {
        let candidate = |&(at, value): &(usize, u8)| Candidate {
            at,
            value: Value::new(f32::from(value)),
            output: f32::from(value),
        };
        pairs.iter().map(candidate).collect()
    }

    /// Calls, with the record cut into chunks of `chunk`; checks that frontiers hold.
    fn calls(mut caller: Caller, candidates: &[Candidate], len: usize, chunk: usize) -> Vec<Call> {
        let (mut calls, mut next) = (Vec::new(), candidates.iter().peekable());
        for end in (0..len)
            .step_by(chunk)
            .map(|start| (start + chunk).min(len))
        {
            while let Some(candidate) = next.next_if(|candidate| candidate.at < end) {
                caller.push(*candidate, &mut calls);
            }
            let known = calls.len();
            let frontier = caller.advance(end, &mut calls);
            assert!(calls[known..].iter().all(|call| call.start < frontier));
        }
        caller.finish(len, &mut calls);
        calls
    }

    fn starts(calls: &[Call]) -> Vec<usize> {
        calls.iter().map(|call| call.start).collect()
    }

    #[test]
    fn the_best_of_near_points_stands() {
        let found = candidates(&[(10, 5), (12, 9), (14, 7), (15, 6), (30, 1)]);
        assert_eq!(starts(&calls(Caller::point(2), &found, 40, 40)), [12, 30]);
    }

    #[test]
    fn a_plateau_is_one_call_at_its_left() {
        let found: Vec<_> = (10..30).map(|at| (at, 5)).collect();
        assert_eq!(
            starts(&calls(Caller::point(3), &candidates(&found), 40, 40)),
            [10]
        );
    }

    #[test]
    fn at_distance_zero_every_point_stands() {
        let found = candidates(&[(1, 5), (2, 9), (3, 9)]);
        assert_eq!(starts(&calls(Caller::point(0), &found, 5, 5)), [1, 2, 3]);
    }

    #[test]
    fn near_windows_merge_into_a_region() {
        let found = candidates(&[(10, 5), (14, 9), (22, 9), (31, 6)]);
        let region = |start, end, summit, value| Call {
            start,
            end,
            summit,
            value: Value::new(value),
            output: value,
        };
        assert_eq!(
            calls(Caller::region(8, 4), &found, 33, 33),
            [region(10, 26, 14, 9.0), region(31, 33, 31, 6.0)]
        );
    }

    #[test]
    fn a_record_knows_nothing_of_the_one_before() {
        for mut caller in [Caller::point(3), Caller::region(3, 1)] {
            let mut calls = Vec::new();
            for candidate in candidates(&[(50, 9), (10, 5)]) {
                caller.push(candidate, &mut calls);
                caller.finish(60, &mut calls);
            }
            assert_eq!(starts(&calls), [50, 10]);
        }
    }

    proptest! {
        #[test]
        fn points_are_the_local_maxima(
            gaps in prop::collection::vec((1usize..9, 0u8..6), 0..80),
            distance in 0usize..12,
            chunk in 1usize..50,
        ) {
            let mut at = 0;
            let found: Vec<_> = gaps.iter().map(|&(gap, value)| { at += gap; (at, value) }).collect();
            let found = candidates(&found);
            let beats = |a: &Candidate, b: &Candidate| {
                a.at.abs_diff(b.at) <= distance
                    && (a.value > b.value || (a.value == b.value && a.at < b.at))
            };
            let naive: Vec<_> = found
                .iter()
                .filter(|candidate| !found.iter().any(|other| beats(other, candidate)))
                .map(|candidate| candidate.at)
                .collect();
            prop_assert_eq!(starts(&calls(Caller::point(distance), &found, at + 1, chunk)), naive);
        }

        #[test]
        fn regions_do_not_depend_on_chunks(
            gaps in prop::collection::vec((1usize..30, 0u8..6), 0..80),
            distance in 0usize..40,
            chunk in 1usize..50,
        ) {
            let mut at = 0;
            let found: Vec<_> = gaps.iter().map(|&(gap, value)| { at += gap; (at, value) }).collect();
            let found = candidates(&found);
            let region = || Caller::region(distance, 1);
            let whole = calls(region(), &found, at + 1, at + 1);
            prop_assert_eq!(calls(region(), &found, at + 1, chunk), whole);
        }
    }
}
