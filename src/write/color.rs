//! Colours of labels and strands in browsers.

use crate::model::{Contract, Task};
use crate::sequence::Strand;

/// Largest component of a colour: dark enough to be seen on white.
const BRIGHT: u16 = 200;
/// Degrees of hue from one label to the next. It is coprime to 360, so that no two of a model's at
/// most 256 labels have the same hue, and neighbours differ much.
const TURN: u16 = 137;

/// Red, green and blue of a label. The task sets the hue of the first label, each further label
/// adds a turn, and the reverse strand has half the brightness.
pub fn color(contract: &Contract, label: usize, strand: Strand) -> [u8; 3] {
    let first: u16 = match contract.task {
        Task::ExonStart => 213,
        Task::Promoter => 11,
        Task::Enhancer => 40,
        Task::BindingSite => 158,
        Task::Expression => 278,
    };
    let turned = u16::try_from(label % 360).unwrap_or_default() * TURN % 360;
    let bright = match strand {
        Strand::Forward | Strand::Both => BRIGHT,
        Strand::Reverse => BRIGHT / 2,
    };
    of_hue((first + turned) % 360, bright)
}

/// The saturated colour of a hue in degrees.
fn of_hue(hue: u16, bright: u16) -> [u8; 3] {
    let rising = bright * (hue % 60) / 60;
    let falling = bright - rising;
    let [red, green, blue] = match hue / 60 {
        0 => [bright, rising, 0],
        1 => [falling, bright, 0],
        2 => [0, bright, rising],
        3 => [0, falling, bright],
        4 => [rising, 0, bright],
        _ => [bright, 0, falling],
    };
    [red, green, blue].map(|part| u8::try_from(part).unwrap_or(u8::MAX))
}

/// Appends a colour as browsers take it, such as `0,90,200`.
pub fn write(color: [u8; 3], out: &mut Vec<u8>) {
    for (at, part) in color.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        super::number(part.into(), out);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::model;

    #[test]
    fn labels_and_strands_have_colours_of_their_own() {
        let contract = model::load("exon-start").unwrap().contract;
        assert_eq!(color(&contract, 0, Strand::Forward), [0, 90, 200]);
        assert_eq!(color(&contract, 0, Strand::Reverse), [0, 45, 100]);
        let all: HashSet<_> = (0..256)
            .flat_map(|label| {
                [Strand::Forward, Strand::Reverse].map(|strand| color(&contract, label, strand))
            })
            .collect();
        assert_eq!(all.len(), 2 * 256);
    }

    #[test]
    fn a_colour_is_three_numbers() {
        let mut text = Vec::new();
        write([0, 90, 200], &mut text);
        assert_eq!(text, b"0,90,200");
    }
}
