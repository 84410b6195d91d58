#!/usr/bin/env bash
# Bases per second on real sequence, beside onnxruntime scoring the same windows one by one.
# Usage: WINDROW_DATA=folder benches/rates.sh [--model NAME|PATH] [--rounds N] [--pytorch]
set -euo pipefail
cd "$(dirname "$0")/.."
: "${WINDROW_DATA:?names the folder that holds genome/dev_human_hg38_parts.fa.gz}"

venv=scratch/bench-venv
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet numpy onnxruntime
fi
case " $* " in *" --pytorch "*)
    "$venv/bin/python" -c 'import onnx2torch' 2>/dev/null || "$venv/bin/pip" install --quiet torch==2.11.0 onnx2torch
esac
cargo build --release --locked
exec "$venv/bin/python" benches/rates.py --data "$WINDROW_DATA" "$@"
