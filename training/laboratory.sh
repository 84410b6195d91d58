#!/usr/bin/env bash
# usage: laboratory.sh [--search] [SYSTEM ...]
#
# Runs every row of the laboratory (all systems, or some of: genomic ibis attention exons dream), one
# after another, on one core; a row that has a result is passed over, and a run that was cut goes on.
# Headline rows are run with three seeds. --search adds the random searches. At the end, RESULTS.md.
# TRAIN names the program, if it is not to be built here.
set -uo pipefail
cd "${LABORATORY:-$(dirname "$0")}"
train=${TRAIN:-cargo run --release --locked --quiet --}
mkdir -p runs
failed=0
searches=false
systems=()
for word in "$@"; do
    case $word in
    --search) searches=true ;;
    genomic | ibis | attention | exons | dream) systems+=("$word") ;;
    *)
        sed -n '2s/^# //p' "$0" >&2
        exit 2
        ;;
    esac
done
[ ${#systems[@]} -gt 0 ] || systems=(genomic ibis attention exons dream)

# VERB RECIPE [SEED]: the recipe with the seed in place of its own.
row() {
    local verb=$1 recipe=recipes/$2 seed=${3:-} name options=()
    name=${2/.toml/}
    name=${name/:/-}
    if [ -n "$seed" ]; then
        name=$name-seed$seed
        options=(--set "seed=$seed" --name "$name")
    fi
    [ "$verb" = search ] && name=$name.search
    [ -e "results/$name.json" ] && return
    echo "$(date -u +%H:%M) $verb $name"
    if ! $train "$verb" "$recipe" "${options[@]}" >"runs/$name.out" 2>&1; then
        echo "failed: $(tail -1 "runs/$name.out")"
        failed=1
    fi
}

# SEEDS RECIPE ...: each with its own seed, and with so many more.
rows() {
    local more=$1 recipe seed
    shift
    for recipe in "$@"; do
        row run "$recipe"
        for seed in $(seq 2 $((more + 1))); do
            row run "$recipe" "$seed"
        done
    done
}

genomic() {
    rows 2 genomic.toml:{basic,final,logits,flat}-cohn genomic.toml:{basic,final}-fly
    rows 0 genomic.toml:{logits,flat}-{fly,ienhancer,mouse,nhlf} \
        genomic.toml:{basic,final}-{ienhancer,mouse,nhlf} \
        genomic.toml:{normed,augmented,stopped,excite}-{cohn,fly,ienhancer,mouse,nhlf}
}

ibis() {
    rows 2 ibis.toml:{cebpa,jun}-35
    rows 0 ibis.toml:{ctcfl,elk1,foxa1,gabpa,gata3,myc,rest,srf,tead4,usf1,usf2,yy1,znf143}-35 \
        ibis.toml:gm-{gabpa,rest,srf,usf1,usf2,yy1,znf143}-35 ibis.toml:heads-{cebpa,jun}-35 \
        ibis.toml:{cebpa,jun}-{40,ratio5,ratio10,onecycle,embedded,lstm}
}

attention() {
    row run dna2vec.toml:human
    rows 2 attention.toml:4-{cohn,nhlf}
    rows 0 attention.toml:{3,5,6,7,8,slow,fast,batch64,token,heads,places,convolved,mean,all}-{cohn,nhlf}
    row run dna2vec.toml:species
    rows 0 attention.toml:species-{cohn,nhlf}
}

exons() {
    row run dna2vec.toml:human
    rows 2 exons.toml:{simple,attention,complex,enhanced}-201-strand exons.toml:excite-{201,301}-strand \
        exons.toml:enhanced-101-strand
    rows 0 exons.toml:{residual,dilated,hybrid,searched,words,blocks,composed}-{101,201,301}-strand \
        exons.toml:{simple,attention,complex,excite}-101-strand \
        exons.toml:{simple,attention,complex,enhanced}-301-strand \
        exons.toml:{simple,attention,complex,enhanced,excite,residual,dilated,hybrid,searched,words}-{101,201,301}-column
    $searches && row search exons.toml:searched-201-strand
}

dream() {
    rows 0 dream.toml:published \
        dream.toml:{short,exponential,maxpool,meanpool,stacked,l2,momentum,unflanked,strands}
    $searches && row search dream.toml:published
}

for system in "${systems[@]}"; do
    $system
done
$train report
exit $failed
