//! Binding-site matrices of JASPAR (Rauluseviciute et al., Nucleic Acids Res 52:D174, 2024), in
//! TRANSFAC format, and the best match of one in a window.

use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::bases::{UNKNOWN, reverse_complement};
use crate::data::genome::open;

pub struct Matrix {
    pub id: String,
    pub name: String,
    /// Log-odds of each base against even bases.
    pub scores: Vec<[f32; 4]>,
}

/// Counts added to each base.
const PSEUDO: f32 = 0.8;

/// All matrices of a file.
pub fn read(path: &Path) -> Result<Vec<Matrix>> {
    let mut matrices = Vec::new();
    let (mut id, mut name, mut scores) = (String::new(), String::new(), Vec::new());
    for (number, line) in BufReader::new(open(path)?).lines().enumerate() {
        let line = line.with_context(|| format!("{}", path.display()))?;
        let place = || format!("{}: line {}", path.display(), number + 1);
        let mut words = line.split_ascii_whitespace();
        match words.next() {
            Some("AC") => id = words.next().unwrap_or_default().to_owned(),
            Some("ID") => name = words.next().unwrap_or_default().to_owned(),
            Some("//") => matrices.push(Matrix {
                id: std::mem::take(&mut id),
                name: std::mem::take(&mut name),
                scores: std::mem::take(&mut scores),
            }),
            Some(row) if row.bytes().all(|b| b.is_ascii_digit()) => {
                let counts: Vec<f32> = words
                    .map(|word| word.parse().with_context(place))
                    .collect::<Result<_>>()?;
                ensure!(counts.len() == 4, "{}: {} counts", place(), counts.len());
                let total = counts.iter().sum::<f32>() + PSEUDO;
                let odds = |base: usize| ((counts[base] + PSEUDO / 4.0) / total * 4.0).ln();
                scores.push(std::array::from_fn(odds));
            }
            _ => {}
        }
    }
    Ok(matrices)
}

impl Matrix {
    /// The best match on either strand; [`NONE`] where the matrix does not fit.
    pub fn best(&self, window: &[u8]) -> f32 {
        let turned = reverse_complement(window);
        let matches = |codes: &[u8]| {
            codes
                .windows(self.scores.len())
                .filter(|site| !site.contains(&UNKNOWN))
                .map(|site| {
                    site.iter()
                        .zip(&self.scores)
                        .map(|(&c, row)| row[c as usize])
                        .sum()
                })
                .fold(NONE, f32::max)
        };
        matches(window).max(matches(&turned))
    }
}

const NONE: f32 = -1e3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bases::encode;

    #[test]
    fn a_site_is_found_on_both_strands() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m");
        let text =
            "AC MA1.1\nID TF\nPO\tA\tC\tG\tT\n01\t9\t0\t0\t0\n02\t0\t9\t0\t0\n03\t0\t9\t0\t0\n//\n";
        std::fs::write(&path, text).unwrap();
        let matrices = read(&path).unwrap();
        let best = |text: &str| matrices[0].best(&encode(text.as_bytes()));
        assert_eq!((matrices.len(), matrices[0].name.as_str()), (1, "TF"));
        assert_eq!(best("TTACCTT"), best("GGTTTTT"));
        assert!(best("TTACCTT") > 3.0 && best("TTTTTTT") < 0.0 && best("AC") == NONE);
    }
}
