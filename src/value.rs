//! Written scores: decimal numbers with at least four significant digits.

use strum::{Display, EnumString, VariantNames};

/// The quantity of a row's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Quantity {
    /// Calibrated probability, or the plain value of a model that predicts one.
    Probability,
    /// Raw output of the model.
    Logit,
    /// -log10 of the share of a genome that scores at least as much; 0 if it is above a tenth.
    Rate,
}

/// A score rounded to four decimals or four significant digits, whichever are more.
///
/// Scores are rounded before any comparison, so that engines whose last bits differ make the same
/// calls. The integer inside is the rank of the number among all numbers that can be written, with
/// zero at 0, so that integers are in the order of the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value(i64);

/// Decimals of numbers from 0.1 on.
const PLACES: usize = 4;
/// Count of numbers in a decade below 0.1: the digits 1000 to 9999.
const DECADE: i64 = 9000;
/// Smallest value of the four digits.
const LEAST: i64 = 1000;
/// Decades from the least positive f32 to 0.1.
const DECADES: i64 = 45;
/// Offset that is added to ten-thousandths from 0.1 on.
const BASE: i64 = DECADES * DECADE;
/// Most decimals d for which the product of an f32 (24 bits) and 10^d is exact in f64: 5^12 has 28
/// bits.
const EXACT: usize = 12;
/// Smallest number that is written without an exponent, in decades below 0.1.
const PLAIN: usize = 6;

const TENS: [f64; EXACT + 1] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12,
];

impl Value {
    /// The nearest value, halves away from zero. Numbers out of range saturate, NaN becomes zero.
    pub fn new(score: f32) -> Self {
        let size = f64::from(score.abs());
        let key = if size >= 0.1 {
            ((size * TENS[PLACES]).round() as i64).saturating_add(BASE)
        } else if size > 0.0 {
            small(size)
        } else {
            0
        };
        Self(if score < 0.0 { -key } else { key })
    }

    /// The value in thousandths, halves up, clamped to 0..=1000.
    pub fn thousandths(self) -> u16 {
        let (digits, decade) = self.parts();
        if self.0 <= 0 || decade > PLACES {
            return 0;
        }
        let unit = 10i64.pow((PLACES - 3 + decade) as u32);
        (digits.saturating_add(unit / 2) / unit).min(1000) as u16
    }

    pub fn to_f64(self) -> f64 {
        let (digits, decade) = self.parts();
        let size = match TENS.get(PLACES + decade) {
            Some(unit) => digits as f64 / unit,
            None => digits as f64 / 10f64.powi((PLACES + decade) as i32),
        };
        if self.0 < 0 { -size } else { size }
    }

    /// Appends the number without trailing zeros; below 10^-7 with an exponent.
    pub fn write(self, out: &mut Vec<u8>) {
        if self.0 < 0 {
            out.push(b'-');
        }
        let (digits, decade) = self.parts();
        let mut buffer = itoa::Buffer::new();
        if decade == 0 {
            const ONE: i64 = 10i64.pow(PLACES as u32);
            out.extend_from_slice(buffer.format(digits / ONE).as_bytes());
            // The leading digit keeps the zeros after the point.
            let fraction = buffer.format(digits % ONE + ONE).as_bytes();
            match shortened(&fraction[1..]) {
                [] => {}
                fraction => {
                    out.push(b'.');
                    out.extend_from_slice(fraction);
                }
            }
        } else if decade <= PLAIN {
            out.extend_from_slice(&b"0.000000"[..2 + decade]);
            out.extend_from_slice(shortened(buffer.format(digits).as_bytes()));
        } else {
            let digits = shortened(buffer.format(digits).as_bytes());
            out.push(digits[0]);
            if digits.len() > 1 {
                out.push(b'.');
                out.extend_from_slice(&digits[1..]);
            }
            out.extend_from_slice(b"e-");
            out.extend_from_slice(itoa::Buffer::new().format(decade + 1).as_bytes());
        }
    }

    /// The digits as an integer, and the number of its decimals above four.
    fn parts(self) -> (i64, usize) {
        let key = self.0.saturating_abs();
        if key >= BASE + LEAST {
            return (key - BASE, 0);
        }
        if key < LEAST {
            return (0, 0);
        }
        let above = key - LEAST;
        (LEAST + above % DECADE, (DECADES - above / DECADE) as usize)
    }
}

/// The integer of a number between zero and 0.1. Digits that round up to 10,000 become the first
/// number of the next decade.
#[inline(never)]
fn small(size: f64) -> i64 {
    let mut decade = 1;
    while decade + PLACES < EXACT && size * TENS[decade + 1] < 1.0 {
        decade += 1;
    }
    let scaled = size * TENS[decade + PLACES];
    let (decade, digits) = if scaled >= LEAST as f64 {
        (decade, scaled.round() as i64)
    } else {
        tiny(size)
    };
    (DECADES - decade as i64) * DECADE + digits
}

/// Decade and digits of a smaller number.
fn tiny(size: f64) -> (usize, i64) {
    // An f32 is such a fraction: odd * 2^-halvings.
    let (mut odd, mut halvings) = (size, 0);
    while odd.fract() != 0.0 {
        odd *= 2.0;
        halvings += 1;
    }
    // m * 10^k / 2^h is m * 5^k, shifted. The product has at most 120 bits.
    let halves = |decimals: usize| {
        let product = odd as u128 * 5u128.pow(decimals as u32);
        let shift: u32 = halvings - decimals as u32 - 1;
        product.checked_shr(shift).unwrap_or(0) as i64
    };
    let mut decade = EXACT - PLACES;
    while (decade as i64) < DECADES - 1 && halves(decade + PLACES) < 2 * LEAST {
        decade += 1;
    }
    (decade, (halves(decade + PLACES) + 1) / 2)
}

/// The digits without trailing zeros.
fn shortened(digits: &[u8]) -> &[u8] {
    let kept = digits.iter().rposition(|&digit| digit != b'0');
    &digits[..kept.map_or(0, |last| last + 1)]
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = Vec::new();
        self.write(&mut text);
        f.write_str(&String::from_utf8_lossy(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn four_digits_or_four_decimals_are_written() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (0.5, "0.5"),
            (0.87341, "0.8734"),
            (0.000_341_23, "0.0003412"),
            (0.000_04, "0.00004"),
            (0.099_996, "0.1"),
            (0.009_999_4, "0.009999"),
            (12.345_67, "12.3457"),
            (1200.0, "1200"),
            (-0.25, "-0.25"),
            (-0.000_01, "-0.00001"),
            (-3.0, "-3"),
            (1.234_56e-7, "0.0000001235"),
            (9.876_54e-8, "9.877e-8"),
            (2e-12, "2e-12"),
            (f32::MIN_POSITIVE, "1.175e-38"),
            (f32::from_bits(1), "1.401e-45"),
            (f32::NAN, "0"),
        ];
        for (score, text) in cases {
            assert_eq!(Value::new(score).to_string(), text);
        }
    }

    #[test]
    fn thousandths_round_half_up_and_stay_in_range() {
        let cases = [
            (0.0, 0),
            (0.0004, 0),
            (0.0005, 1),
            (0.98766, 988),
            (0.9994, 999),
            (0.9995, 1000),
            (1.0, 1000),
        ];
        for (score, thousandths) in cases {
            assert_eq!(Value::new(score).thousandths(), thousandths, "{score}");
        }
        assert_eq!(Value::new(-2.0).thousandths(), 0);
        assert_eq!(Value::new(f32::MAX).thousandths(), 1000);
        assert_eq!(Value::new(f32::NAN).thousandths(), 0);
    }

    /// The same by decimal text: the exact expansion of the number, cut and rounded by hand.
    fn naive(score: f32) -> String {
        // An f32 has at most 149 decimals.
        let exact = format!("{:.160}", f64::from(score.abs()));
        let point = exact.find('.').unwrap();
        let mut digits: Vec<u8> = exact.bytes().filter(|&byte| byte != b'.').collect();
        let Some(first) = digits.iter().position(|&digit| digit != b'0') else {
            return "0".to_owned();
        };
        let keep = (first + 4).max(point + 4);
        let up = digits[keep] >= b'5';
        digits.truncate(keep);
        if up {
            let mut at = keep;
            loop {
                if at == 0 {
                    digits.insert(0, b'1');
                    break;
                }
                at -= 1;
                if digits[at] < b'9' {
                    digits[at] += 1;
                    break;
                }
                digits[at] = b'0';
            }
        }
        let whole = point + digits.len() - keep;
        let text = String::from_utf8(digits).unwrap();
        let text = format!("{}.{}", &text[..whole], &text[whole..]);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    /// Of decimal text without a sign, with or without an exponent, the plain form.
    fn plain(text: &str) -> String {
        let Some((digits, exponent)) = text.split_once("e-") else {
            return text.to_owned();
        };
        let zeros = exponent.parse::<usize>().unwrap() - 1;
        format!("0.{}{}", "0".repeat(zeros), digits.replace('.', ""))
    }

    fn any_size() -> impl Strategy<Value = f32> {
        let finite = any::<f32>().prop_filter("in range", |x| x.abs() < 1e14);
        prop_oneof![
            finite,
            0.0f32..1.0,
            -30.0f32..30.0,
            (0.0f32..1.0, 0i32..46).prop_map(|(x, decade)| x * 10f32.powi(-decade)),
            (1u32..20_000, 0i32..12).prop_map(|(m, decade)| m as f32 / 10f32.powi(decade)),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn text_is_that_of_the_exact_number_rounded(score in any_size()) {
            let text = Value::new(score).to_string();
            let (sign, size) = match text.strip_prefix('-') {
                Some(size) => ("-", size),
                None => ("", text.as_str()),
            };
            prop_assert_eq!(plain(size), naive(score));
            let negative = score < 0.0 && size != "0";
            prop_assert_eq!(sign, if negative { "-" } else { "" });
        }

        #[test]
        fn text_reads_back_to_the_same_value(score in any_size()) {
            let value = Value::new(score);
            let text = value.to_string();
            prop_assert_eq!(Value::new(text.parse().unwrap()), value);
            let near = (value.to_f64() - f64::from(score)).abs();
            prop_assert!(near <= 0.5e-3 * f64::from(score.abs()), "{} {}", score, text);
        }

        #[test]
        fn order_is_kept(a in any_size(), b in any_size()) {
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            prop_assert!(Value::new(low) <= Value::new(high));
            prop_assert!(Value::new(low).to_f64() <= Value::new(high).to_f64());
            prop_assert_eq!(Value::new(-low), Value(-Value::new(low).0));
        }

        #[test]
        fn neighbours_are_the_next_integers(key in 0i64..BASE + 20_000) {
            // The least f32 is 1401e-48, and the next ones leave numbers between them out.
            let value = Value(key.max(LEAST + DECADE * 7));
            prop_assert_eq!(Value::new(value.to_f64() as f32), value);
        }
    }
}
