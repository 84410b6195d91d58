//! Shuffling that keeps every dinucleotide count: a random Eulerian path through the sequence's
//! own dinucleotides (Altschul and Erickson, Mol Biol Evol 2:526, 1985).

use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::bases::UNKNOWN;

const SYMBOLS: usize = UNKNOWN as usize + 1;

pub fn dinucleotides(codes: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let Some((&first, &last)) = codes.first().zip(codes.last()) else {
        return Vec::new();
    };
    let mut edges: [Vec<u8>; SYMBOLS] = Default::default();
    for pair in codes.windows(2) {
        edges[pair[0] as usize].push(pair[1]);
    }
    // Last exits that lead every used symbol to the end: a random tree, by rejection.
    let exits: [Option<usize>; SYMBOLS] = loop {
        let mut exits = [None; SYMBOLS];
        for symbol in 0..SYMBOLS {
            if symbol != last as usize && !edges[symbol].is_empty() {
                exits[symbol] = Some(random.random_range(0..edges[symbol].len()));
            }
        }
        let leads_home = |mut symbol: usize| {
            for _ in 0..SYMBOLS {
                match exits[symbol] {
                    Some(exit) => symbol = edges[symbol][exit] as usize,
                    None => break,
                }
            }
            symbol == last as usize
        };
        if (0..SYMBOLS)
            .filter(|&s| !edges[s].is_empty())
            .all(leads_home)
        {
            break exits;
        }
    };
    for (symbol, exit) in exits.into_iter().enumerate() {
        let held = exit.map(|exit| edges[symbol].swap_remove(exit));
        edges[symbol].shuffle(random);
        // Taken from the back below, so the last exit goes to the front.
        if let Some(held) = held {
            edges[symbol].insert(0, held);
        }
    }
    let mut path = Vec::with_capacity(codes.len());
    let mut at = first;
    path.push(at);
    while let Some(next) = edges[at as usize].pop() {
        path.push(next);
        at = next;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn counts(codes: &[u8]) -> [[usize; SYMBOLS]; SYMBOLS] {
        let mut counts = [[0; SYMBOLS]; SYMBOLS];
        codes
            .windows(2)
            .for_each(|p| counts[p[0] as usize][p[1] as usize] += 1);
        counts
    }

    #[test]
    fn every_dinucleotide_keeps_its_count() {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        for length in [1, 2, 3, 10, 500] {
            let codes: Vec<u8> = (0..length)
                .map(|_| random.random_range(0..SYMBOLS as u8))
                .collect();
            let shuffled = dinucleotides(&codes, &mut random);
            assert_eq!(counts(&codes), counts(&shuffled));
            assert_eq!(codes.len(), shuffled.len());
            assert!(length < 500 || codes != shuffled);
        }
    }
}
