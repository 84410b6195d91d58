//! From raw outputs to written values, and which raw outputs make rows.

use crate::call::{Threshold, share};
use crate::model::Contract;
use crate::value::{Quantity, Value};

/// The quantity of a model's tracks: the rate, if the model has a background.
pub fn track_quantity(contract: &Contract) -> Quantity {
    match contract.background.is_empty() {
        true => Quantity::Probability,
        false => Quantity::Rate,
    }
}

/// Least rate that is written. What a tenth of a genome reaches is its base line, which is 0: a track
/// has a few values there instead of one a position.
const LEAST_RATE: f64 = 1.0;

/// A raw output below which the track of a label is at its base line.
pub fn base_line(contract: &Contract, label: usize) -> f32 {
    match contract.background.get(label) {
        // Down, since it is rounded.
        Some(background) => background.raw_at(10f64.powf(-LEAST_RATE)).next_down(),
        None => f32::NEG_INFINITY,
    }
}

/// The written value of a raw output of a label.
pub fn value(quantity: Quantity, contract: &Contract, label: usize, output: f32) -> Value {
    Value::new(match quantity {
        Quantity::Probability => contract.probability(label, output),
        Quantity::Logit => output,
        Quantity::Rate => (contract.background.get(label))
            .map(|background| background.rarity(output))
            .filter(|&rate| rate >= LEAST_RATE)
            .map_or(0.0, |rate| rate as f32),
    })
}

/// The least raw output of a label that makes a row.
pub fn threshold_output(contract: &Contract, label: usize, asked: Threshold) -> f32 {
    let background = contract.background.get(label);
    match (asked, asked.least(), background) {
        (_, Some(least), _) => least_output(contract, label, Value::new(least)),
        (Threshold::Rate(rate), _, Some(background)) => background.raw_at(share(rate, contract)),
        _ => f32::INFINITY,
    }
}

/// The least raw output of a label whose value is at least `least`; infinite if there is none.
/// Values are monotone in raw outputs, so it is found by bisection.
fn least_output(contract: &Contract, label: usize, least: Value) -> f32 {
    let reaches = |output: f32| Value::new(contract.probability(label, output)) >= least;
    // Integers in the order of the numbers whose bits they are.
    let number = |key: i32| f32::from_bits((key ^ (key >> 31 & i32::MAX)) as u32);
    let key = |number: f32| number.to_bits() as i32 ^ (number.to_bits() as i32 >> 31 & i32::MAX);
    let (mut below, mut found) = (i64::from(key(f32::MIN)) - 1, i64::from(key(f32::INFINITY)));
    while found - below > 1 {
        let middle = (below + found).div_euclid(2);
        if reaches(number(middle as i32)) {
            found = middle;
        } else {
            below = middle;
        }
    }
    number(found as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{self, Output};
    use proptest::prelude::*;

    #[test]
    fn what_a_tenth_of_the_genome_reaches_has_the_rate_zero() {
        let contract = model::load("exon-start").unwrap().contract;
        let written = |output| value(Quantity::Rate, &contract, 0, output);
        let tenth = contract.background[0].raw_at(0.1);
        assert_eq!(written(tenth - 0.1), Value::new(0.0));
        let base = base_line(&contract, 0);
        assert!(base <= tenth && tenth - base < 1e-5);
        assert_eq!(written(base.next_down()), Value::new(0.0));
        assert!(written(tenth + 0.1) > Value::new(1.0));
    }

    proptest! {
        #[test]
        fn an_output_makes_a_row_exactly_when_its_value_does(
            least in -2.0f32..2.0,
            output in prop_oneof![-60.0f32..20.0, any::<f32>().prop_filter("finite", |x| x.is_finite())],
            is_value in any::<bool>(),
        ) {
            let mut contract = model::load("exon-start").unwrap().contract;
            if is_value {
                contract.output = Output::Value;
            }
            let least = Value::new(least);
            let value = Value::new(contract.probability(0, output));
            prop_assert_eq!(output >= least_output(&contract, 0, least), value >= least);
        }
    }
}
