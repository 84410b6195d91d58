//! Scores as they are written: decimal numbers with four places.

/// A probability or predicted value in ten-thousandths.
///
/// Scores are rounded before they are compared with anything, so that engines whose last bits
/// differ make the same calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value(i64);

const PLACES: u32 = 4;
const ONE: i64 = 10i64.pow(PLACES);

impl Value {
    /// The nearest value; out of range saturates, NaN is zero.
    pub fn new(score: f32) -> Self {
        Self((f64::from(score) * ONE as f64).round() as i64)
    }

    /// BED's score: thousandths, held within 0..=1000.
    pub fn thousandths(self) -> u16 {
        const STEP: i64 = ONE / 1000;
        (self.0.saturating_add(STEP / 2).div_euclid(STEP)).clamp(0, 1000) as u16
    }

    pub fn to_f64(self) -> f64 {
        self.0 as f64 / ONE as f64
    }

    /// Appends the number with all four decimals.
    pub fn write(self, out: &mut Vec<u8>) {
        if self.0 < 0 {
            out.push(b'-');
        }
        let (whole, fraction) = (
            self.0.unsigned_abs() / ONE as u64,
            self.0.unsigned_abs() % ONE as u64,
        );
        out.extend_from_slice(itoa::Buffer::new().format(whole).as_bytes());
        out.push(b'.');
        // The leading one keeps the zeros behind the point.
        let digits = fraction + ONE as u64;
        out.extend_from_slice(&itoa::Buffer::new().format(digits).as_bytes()[1..]);
    }
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

    #[test]
    fn four_decimals_are_written() {
        let cases = [
            (0.0, "0.0000"),
            (1.0, "1.0000"),
            (0.5, "0.5000"),
            (0.00004, "0.0000"),
            (0.00006, "0.0001"),
            (12.34567, "12.3457"),
            (-0.25, "-0.2500"),
            (-0.00001, "0.0000"),
            (-3.0, "-3.0000"),
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
}
