#!/usr/bin/env bash
# usage: run.sh [--all]
#
# Format, layers, names, scripts, self-contained headers, mutexes, clang-tidy. clang-tidy takes a quarter of a minute a source. It looks
# at those that the last commits and the working tree have changed, without the unit tests; with --all at every one. Called by
# `./run lint`, which installs what it needs.
set -euo pipefail
cd "$(dirname "$0")/../.."
recent_commits=10

echo "lint: format"
git ls-files '*.h' '*.cc' | xargs clang-format --dry-run --Werror

echo "lint: layers"
/usr/bin/python3 tests/lint/layers.py --arrows

echo "lint: every cited rule has a test"
/usr/bin/python3 tests/lint/rule_ids.py --strict

echo "lint: every file that a page names exists, every test is registered"
/usr/bin/python3 tests/lint/named_files.py

echo "lint: shell"
git ls-files | while read -r file; do
  case $(head -c 32 "$file" | head -n 1 | tr -d '\0') in '#!'*sh) echo "$file" ;; esac
done | xargs shellcheck -x

echo "lint: Python"
git ls-files '*.py' | xargs /usr/bin/flake8

echo "lint: every header compiles by itself"
cmake --preset dev >/dev/null
cmake --build build/dev --target all_verify_interface_header_sets

echo "lint: what mutexes guard"
/usr/bin/python3 tests/lint/thread_safety.py build/dev

changed() {
  local since
  since=$(git rev-parse --verify -q "HEAD~$recent_commits" || git rev-list --max-parents=0 HEAD | tail -n 1)
  git diff --name-only --diff-filter=d "$since" -- '*.cc' ':!tests/unit'
}
echo "lint: clang-tidy"
if [ "${1:-}" = --all ]; then git ls-files '*.cc'; else changed; fi |
  xargs -r -P "$(nproc)" -n 2 clang-tidy-19 -p build/dev --quiet --extra-arg=-Wno-unknown-warning-option

echo "lint: ok"
