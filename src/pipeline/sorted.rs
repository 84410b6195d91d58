//! Checks whether rows are in the order of `sort -k1,1 -k2,2n`.

/// Contig and start of the last row.
#[derive(Debug, Default)]
pub struct Sorted {
    contig: Vec<u8>,
    start: usize,
    /// The first row that was out of order.
    pub fault: Option<String>,
}

impl Sorted {
    /// Notes sorted rows of a contig, of which the first starts at `first` and the last at `last`.
    pub fn rows(&mut self, contig: &[u8], first: usize, last: usize) {
        if self.fault.is_some() {
            return;
        }
        let shown = |name| String::from_utf8_lossy(name).into_owned();
        if contig < self.contig.as_slice() {
            let (contig, before) = (shown(contig), shown(&self.contig));
            self.fault = Some(format!("{contig} comes after {before}"));
        } else if contig == self.contig && first < self.start {
            let (contig, before) = (shown(contig), self.start);
            self.fault = Some(format!("{contig}:{first} comes after {contig}:{before}"));
        }
        if contig != self.contig {
            contig.clone_into(&mut self.contig);
        }
        self.start = last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(rows: &[(&str, usize, usize)]) -> Option<String> {
        let mut sorted = Sorted::default();
        for &(contig, first, last) in rows {
            sorted.rows(contig.as_bytes(), first, last);
        }
        sorted.fault
    }

    #[test]
    fn contigs_are_sorted_by_their_bytes() {
        assert_eq!(
            fault(&[("chr1", 5, 9), ("chr10", 1, 1), ("chr2", 0, 0)]),
            None
        );
        assert_eq!(fault(&[("B", 5, 5), ("a", 1, 1)]), None);
        let told = Some("chr10 comes after chr2".to_owned());
        assert_eq!(
            fault(&[("chr2", 5, 5), ("chr10", 1, 1), ("chr1", 1, 1)]),
            told
        );
    }

    #[test]
    fn rows_are_sorted_by_their_starts() {
        assert_eq!(fault(&[("c", 5, 9), ("c", 9, 12)]), None);
        let told = Some("c:8 comes after c:9".to_owned());
        assert_eq!(fault(&[("c", 5, 9), ("c", 8, 12)]), told);
    }
}
