#!/usr/bin/env bash
# Every recipe of the laboratory in turn, on one core; what has a result is passed over, and a run
# that was cut goes on. Each run ends by the minutes that its recipe allows.
set -uo pipefail
cd "$(dirname "$0")"
train=${TRAIN:-cargo run --release --quiet --}
mkdir -p runs

run() {
    local verb=$1 recipe=$2 suffix=${3:-} name
    name=$(basename "${recipe/.toml/}" | tr : -)
    [ -e "results/$name$suffix.json" ] && return
    echo "$(date -u +%H:%M) $verb $recipe"
    $train "$verb" "$recipe" >"runs/$name$suffix.out" 2>&1 || echo "failed: see runs/$name$suffix.out"
}

# The word vectors come first: attention.toml is built on them.
run run recipes/dna2vec.toml
# Of each system first what says most.
for recipes in genomic:.*cohn attention:4-cohn ibis:'(cebpa|jun)' exons:.*-201-strand dream \
    exons:.*-201-column genomic attention ibis exons; do
    for recipe in $($train list | cut -f1 | grep -E "^recipes/${recipes/:/.toml:}"); do
        run run "$recipe"
    done
done
run search recipes/dream.toml .search
run search recipes/exons.toml:searched-201-strand .search
