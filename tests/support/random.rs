//! Sequence from a seed.

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
