#!/usr/bin/env sh
# Rewrites the lock files from the *.in files. Needs `uv`. The base lock follows the dev lock, so that
# what is tested is what is shipped.
set -eu
cd "$(dirname "$0")"
lock() { uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --quiet "$@"; }
lock dev.in -o dev.txt
lock base.in -c dev.txt -o base.txt
lock node.in -o node.txt
