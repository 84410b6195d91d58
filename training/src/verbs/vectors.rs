//! Vectors of words, trained and checked.

use anyhow::{Result, ensure};

use crate::clock;
use crate::data::genome::read_fasta;
use crate::figures::provenance::{Origin, Provenance};
use crate::figures::vectors::{VectorsResult, check};
use crate::files::write_json;
use crate::recipe::vectors::VectorsRecipe;
use crate::run::vectors::{Vocabulary, path, save, train};

/// Trains, checks, and leaves `vectors.ot` in the run's folder.
pub fn work(recipe: &VectorsRecipe, origin: &Origin) -> Result<()> {
    let [shortest, longest] = recipe.words;
    ensure!(
        0 < shortest && shortest <= 3 && 8 <= longest && longest <= 8,
        "words: 3 to 8"
    );
    let file = path(origin.folder);
    if file.exists() && origin.result.exists() {
        println!("{} is there", file.display());
        return Ok(());
    }
    let vocabulary = Vocabulary { shortest, longest };
    let mut contigs = Vec::new();
    for genome in &recipe.genomes {
        contigs.extend(read_fasta(&origin.data.join(genome))?);
    }
    let start = clock::seconds();
    let vectors = train(recipe, &vocabulary, &contigs);
    let seconds = (clock::seconds() - start).round();
    std::fs::create_dir_all(origin.folder)?;
    save(&vectors, &vocabulary, origin.folder)?;
    let result = VectorsResult {
        kind: "embedding".into(),
        provenance: Provenance::new(origin, recipe.seed, recipe.genomes.clone())?,
        system: recipe.system.clone(),
        vocabulary: vocabulary.size(),
        width: recipe.width,
        bases: recipe.bases,
        seconds,
        checks: check(&vectors, &vocabulary, recipe.seed),
    };
    println!("{:?}", result.checks);
    write_json(&origin.result, &result)
}
