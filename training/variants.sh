#!/usr/bin/env bash
# Rows for RESULTS.md, and cost.svg: what context, width, depth and kind of block buy at what cost.
# Short runs of one recipe, all with the same seed and number of steps; about 4 minutes each on one core.
set -euo pipefail
cd "$(dirname "$0")"
train=${TRAIN:-cargo run --release --quiet --}

variant() {
    local name=$1
    shift
    local changes=()
    for change in train.steps=3000 train.decay_steps=3000 train.evaluate_every=1000 train.mine_every=1000 "$@"; do
        changes+=(--set "$change")
    done
    $train run recipes/exon-start-base.toml --name "$name" "${changes[@]}"
}

variant base-579
variant context-203 'architecture.blocks=[[1,1],[2,2],[4,4],[4,4],[8,8,10]]'
variant context-79 'architecture.blocks=[[1,1],[1,1],[1,2],[2,2],[2,2,2]]'
variant width-20 architecture.channels=20
variant depth-7 'architecture.blocks=[[1,4],[8,16],[32,32,52]]'
variant separable-64 architecture.separable=true architecture.channels=64 architecture.kernel=9 \
    'architecture.blocks=[[1,1],[2,2],[4,4],[8,8],[8,16,16]]'
variant inception 'architecture={kind="inception",channels=[48,48,48,48,48],dilations=[1,4,16,32,64],pool=101,dense=48}'
