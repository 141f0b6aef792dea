#!/usr/bin/env bash
# All that proves the GPU engines, in one go: conformance, the loader's benchmarks, the reference records, the eight
# published graphs, growth with size, several GPUs, and how much fits into 32 GiB.
#
#   tests/gpu/run.sh FOLDER [option of `graphbench suite` ...]
#
# Results and logs go to FOLDER as they come. Cut off, it resumes: finished steps are skipped, and so are tasks whose
# current record is in FOLDER/records.jsonl. Exit code 0 when every step ended well.
set -uo pipefail
cd "$(dirname "$0")/../.."
out=$(mkdir -p "$1" && cd "$1" && pwd); shift
failed=0

step() { # NAME COMMAND...: run once, keep the log
  local name=$1; shift
  [ -e "$out/$name.done" ] && { echo "== $name: done before"; return; }
  echo "== $name: $*"
  if "$@" >"$out/$name.log" 2>&1; then touch "$out/$name.done"; else failed=1; fi
  tail -n 3 "$out/$name.log"
}

suite() { # NAME [OPTION...]: the suite beside this script
  local name=$1; shift
  step "$name" python3 -m graphbench suite "tests/gpu/$name.toml" --store "$out/records.jsonl" "$@"
}

step doctor python3 -m graphbench doctor
step conformance python3 -m pytest -p no:cacheprovider -q -m gpu tests --benchmark-skip
step loader python3 -m pytest -p no:cacheprovider -q tests/benchmarks/test_device_loader.py --benchmark-only \
  --benchmark-json="$out/loader.json" -o addopts=
for name in reuse published shapes references networkx families directed; do suite "$name" "$@"; done
step deck python3 -m graphbench suite deck --store "$out/records.jsonl" \
  --algorithms bfs,jaccard,leiden,louvain,pagerank,sssp,triangle-count,wcc "$@"
step scale python3 -m graphbench scale pagerank rmat:scale=22..26,edgefactor=16,by=cugraph,directed=1 \
  --store "$out/records.jsonl"
gpus=$(nvidia-smi --list-gpus | wc -l)
suite several --gpus "$(seq -s, "$gpus")" "$@"
[ "$gpus" -ge 4 ] && for name in billions largest; do suite "$name" --gpus "$gpus" "$@"; done
step capacity python3 -m graphbench capacity bfs jaccard louvain pagerank sssp triangle-count wcc \
  --device-memory 32GiB --store "$out/records.jsonl"
exit $failed
