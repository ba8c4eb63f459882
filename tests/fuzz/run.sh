#!/usr/bin/env bash
# Runs the fuzzers of a build, one after the other: run.sh BIN_DIR [SECONDS_EACH] [NAME...]
# Findings are left in build/fuzz/findings; put a minimised one into corpus/NAME and it is a test.
set -euo pipefail
bin=$(readlink -f "$1")
seconds=${2:-60}
shift $(($# < 2 ? $# : 2))
corpus=$(dirname "$(readlink -f "$0")")/corpus
findings=$(dirname "$bin")/findings
mkdir -p "$findings"

names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for path in "$bin"/fuzz_*; do names+=("$(basename "$path" | sed 's/^fuzz_//')"); done
fi

for name in "${names[@]}"; do
  work=$(mktemp -d)
  echo "fuzz: $name for $seconds s"
  if ! "$bin/fuzz_$name" -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$findings/$name-" \
    "$work" "$corpus/$name" >"$findings/$name.log" 2>&1; then
    tail -n 40 "$findings/$name.log"
    echo "fuzz: $name FAILED, see $findings"
    exit 1
  fi
  grep -E 'number_of_executed_units|peak_rss_mb' "$findings/$name.log"
  rm -rf "$work"
done
echo "fuzz: ok, ${#names[@]} fuzzers clean"
