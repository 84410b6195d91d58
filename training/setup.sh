#!/usr/bin/env bash
# usage: setup.sh [--cuda]
#
# Puts libtorch's headers and CPU libraries into training/libtorch. Needs python3 with pip, and
# 3 GB of disk while it works (500 MB after). --cuda adds the CUDA libraries: 10 GB while it works
# (5 GB after).
set -euo pipefail
cd "$(dirname "$0")"

wanted=(requirements.txt)
case ${1:-} in
'') ;;
--cuda) wanted+=(requirements-cuda.txt) ;;
*)
    sed -n '2s/^# //p' "$0" >&2
    exit 2
    ;;
esac
if [ -e libtorch/complete ] && cat "${wanted[@]}" | cmp -s - libtorch/complete; then
    echo "libtorch is there"
    exit 0
fi
rm -rf libtorch libtorch.wheels
trap 'rm -rf libtorch.wheels' EXIT
# The wheels are taken apart, not run: their Python version does not matter.
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --no-deps --require-hashes --only-binary=:all: --no-compile --no-cache-dir \
    --python-version 3.12 --implementation cp \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 \
    --platform manylinux_2_25_x86_64 --platform manylinux_2_18_x86_64 \
    --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
    --target libtorch.wheels "${wanted[@]/#/--requirement=}"
mkdir -p libtorch/lib
mv libtorch.wheels/torch/include libtorch/include
for library in libtorch.so libtorch_cpu.so libc10.so libgomp.so.1; do
    mv libtorch.wheels/torch/lib/$library libtorch/lib/
done
if [ "${1:-}" = --cuda ]; then
    mv libtorch.wheels/torch/lib/{lib*cuda*,libtorch_nvshmem}.so libtorch/lib/
    find libtorch.wheels/nvidia -name '*.so*' -exec mv {} libtorch/lib/ \;
else
    find libtorch.wheels/nvidia -name 'libcudart.so.13' -exec mv {} libtorch/lib/ \;
    find libtorch.wheels/nvidia -name 'libcupti.so.13' -exec mv {} libtorch/lib/ \;
fi
cat "${wanted[@]}" >libtorch/complete
echo "libtorch is ready"
