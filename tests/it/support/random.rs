//! Numbers and sequence from a seed.
#![allow(dead_code)]

/// A linear congruential generator with the constants of Knuth's MMIX.
pub struct Lcg(pub u64);

impl Lcg {
    /// The upper bits of the next state: the lower ones repeat soon.
    pub fn next(&mut self, bits: u32) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> (64 - bits)
    }
}

/// `bases` pseudo-random letters with runs of N and lower case.
pub fn sequence(bases: usize, seed: u32) -> String {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 16
    };
    let mut text = String::new();
    while text.len() < bases {
        let length = 1 + next() as usize % 900;
        match next() % 8 {
            0 => text.extend(std::iter::repeat_n('N', length)),
            1 => text.extend((0..length).map(|_| char::from(b"acgt"[next() as usize % 4]))),
            _ => text.extend((0..length).map(|_| char::from(b"ACGT"[next() as usize % 4]))),
        }
    }
    text.truncate(bases);
    text
}
