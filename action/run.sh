#!/usr/bin/env bash
# One step of a workflow: measures two states, and leaves comment.md, the records and a report in the folder.
# The workflow sets SUITE, BASE, HEAD, INSTALL, ROUNDS, FAIL_SLOWER (may be empty) and FOLDER; it ends with the exit
# code of `graphbench ab`.
set -uo pipefail
mkdir -p "$FOLDER"
options=(--suite "$SUITE" --base "$BASE" --head "$HEAD" --install "$INSTALL" --rounds "$ROUNDS" --output "$FOLDER")
[ -z "$FAIL_SLOWER" ] || options+=(--fail-slower "$FAIL_SLOWER")
{ graphbench ab "${options[@]}" --format markdown 2>&1 >&3 | tee "$FOLDER/log.txt" >&2; } 3>"$FOLDER/changes.md"
code=$?
{
  echo "### graphbench: \`$BASE\` against \`$HEAD\`"
  echo
  if [ -s "$FOLDER/changes.md" ]; then
    cat "$FOLDER/changes.md"
  else
    echo "Nothing was compared: \`graphbench ab\` ended with exit code $code."
    echo
    echo '````text'
    { sed -n '/^Error: /,$p' "$FOLDER/log.txt" | grep . || cat "$FOLDER/log.txt"; } | tail -n 40
    echo '````'
  fi
} >"$FOLDER/comment.md"
# A plugin is installed in the environments of the states, not here; a report needs none.
[ ! -e "$FOLDER/head.jsonl" ] || env -u GRAPHBENCH_PLUGINS graphbench report "$FOLDER/head.jsonl" --output "$FOLDER/report" >&2
cat "$FOLDER/comment.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
{
  echo "comment=$FOLDER/comment.md"
  echo "exit-code=$code"
} >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$code"
