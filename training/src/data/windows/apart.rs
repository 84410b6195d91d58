//! Keeps training examples apart from held-out ones: rows of different sources may be cut from
//! the same place.

use std::collections::HashSet;

use crate::bases::UNKNOWN;
use crate::data::windows::examples::Example;

/// Bases of a word: as many as a number holds.
const WORD: usize = 32;

/// Removes from `train` the examples with `bases` bases in a row that consist of words of the
/// held-out examples, on either strand; so many of one example are.
pub fn keep_apart(train: &mut Vec<Example>, held_out: &[&[Example]], bases: usize) {
    let mut known = HashSet::new();
    for example in held_out.iter().copied().flatten() {
        each_word(&example.codes, |word| {
            known.insert(word);
        });
    }
    train.retain(|example| {
        let (mut run, mut longest) = (0, 0);
        each_word(&example.codes, |word| {
            run = if known.contains(&word) { run + 1 } else { 0 };
            longest = longest.max(run);
        });
        longest + WORD <= bases
    });
}

/// Calls `take` with every word of known bases in turn, as the lesser of its two strands.
fn each_word(codes: &[u8], mut take: impl FnMut(u64)) {
    let (mut forward, mut reverse, mut length) = (0u64, 0u64, 0);
    for &code in codes {
        length = if code == UNKNOWN { 0 } else { length + 1 };
        let base = u64::from(code & 3);
        forward = forward << 2 | base;
        reverse = reverse >> 2 | (3 - base) << (2 * (WORD - 1));
        if length >= WORD {
            take(forward.min(reverse));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bases::reverse_complement;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn example(codes: &[u8]) -> Example {
        Example {
            codes: codes.to_vec(),
            at: 0,
            targets: vec![1.0],
            group: String::new(),
            block: 0,
            split: String::new(),
            weight: 1.0,
            part: None,
        }
    }

    #[test]
    fn what_shares_enough_bases_is_left_out_on_either_strand() {
        let mut random = ChaCha8Rng::seed_from_u64(9);
        let mut drawn =
            |count: usize| -> Vec<u8> { (0..count).map(|_| random.random_range(0..4)).collect() };
        let held = drawn(200);
        let other = drawn(200);
        let turned = reverse_complement(&held);
        let with = |part: &[u8]| example(&[&other[..70], part, &other[70..]].concat());
        let mut broken = held[20..80].to_vec();
        broken[30] = UNKNOWN;
        let mut train = vec![
            example(&other),
            with(&held[20..69]),
            with(&held[20..70]),
            with(&turned[20..70]),
            with(&broken),
        ];
        let kept = [0, 1, 4].map(|i: usize| train[i].codes.clone());
        keep_apart(&mut train, &[&[], &[example(&held)]], 50);
        let left: Vec<Vec<u8>> = train.into_iter().map(|e| e.codes).collect();
        assert_eq!(left, kept);
    }
}
