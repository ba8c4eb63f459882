#!/usr/bin/env bash
# usage: run.sh [--all]
#
# Format, layers, names, scripts, mutexes, what each file includes, clang-tidy. The last two take a quarter of a minute a source: they
# look at what the last commits and the working tree have changed, clang-tidy without the unit tests; with --all at every file. Called
# by `./run lint`, which installs what it needs.
set -euo pipefail
cd "$(dirname "$0")/../.."
recent_commits=10
all=no
[ "${1:-}" = --all ] && all=yes

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

# Sources and headers that the last commits and the working tree have changed; with --all every one.
looked_at() {
  local since
  if [ "$all" = yes ]; then
    git ls-files "$@"
  else
    since=$(git rev-parse --verify -q "HEAD~$recent_commits" || git rev-list --max-parents=0 HEAD | tail -n 1)
    git diff --name-only --diff-filter=d "$since" -- "$@"
    git ls-files --others --exclude-standard "$@"
  fi
}

echo "lint: what mutexes guard"
cmake --preset lint >/dev/null
cmake --build build/lint --target sluice_generated >/dev/null
/usr/bin/python3 tests/lint/thread_safety.py build/lint

echo "lint: each file compiles by itself, with g++"
looked_at '*.cc' 'gateway/*.h' 'firmware_sim/*.h' | /usr/bin/python3 tests/lint/compiles_alone.py build/lint

echo "lint: clang-tidy"
looked_at '*.cc' ':!tests/unit' |
  xargs -r -P "$(nproc)" -n 2 clang-tidy-19 -p build/lint --quiet --extra-arg=-Wno-unknown-warning-option

echo "lint: ok"
