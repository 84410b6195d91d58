//! A seeded stream of numbers that is the same on every machine: integers only.

/// SplitMix64 (Steele, Lea and Flood 2014).
pub struct Random(u64);

/// Weights of A, C, G, T.
pub type Weights = [u32; 4];

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number of `least..=most`.
    pub fn between(&mut self, least: usize, most: usize) -> usize {
        least + (self.next() % (most - least + 1) as u64) as usize
    }

    /// True `percent` times of a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.between(1, 100) <= percent
    }

    /// One of `ACGT`.
    pub fn base(&mut self, weights: Weights) -> u8 {
        let mut left = self.next() % u64::from(weights.iter().sum::<u32>());
        for (&base, weight) in b"ACGT".iter().zip(weights) {
            if left < u64::from(weight) {
                return base;
            }
            left -= u64::from(weight);
        }
        b'T'
    }
}
