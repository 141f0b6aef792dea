#!/bin/sh
# Measure a suite twice with the same code and compare: no cell should be called slower.
#
#     tests/benchmarks/unchanged.sh [FOLDER] [options of `graphbench suite smoke`]
#
# The exit code is that of `compare --fail-slower 5%`: 0 if every cell was judged as it should be.
set -eu
folder=${1:-$(mktemp -d)}
[ $# -gt 0 ] && shift
mkdir -p "$folder"
for side in before after; do
    graphbench suite smoke --engines igraph,scipy,networkx --rounds 3 --fresh "$@" --store "$folder/$side.jsonl" \
        >"$folder/$side.txt" 2>"$folder/$side.log" || echo "the $side run ended with $?: see $folder/$side.log" >&2
done
exec graphbench compare "$folder/before.jsonl" "$folder/after.jsonl" --fail-slower 5%
