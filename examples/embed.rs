//! Annotates the FASTA on standard input with a bundled model, as `windrow` does.

use windrow::{Annotator, Error, Model};

fn main() -> Result<(), Error> {
    let model = Model::bundled("exon-start")?;
    let annotator = Annotator::builder().model(model).min_score(0.5).build()?;
    let ledger = annotator.calls_of(std::io::stdin(), |call| {
        let contig = String::from_utf8_lossy(&call.contig);
        println!("{contig}\t{}\t{}\t{:.4}", call.start, call.end, call.value);
        Ok(())
    })?;
    eprintln!("{} records, {} bases", ledger.records, ledger.bases);
    Ok(())
}
