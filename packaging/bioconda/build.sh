#!/bin/bash
set -euxo pipefail

cargo-bundle-licenses --format yaml --output THIRDPARTY.yml
cargo install --locked --no-track --root "$PREFIX" --path .
install -D -m 644 man/windrow.1 "$PREFIX/share/man/man1/windrow.1"
install -D -m 644 completions/windrow.bash "$PREFIX/share/bash-completion/completions/windrow"
install -D -m 644 completions/_windrow "$PREFIX/share/zsh/site-functions/_windrow"
install -D -m 644 completions/windrow.fish "$PREFIX/share/fish/vendor_completions.d/windrow.fish"
