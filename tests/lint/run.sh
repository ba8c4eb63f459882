#!/usr/bin/env bash
# Format, layers, self-contained headers, shell syntax. Called by `./run lint`, which installs what it needs.
set -euo pipefail
cd "$(dirname "$0")/../.."

echo "lint: format"
git ls-files '*.h' '*.cc' | xargs clang-format --dry-run --Werror

echo "lint: layers"
/usr/bin/python3 tests/lint/layers.py

echo "lint: every cited rule has a test"
/usr/bin/python3 tests/lint/rule_ids.py --strict

echo "lint: scripts"
git ls-files '*.sh' run .ci/run | xargs -n 1 bash -n
git ls-files '*.py' | xargs /usr/bin/python3 -m py_compile

echo "lint: every header compiles by itself"
cmake --preset dev >/dev/null
cmake --build build/dev --target all_verify_interface_header_sets

echo "lint: ok"
