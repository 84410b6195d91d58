//! The example is what its generator makes, and has the rows of the README.

#[path = "../../examples/synthesize/contig.rs"]
mod contig;
#[path = "../../examples/synthesize/gene.rs"]
mod gene;
#[path = "../../examples/synthesize/random.rs"]
mod random;

const FASTA: &str = include_str!("../../examples/example.fa");
const GENES: &str = include_str!("../../examples/example.genes.bed");
const TRUTH: &str = include_str!("../../examples/example.truth.bed");

fn bases() -> Vec<u8> {
    FASTA.lines().skip(1).flat_map(str::bytes).collect()
}

#[test]
fn committed_files_are_current() {
    let contig = contig::synthesize();
    assert!(
        contig.fasta() == FASTA,
        "run: cargo run --example synthesize -- examples"
    );
    assert!(
        contig.genes() == GENES,
        "run: cargo run --example synthesize -- examples"
    );
    assert!(
        contig.truth() == TRUTH,
        "run: cargo run --example synthesize -- examples"
    );
}

#[test]
fn every_exon_start_of_the_truth_stands_behind_an_acceptor() {
    let bases = bases();
    let mut strands = [0, 0];
    for row in TRUTH.lines() {
        let columns: Vec<_> = row.split('\t').collect();
        let at: usize = columns[1].parse().unwrap();
        match columns[5] {
            "+" => {
                assert!(bases[at - 2..at].eq_ignore_ascii_case(b"AG"), "{row}");
                strands[0] += 1;
            }
            _ => {
                assert!(bases[at + 1..at + 3].eq_ignore_ascii_case(b"CT"), "{row}");
                strands[1] += 1;
            }
        }
    }
    assert!(strands.iter().all(|&count| count >= 20), "{strands:?}");
}

#[test]
fn genes_have_the_exons_of_the_truth() {
    let mut starts = Vec::new();
    for row in GENES.lines() {
        let columns: Vec<_> = row.split('\t').collect();
        let numbers = |text: &str| -> Vec<usize> {
            text.split(',')
                .map(|number| number.parse().unwrap())
                .collect()
        };
        let (start, end): (usize, usize) =
            (columns[1].parse().unwrap(), columns[2].parse().unwrap());
        let (sizes, offsets) = (numbers(columns[10]), numbers(columns[11]));
        assert_eq!(columns[9], sizes.len().to_string());
        assert_eq!(
            start + offsets[sizes.len() - 1] + sizes[sizes.len() - 1],
            end
        );
        let exons = offsets.iter().zip(&sizes);
        match columns[5] {
            "+" => starts.extend(exons.skip(1).map(|(offset, _)| (start + offset, '+'))),
            _ => {
                let ends = exons.map(|(offset, size)| (start + offset + size - 1, '-'));
                starts.extend(ends.take(sizes.len() - 1));
            }
        }
    }
    starts.sort_unstable();
    let truth = TRUTH.lines().map(|row| {
        let columns: Vec<_> = row.split('\t').collect();
        (columns[1].parse().unwrap(), columns[5].parse().unwrap())
    });
    assert_eq!(starts, truth.collect::<Vec<(usize, char)>>());
}

#[test]
fn composition_is_like_that_of_a_human_contig() {
    let bases = bases();
    let known = bases.iter().filter(|&&base| base != b'N').count();
    let gc = bases.iter().filter(|base| b"GCgc".contains(base)).count() as f64 / known as f64;
    assert_eq!(bases.len(), 200_000);
    assert_eq!(bases.len() - known, 2_000);
    assert!((0.39..0.43).contains(&gc), "{gc}");
}
