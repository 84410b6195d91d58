//! Sequence from a seed.

use fastrand::Rng;

/// `bases` pseudo-random letters with runs of N and lower case.
pub fn sequence(bases: usize, seed: u64) -> String {
    let mut random = Rng::with_seed(seed);
    let mut text = String::new();
    while text.len() < bases {
        let length = random.usize(1..=900);
        let letters = match random.u8(..8) {
            0 => "N",
            1 => "acgt",
            _ => "ACGT",
        };
        text.extend((0..length).map(|_| letter(&mut random, letters)));
    }
    text.truncate(bases);
    text
}

fn letter(random: &mut Rng, of: &str) -> char {
    char::from(of.as_bytes()[random.usize(..of.len())])
}
