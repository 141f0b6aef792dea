#!/usr/bin/env bash
# All that is measured on machines with GPUs, in steps: conformance, the published algorithms, every other algorithm,
# capacity, several GPUs. What matters most comes first, so that a run that is cut off is useful.
#
#   tests/gpu/run.sh FOLDER [option of `graphbench suite` ...]
#
# Results and logs go to FOLDER as they come. Each step has a time limit. Cut off, it resumes: finished steps are
# skipped, and so are tasks whose current record is in FOLDER/*.jsonl. ONLY="published async" runs these steps alone.
# ONLY can name a group, too; each takes about half an hour: headline, what README's table shows; others, what stands
# beside it: the plain script, other shapes, twins; families, every other algorithm; two-gpus, the largest graphs on two
# GPUs and how much fits; estimates, references and conformance. Steps run in the order of this script. Exit code 0 when
# every step ended well.
set -uo pipefail
cd "$(dirname "$0")/../.."
out=$(mkdir -p "$1" && cd "$1" && pwd); shift
failed=0
# A step that goes on alone would disturb whatever is measured next.
trap 'trap - TERM INT; kill $(jobs -p); wait; exit 143' TERM INT
gpus=$(nvidia-smi --list-gpus 2>/dev/null | wc -l) cores=$(nproc)
case "${ONLY:-}" in
  headline) ONLY="compile headline headline-searches headline-igraph networkx networkx-jaccard again again-searches
    compare match-louvain" ;;
  others) ONLY="compile plain networkx-louvain match-leiden shapes twins" ;;
  families) ONLY="compile-families families-gpu families-cpu directed-gpu directed-cpu families-networkx
    directed-networkx spectral" ;;
  two-gpus) ONLY="series two two-undirected capacity" ;;
  estimates) ONLY="compile references conformance loader" ;;
esac
ONLY=${ONLY:+$(echo $ONLY)} # names with one space between them

step() { # NAME SECONDS COMMAND...: run once, at most so long, and keep the log
  local name=$1 limit=$2; shift 2
  case " ${ONLY:-$name} " in *" $name "*) ;; *) return ;; esac
  [ -e "$out/$name.done" ] && { echo "== $name: done before"; return; }
  echo "== $name: $*"
  local start=$SECONDS
  timeout --kill-after=30 "$limit" "$@" >"$out/$name.log" 2>&1 &
  if wait $!; then touch "$out/$name.done"; else failed=1; fi
  tail -n 3 "$out/$name.log"
  echo "== $name: $((SECONDS - start)) s of $limit"
}

suite() { # STEP SECONDS FILE STORE [OPTION...]: a suite beside this script
  local name=$1 limit=$2 file=$3 store=$4; shift 4
  step "$name" "$limit" python3 -m graphbench suite "tests/gpu/$file.toml" --store "$out/$store.jsonl" "$@"
}

published() { # STEP [OPTION...]
  local name=$1; shift
  suite "$name" 1800 published records "$@"
}

step doctor 60 python3 -m graphbench doctor
step conformance 1200 python3 -m pytest -p no:cacheprovider -q -m gpu tests --benchmark-skip
step loader 600 env DEVICE_LOADER="$out/device-loader.jsonl" \
  python3 -m pytest -p no:cacheprovider -q tests/benchmarks/test_device_loader.py --benchmark-only -o addopts=

# CuPy compiles kernels in the first process on a machine: here, and in no record that is kept.
suite compile 300 published compile \
  --engines cugraph,pylibcugraph,nx-cugraph --datasets karate --allocators default --trials 1
layers=cugraph,pylibcugraph
others=jaccard,leiden,louvain,pagerank,triangle-count,wcc
headline() { # STEP STORE ENGINES [OPTION...]: 8 minutes for six engines
  local name=$1 store=$2 engines=$3; shift 3
  suite "$name" 600 headline "$store" --engines "$engines" --algorithms $others --trials 5 "$@"
  suite "$name-searches" 400 headline "$store" --engines "$engines" --algorithms bfs,sssp --budget 3 "$@"
}
headline headline records cugraph,pylibcugraph,nx-cugraph,networkit,scipy,graphblas "$@"
suite headline-igraph 300 headline records --engines igraph --trials 4 "$@"
suite networkx 900 networkx records --algorithms bfs,pagerank,sssp,triangle-count,wcc "$@"
suite networkx-jaccard 600 networkx records --algorithms jaccard --trials 1 "$@"
suite networkx-louvain 600 networkx records --algorithms louvain --trials 1 "$@"
plain() { # Each library measured by graphbench and right after it by a plain script: a host changes within minutes.
  local name mtx=$out/coAuthorsDBLP/coAuthorsDBLP.mtx
  tar xzf "$(python3 -m graphbench fetch coAuthorsDBLP | cut -f2)" -C "$out" && : >"$out/plain.jsonl" || return
  for name in cugraph pylibcugraph networkit scipy igraph networkx; do
    python3 -m graphbench suite tests/gpu/headline.toml --engines $name --algorithms bfs,pagerank,wcc --trials 7 \
      --store "$out/beside-plain.jsonl" &&
      python3 tests/gpu/plain.py "$mtx" "$out/beside-plain.jsonl" $name >>"$out/plain.jsonl" || return
  done
}
export -f plain; export out
step plain 700 bash -c plain
headline again again cugraph,pylibcugraph,networkit,scipy,graphblas "$@"
step compare 60 python3 -m graphbench compare "$out/records.jsonl" "$out/again.jsonl"
for name in leiden louvain; do
  step "match-$name" 300 python3 -m graphbench $name coAuthorsDBLP --match-quality --budget 2 --timeout 60 \
    --engines cugraph,pylibcugraph,networkit --baseline networkit --store "$out/matched.jsonl"
done
published published --allocators default "$@"
published async --allocators async "$@"
published direction --engines pylibcugraph --algorithms bfs --allocators default,async --direction-optimizing "$@"
published conversion --engines nx-cugraph --algorithms bfs,louvain,pagerank --allocators default --from-networkx "$@"
published order --engines $layers --algorithms bfs,pagerank --allocators default --no-renumber "$@"
suite twins 900 twins records "$@"
suite shapes 400 shapes records "$@"
published pools --engines $layers --algorithms bfs,pagerank --allocators pool,managed "$@"

# One graph on each number of GPUs, all in one cluster for each: 11 minutes on two, half of them to check the answers.
suite several 900 several several --gpus "$(seq -s, "$gpus")" "$@"
# A series of graphs on each number of GPUs, with one cluster for each number: about 2 minutes on two.
series=rmat:scale=22..24,edgefactor=16,by=cugraph,directed=1
[ "$gpus" -ge 2 ] && step series 180 python3 -m graphbench scale pagerank $series \
  --gpus "$(seq -s, "$gpus")" --store "$out/several.jsonl"

# How much fits into 32 GiB. Earlier searches say where to begin, so that two to five graphs are tried for each problem:
# about 12 minutes for an engine.
like=(); for file in reports/records/*capacity*.jsonl; do [ -e "$file" ] && like+=(--like "$file"); done
both() { # COMMAND [OPTION...]: of both engines at the same time, if there are two GPUs: each has one, and half the cores
  if [ "$gpus" -lt 2 ]; then
    "$1" cugraph 0 "$cores" "${@:2}"; local first=$?
    "$1" pylibcugraph 0 "$cores" "${@:2}" && return $first
  else
    "$1" cugraph 0 $((cores / 2)) "${@:2}" & local first=$!
    "$1" pylibcugraph 1 $((cores / 2)) "${@:2}"; local second=$?
    wait $first && return $second
  fi
}
beside() { # GPU CORES COMMAND...: with that GPU; where there are several, on the cores of its place, too
  local place=(taskset --cpu-list "$(($1 * $2))-$((($1 + 1) * $2 - 1))")
  [ "$gpus" -lt 2 ] && place=(env)
  CUDA_VISIBLE_DEVICES=$1 "${place[@]}" "${@:3}"
}
capacity() { # ENGINE GPU CORES [OPTION...]
  beside "$2" "$3" python3 -m graphbench capacity pagerank bfs louvain wcc sssp jaccard triangle-count \
    --engine "$1" --device-memory 32GiB "${@:4}" --store "$out/capacity-$1.jsonl"
}
references() { # ENGINE GPU CORES [OPTION...]
  local engines=${1/#cugraph/cugraph,nx-cugraph}
  beside "$2" "$3" python3 -m graphbench suite tests/gpu/references.toml --engines "$engines" "${@:4}" \
    --store "$out/references-$1.jsonl"
}
export -f both beside capacity references; export cores out gpus
step capacity 900 bash -c 'both capacity "$@"' both "${like[@]}"

# Every other algorithm: about 1, 3 and 4 minutes; the largest directed graph that two GPUs hold: about 5 minutes.
all_cpu=networkit,igraph,scipy,graphblas,scikit-network all_gpu=cugraph,pylibcugraph,nx-cugraph
quick=$(sed -n '/^algorithms = /,/^]/p' tests/gpu/families.toml | grep -o '"[^"]*"' | tr -d '"' | grep -v spectral | paste -sd,)
suite compile-families 150 families compile --engines $all_gpu --datasets karate --trials 1
suite families-gpu 300 families families --engines $all_gpu "$@"
suite families-cpu 360 families families --engines $all_cpu --algorithms "$quick" "$@"
[ "$gpus" -ge 2 ] && suite two 420 two several --gpus 2 "$@"

# Directed graphs: about 3 minutes each; the largest undirected graph that two GPUs hold: 5 minutes; NetworkX: 3 minutes
# each; partitions that take the CPU engines longest: 3 minutes.
suite directed-gpu 240 directed families --engines $all_gpu "$@"
suite directed-cpu 300 directed families --engines $all_cpu "$@"
[ "$gpus" -ge 2 ] && suite two-undirected 420 two_undirected several --gpus 2 "$@"
suite families-networkx 400 families families --engines networkx --timeout 150 "$@"
suite directed-networkx 300 directed families --engines networkx --timeout 150 "$@"
suite spectral 300 families families --engines $all_cpu --algorithms spectral-balanced-cut,spectral-modularity \
  --threads max "$@"

[ "$gpus" -ge 4 ] && for name in billions largest; do suite $name 900 $name several --gpus "$gpus" "$@"; done
step references 2400 bash -c 'both references "$@"' both "$@"
step deck 3600 python3 -m graphbench suite deck --store "$out/records.jsonl" \
  --algorithms bfs,jaccard,leiden,louvain,pagerank,sssp,triangle-count,wcc "$@"
step scale 600 python3 -m graphbench scale pagerank rmat:scale=22..26,edgefactor=16,by=cugraph,directed=1 \
  --store "$out/records.jsonl"
exit $failed
