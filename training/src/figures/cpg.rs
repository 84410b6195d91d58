//! The yardsticks of promoters along a genome: how dense CG pairs are, and how much of a CpG island
//! the bases around a base are.

/// C, G and CG pairs in a stretch.
#[derive(Default)]
struct Counts {
    c: u32,
    g: u32,
    pairs: u32,
}

/// CG pairs in the `width` bases around each base; none where they are not all there.
pub fn cpg_density(codes: &[u8], width: usize) -> Vec<f32> {
    slide(codes, width, |counts| counts.pairs as f32)
}

/// How far the `width` bases around each base meet the criteria of an island: a GC content over
/// one half, and CG pairs over 0.6 of those expected from as many C and G (Gardiner-Garden and
/// Frommer, J Mol Biol 196:261, 1987). The lesser of the two, as a multiple of its bound.
pub fn cpg_island(codes: &[u8], width: usize) -> Vec<f32> {
    slide(codes, width, |counts| {
        let gc = (counts.c + counts.g) as f32 / width as f32;
        let expected = (counts.c * counts.g) as f32 / width as f32;
        let observed = counts.pairs as f32 / expected.max(1.0);
        (gc / 0.5).min(observed / 0.6)
    })
}

fn slide(codes: &[u8], width: usize, value: impl Fn(&Counts) -> f32) -> Vec<f32> {
    let mut values = vec![f32::NAN; codes.len()];
    let mut counts = Counts::default();
    for end in 1..=codes.len() {
        counts.enter(codes, end - 1);
        if end >= width {
            let first = end - width;
            values[first + width / 2] = value(&counts);
            counts.leave(codes, first);
        }
    }
    values
}

impl Counts {
    fn enter(&mut self, codes: &[u8], at: usize) {
        self.c += u32::from(codes[at] == 1);
        self.g += u32::from(codes[at] == 2);
        self.pairs += u32::from(at > 0 && codes[at - 1..=at] == [1, 2]);
    }

    /// Takes `at` out, and the pair that it begins.
    fn leave(&mut self, codes: &[u8], at: usize) {
        self.c -= u32::from(codes[at] == 1);
        self.g -= u32::from(codes[at] == 2);
        self.pairs -= u32::from(codes[at..].starts_with(&[1, 2]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn cpg_density_is_a_count_around_each_base() {
        let codes = [1, 2, 0, 1, 2, 1, 2, 3];
        let counted = cpg_density(&codes, 4);
        assert!(counted[..2].iter().all(|v| v.is_nan()) && counted[7].is_nan());
        assert_eq!(counted[2..7], [1.0, 1.0, 1.0, 2.0, 1.0]);
        assert!(cpg_density(&codes, 9).iter().all(|v| v.is_nan()));
    }

    #[test]
    fn an_island_is_what_both_criteria_say() {
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let codes: Vec<u8> = (0..500).map(|_| random.random_range(0..5)).collect();
        let width = 40;
        let scored = cpg_island(&codes, width);
        for (first, window) in codes.windows(width).enumerate() {
            let count = |base: u8| window.iter().filter(|&&c| c == base).count() as f32;
            let pairs = window.windows(2).filter(|pair| *pair == [1, 2]).count() as f32;
            let (c, g, all) = (count(1), count(2), width as f32);
            let expected = c * g / all;
            let naive = ((c + g) / all / 0.5).min(pairs / expected.max(1.0) / 0.6);
            assert!(
                (scored[first + width / 2] - naive).abs() < 1e-5,
                "window {first}"
            );
        }
    }
}
