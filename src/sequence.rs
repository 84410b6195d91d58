//! The nucleotide alphabet: letters to codes, and the two strands.

use strum::{Display, EnumString, VariantNames};

/// Code of an unknown base: any IUPAC ambiguity code.
pub const UNKNOWN: u8 = 4;
/// Set on the code of a soft-masked (lower-case) base.
pub const SOFT: u8 = 8;

/// Bit of the codes of letters that are no bases.
const MARK: u8 = 0x80;
const BLANK: u8 = 0xfe;
const FOREIGN: u8 = 0xff;

/// A, C, G, T (and U) are 0..=3, ambiguity codes `UNKNOWN`, lower case has `SOFT` set.
static CODES: [u8; 256] = codes();

const fn codes() -> [u8; 256] {
    let mut table = [FOREIGN; 256];
    let letters = b"ACGTURYSWKMBDHVN";
    let mut i = 0;
    while i < letters.len() {
        let code = match letters[i] {
            b'A' => 0,
            b'C' => 1,
            b'G' => 2,
            b'T' | b'U' => 3,
            _ => UNKNOWN,
        };
        table[letters[i] as usize] = code;
        table[letters[i].to_ascii_lowercase() as usize] = code | SOFT;
        i += 1;
    }
    table[b'\n' as usize] = BLANK;
    table[b'\r' as usize] = BLANK;
    table[b'\t' as usize] = BLANK;
    table[b' ' as usize] = BLANK;
    table
}

/// A letter that is not a nucleotide, and the number of bases before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
    pub letter: u8,
    pub bases: usize,
}

/// Appends the codes of the bases in `text` to `codes`; white space does not count.
///
/// On an error, the codes of the bases before the foreign letter have been appended.
pub fn encode(text: &[u8], codes: &mut Vec<u8>) -> Result<(), Foreign> {
    let from = codes.len();
    codes.extend(text.iter().map(|&letter| CODES[letter as usize]));
    let all = codes[from..].iter().fold(0, |all, code| all | code);
    if all < MARK {
        return Ok(());
    }
    let mut end = from;
    for (at, &letter) in (from..).zip(text) {
        match codes[at] {
            FOREIGN => {
                codes.truncate(end);
                let bases = end - from;
                return Err(Foreign { letter, bases });
            }
            BLANK => {}
            code => {
                codes[end] = code;
                end += 1;
            }
        }
    }
    codes.truncate(end);
    Ok(())
}

/// The code without the soft-mask flag, 0..=4.
pub fn plain(code: u8) -> u8 {
    code & !SOFT
}

pub fn is_soft(code: u8) -> bool {
    code & SOFT != 0
}

/// A base as models see it, without soft-masking.
///
/// There are five values, so a look-up by base in a table of five needs no check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Base {
    A,
    C,
    G,
    T,
    /// Unknown.
    N,
}

impl Base {
    /// Each base at the index of its number.
    pub const ALL: [Self; 5] = [Self::A, Self::C, Self::G, Self::T, Self::N];

    /// The base of a code; the soft-mask flag is dropped.
    ///
    /// ```
    /// use windrow::sequence::{Base, encode};
    /// let mut codes = Vec::new();
    /// encode(b"ACgtN", &mut codes).expect("letters of bases");
    /// let bases: Vec<Base> = codes.into_iter().map(Base::of).collect();
    /// assert_eq!(bases, Base::ALL);
    /// ```
    pub fn of(code: u8) -> Self {
        match plain(code) {
            0 => Self::A,
            1 => Self::C,
            2 => Self::G,
            3 => Self::T,
            _ => Self::N,
        }
    }

    /// The base that pairs with it.
    pub fn complement(self) -> Self {
        match self {
            Self::A => Self::T,
            Self::C => Self::G,
            Self::G => Self::C,
            Self::T => Self::A,
            Self::N => Self::N,
        }
    }
}

/// Writes the reverse complement to `out`; soft-mask flags stay with their bases.
pub fn reverse_complement(codes: &[u8], out: &mut Vec<u8>) {
    const COMPLEMENT: [u8; 16] = {
        let mut table = [UNKNOWN; 16];
        let mut code = 0;
        while code < 4 {
            table[code as usize] = 3 - code;
            table[(code | SOFT) as usize] = (3 - code) | SOFT;
            code += 1;
        }
        table[(UNKNOWN | SOFT) as usize] = UNKNOWN | SOFT;
        table
    };
    out.clear();
    out.extend(
        codes
            .iter()
            .rev()
            .map(|&code| COMPLEMENT[usize::from(code & 15)]),
    );
}

/// The strand a score is about, in the order of sorted output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strand {
    Forward,
    Reverse,
    /// Both at once: the mean of a symmetric model.
    Both,
}

impl Strand {
    /// The letter of BED's sixth column.
    pub fn symbol(self) -> u8 {
        match self {
            Self::Forward => b'+',
            Self::Reverse => b'-',
            Self::Both => b'.',
        }
    }
}

/// Strands to score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum StrandChoice {
    Both,
    #[strum(serialize = "+")]
    Forward,
    #[strum(serialize = "-")]
    Reverse,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes_of(text: &[u8]) -> Vec<u8> {
        let mut codes = Vec::new();
        encode(text, &mut codes).unwrap();
        codes
    }

    #[test]
    fn letters_become_codes() {
        assert_eq!(codes_of(b"ACGTU"), [0, 1, 2, 3, 3]);
        assert_eq!(codes_of(b"RYSWKMBDHVN"), [UNKNOWN; 11]);
        assert_eq!(codes_of(b"acgtun"), [8, 9, 10, 11, 11, 12]);
    }

    #[test]
    fn every_code_is_a_base() {
        for code in 0..=u8::MAX {
            let base = Base::of(code);
            let expected = if plain(code) < UNKNOWN {
                plain(code)
            } else {
                UNKNOWN
            };
            assert_eq!(base as u8, expected, "{code}");
            let mut pair = Vec::new();
            reverse_complement(&[base as u8], &mut pair);
            assert_eq!(base.complement() as u8, pair[0]);
        }
    }

    #[test]
    fn white_space_is_skipped() {
        assert_eq!(codes_of(b"AC\r\n\nG \tT\n"), [0, 1, 2, 3]);
    }

    #[test]
    fn codes_are_appended() {
        let mut codes = vec![4];
        encode(b"AC\nGT", &mut codes).unwrap();
        assert_eq!(codes, [4, 0, 1, 2, 3]);
    }

    #[test]
    fn every_other_letter_is_foreign() {
        for letter in 0..=255u8 {
            let known = b"ACGTURYSWKMBDHVN".contains(&letter.to_ascii_uppercase());
            let blank = b" \t\r\n".contains(&letter);
            let encoded = encode(&[letter], &mut Vec::new());
            assert_eq!(encoded.is_ok(), known || blank, "{letter}");
        }
    }

    #[test]
    fn a_foreign_letter_is_placed() {
        let (letter, bases) = (b'E', 3);
        let mut codes = vec![4];
        assert_eq!(
            encode(b"AC\nGET", &mut codes),
            Err(Foreign { letter, bases })
        );
        assert_eq!(codes, [4, 0, 1, 2]);
    }

    #[test]
    fn reverse_complement_mirrors_and_pairs() {
        let mut out = Vec::new();
        reverse_complement(&[0, 0, 1, 4, 3], &mut out);
        assert_eq!(out, [0, 4, 2, 3, 3]);
        reverse_complement(&codes_of(b"ACgtNn"), &mut out);
        assert_eq!(out, codes_of(b"nNacGT"));
    }
}
