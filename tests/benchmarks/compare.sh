#!/usr/bin/env bash
# The project's own benchmarks on two commits: tests/benchmarks/compare.sh OLD NEW [what to give pytest ...]
#
# Both get the tests of NEW, so that what is timed is the same and only what it is timed on differs. Exits 1 where a
# median grew by more than $FAIL (default 10%). What follows NEW goes to pytest, for instance -k certificate.
set -euo pipefail
if [ $# -lt 2 ]; then sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; fi
repository=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
old=$(git -C "$repository" rev-parse --verify "$1^{commit}")
new=$(git -C "$repository" rev-parse --verify "$2^{commit}")
fail=${FAIL:-10%}
shift 2

work=$(mktemp -d)
cleanup() {
  for side in old new; do git -C "$repository" worktree remove --force "$work/$side" 2>/dev/null || true; done
  rm -rf "$work"
}
trap cleanup EXIT

git -C "$repository" worktree add --quiet --detach "$work/old" "$old"
git -C "$repository" worktree add --quiet --detach "$work/new" "$new"
rm -rf "$work/old/tests"
cp -r "$work/new/tests" "$work/old/tests"
cp "$work/new/pyproject.toml" "$work/old/pyproject.toml"

measure() { # in worktree $1, with what follows; its package goes before an installed one, in child processes too
  local side=$1
  shift
  printf '\n== %s: %s\n' "$side" "$(git -C "$work/$side" log -1 --format='%h %s')"
  (cd "$work/$side" && PYTHONPATH=$PWD python3 -m pytest tests/benchmarks -n 0 -q -p no:cacheprovider -p no:graphbench --timeout 0 \
    --benchmark-storage="file://$work/saved" --benchmark-save="$side" --benchmark-columns=median,iqr,rounds "$@" 2>&1) |
    sed '/^Traceback (most recent call last)/,$d' # a slowdown ends pytest-benchmark with one, after saying what it was
}

measure old "$@" || [ $? -eq 1 ] # a benchmark that OLD cannot run has nothing to be compared with
measure new --benchmark-compare=0001 --benchmark-compare-fail="median:$fail" --benchmark-group-by=fullname "$@"
