#!/usr/bin/env bash
# Puts libtorch's headers and CPU libraries into training/libtorch. Needs python3 with pip, and
# 3 GB of disk while it works (500 MB after).
set -euo pipefail
cd "$(dirname "$0")"

if [ -e libtorch/complete ] && cmp -s requirements.txt libtorch/complete; then
    echo "libtorch is there"
    exit 0
fi
rm -rf libtorch libtorch.wheels
trap 'rm -rf libtorch.wheels' EXIT
# The wheels are taken apart, not run: their Python version does not matter.
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --no-deps --require-hashes --only-binary=:all: --no-compile --no-cache-dir \
    --python-version 3.12 --implementation cp \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_25_x86_64 \
    --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
    --target libtorch.wheels -r requirements.txt
mkdir -p libtorch/lib
mv libtorch.wheels/torch/include libtorch/include
for library in libtorch.so libtorch_cpu.so libc10.so libgomp.so.1; do
    mv libtorch.wheels/torch/lib/$library libtorch/lib/
done
find libtorch.wheels/nvidia -name 'libcudart.so.13' -exec mv {} libtorch/lib/ \;
find libtorch.wheels/nvidia -name 'libcupti.so.13' -exec mv {} libtorch/lib/ \;
cp requirements.txt libtorch/complete
echo "libtorch is ready"
