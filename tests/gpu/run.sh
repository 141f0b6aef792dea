#!/usr/bin/env bash
# All that proves the GPU engines, in one go: conformance, the loader's benchmarks, the published algorithms on real
# graphs, the reference records, the eight published graphs, growth with size, several GPUs, and how much fits into
# 32 GiB. What matters most comes first, so that a run that is cut off is useful.
#
#   tests/gpu/run.sh FOLDER [option of `graphbench suite` ...]
#
# Results and logs go to FOLDER as they come. Cut off, it resumes: finished steps are skipped, and so are tasks whose
# current record is in FOLDER/records.jsonl. ONLY="published async" runs these steps alone. Exit code 0 when every step
# ended well.
set -uo pipefail
cd "$(dirname "$0")/../.."
out=$(mkdir -p "$1" && cd "$1" && pwd); shift
failed=0

step() { # NAME COMMAND...: run once, keep the log
  local name=$1; shift
  case " ${ONLY:-$name} " in *" $name "*) ;; *) return ;; esac
  [ -e "$out/$name.done" ] && { echo "== $name: done before"; return; }
  echo "== $name: $*"
  if "$@" >"$out/$name.log" 2>&1; then touch "$out/$name.done"; else failed=1; fi
  tail -n 3 "$out/$name.log"
}

suite() { # STEP FILE [OPTION...]: a suite beside this script
  local name=$1 file=$2; shift 2
  step "$name" python3 -m graphbench suite "tests/gpu/$file.toml" --store "$out/records.jsonl" "$@"
}

step doctor python3 -m graphbench doctor
step conformance python3 -m pytest -p no:cacheprovider -q -m gpu tests --benchmark-skip
step loader env DEVICE_LOADER="$out/device-loader.jsonl" \
  python3 -m pytest -p no:cacheprovider -q tests/benchmarks/test_device_loader.py --benchmark-only -o addopts=

# CuPy compiles kernels in the first process on a machine: here, and in no record that is kept.
step compile python3 -m graphbench suite tests/gpu/published.toml --store "$out/compile.jsonl" \
  --engines cugraph,pylibcugraph,nx-cugraph --datasets karate --allocators default --trials 1
layers=cugraph,pylibcugraph
suite published published --allocators default "$@"
suite networkx networkx --algorithms bfs,jaccard,pagerank,sssp,triangle-count,wcc "$@"
suite async published --allocators async "$@"
suite direction published --engines pylibcugraph --algorithms bfs --allocators default,async --direction-optimizing "$@"
suite conversion published --engines nx-cugraph --algorithms bfs,louvain,pagerank --allocators default --from-networkx "$@"
suite order published --engines $layers --algorithms bfs,pagerank --allocators default --no-renumber "$@"
suite networkx-louvain networkx --algorithms louvain "$@"
suite pools published --engines $layers --algorithms bfs,pagerank --allocators pool,managed "$@"

for name in reuse references families directed; do suite $name $name "$@"; done
step deck python3 -m graphbench suite deck --store "$out/records.jsonl" \
  --algorithms bfs,jaccard,leiden,louvain,pagerank,sssp,triangle-count,wcc "$@"
step scale python3 -m graphbench scale pagerank rmat:scale=22..26,edgefactor=16,by=cugraph,directed=1 \
  --store "$out/records.jsonl"
gpus=$(nvidia-smi --list-gpus 2>/dev/null | wc -l)
suite several several --gpus "$(seq -s, "$gpus")" "$@"
[ "$gpus" -ge 4 ] && for name in billions largest; do suite $name $name --gpus "$gpus" "$@"; done
step capacity python3 -m graphbench capacity bfs jaccard louvain pagerank sssp triangle-count wcc \
  --device-memory 32GiB --store "$out/records.jsonl"
exit $failed
