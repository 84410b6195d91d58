//! VCF, GTF and GFF, which are often given instead of BED or FASTA. They are refused with advice.

use std::io::Read;

use bstr::ByteSlice;

/// Bytes of a text that are examined: headers of GTF have a few lines of comments.
const HEAD: u64 = 1 << 16;

/// A format of intervals on contigs that windrow does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadFormat {
    Bcf,
    Gff,
    Vcf,
}

impl UnreadFormat {
    /// The format of a line (without line break): by its header, or for GTF and GFF by its columns.
    pub fn of(line: &[u8]) -> Option<Self> {
        if line.starts_with(b"BCF\x02") {
            return Some(Self::Bcf);
        }
        if line.starts_with(b"##fileformat=VCF") {
            return Some(Self::Vcf);
        }
        if line.starts_with(b"##gff-version") {
            return Some(Self::Gff);
        }
        let columns: Vec<_> = line.splitn_str(10, b"\t").collect();
        let [_, _, _, start, end, _, strand, phase, _] = columns[..] else {
            return None;
        };
        let is_number = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
        let is_gff = is_number(start)
            && is_number(end)
            && matches!(strand, b"+" | b"-" | b"." | b"?")
            && matches!(phase, b"0" | b"1" | b"2" | b".");
        is_gff.then_some(Self::Gff)
    }

    /// The format of a text, by the first line that shows one.
    pub fn of_text(text: impl Read) -> Option<Self> {
        let mut head = Vec::new();
        text.take(HEAD).read_to_end(&mut head).ok()?;
        head.lines().find_map(Self::of)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Bcf => "BCF",
            Self::Gff => "GTF or GFF",
            Self::Vcf => "VCF",
        }
    }

    /// The command that turns a file into BED.
    pub fn to_bed(self) -> &'static str {
        match self {
            Self::Bcf | Self::Vcf => r"bcftools query -f '%CHROM\t%POS0\t%END\n' FILE",
            Self::Gff => {
                r#"awk -F'\t' -v OFS='\t' '!/^#/ {print $1, $4 - 1, $5, $3, ".", $7}' FILE"#
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_a_header_or_by_columns() {
        for (line, expected) in [
            (&b"##fileformat=VCFv4.3"[..], Some(UnreadFormat::Vcf)),
            (b"BCF\x02\x02\x10", Some(UnreadFormat::Bcf)),
            (b"##gff-version 3", Some(UnreadFormat::Gff)),
            (
                b"c\tx\texon\t5\t9\t.\t+\t.\tgene_id \"a\"",
                Some(UnreadFormat::Gff),
            ),
            (b"c\tx\tCDS\t5\t9\t1.5\t-\t0\tID=a", Some(UnreadFormat::Gff)),
            (b"c\t5\t9", None),
            (b"c\t5\t9\tn\t0\t+\t5\t9\t0", None),
            (b"c\t5\t9\tn\t0\t+\t5\t9\t0\t1\t4\t0", None),
            (b"# a comment", None),
        ] {
            assert_eq!(UnreadFormat::of(line), expected, "{}", line.as_bstr());
        }
    }
}
