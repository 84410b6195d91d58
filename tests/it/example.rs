//! The example in the repository is what its generator makes, and is what the README says it is.

#[path = "../../examples/synthesize/contig.rs"]
mod contig;
#[path = "../../examples/synthesize/gene.rs"]
mod gene;
#[path = "../../examples/synthesize/random.rs"]
mod random;

const FASTA: &str = include_str!("../../examples/example.fa");
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
fn composition_is_like_that_of_a_human_contig() {
    let bases = bases();
    let known = bases.iter().filter(|&&base| base != b'N').count();
    let gc = bases.iter().filter(|base| b"GCgc".contains(base)).count() as f64 / known as f64;
    assert_eq!(bases.len(), 200_000);
    assert_eq!(bases.len() - known, 2_000);
    assert!((0.39..0.43).contains(&gc), "{gc}");
}
