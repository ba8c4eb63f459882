#!/usr/bin/env bash
# usage: cross.sh arm64|armhf [--suite bookworm|trixie] [--build-only]
#
# Builds for a board, with the tuned mbedTLS (mbedtls.sh), and runs the unit tests and the fuzzers' corpora under
# qemu-user. Programs are in build/arm64/bin (build/arm64-trixie/bin for the newer suite), their debug information beside
# them in *.debug.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

usage() { echo "usage: ./run cross arm64|armhf [--suite bookworm|trixie] [--build-only]" >&2; exit 2; }
arch=${1:-} suite=bookworm build_only=
[ $# -gt 0 ] && shift
while [ $# -gt 0 ]; do
  case $1 in
    --suite) suite=${2:-}; shift 2 || usage ;;
    --suite=*) suite=${1#*=}; shift ;;
    --build-only) build_only=1; shift ;;
    *) usage ;;
  esac
done
case $arch in
  arm64) triple=aarch64-linux-gnu qemu="qemu-aarch64 -cpu cortex-a53" ;;
  armhf) triple=arm-linux-gnueabihf qemu="qemu-arm -cpu cortex-a15" ;;
  *) usage ;;
esac
sysroot=$PWD/build/sysroot/$suite-$arch
build=$(toolchains/configure.sh "$arch" "$suite")
cmake --build "$build" ${SLUICE_BUILD_JOBS:+-j "$SLUICE_BUILD_JOBS"}

for program in sluice sluice-fleet; do
  file=$build/bin/$program
  echo "$program: $(stat -c %s "$file") bytes stripped, $(stat -c %s "$file.debug") bytes of debug information; needs" \
    "$("$triple-readelf" -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | xargs)"
done
[ -n "$build_only" ] && exit 0

# One start of the emulator a program: ctest's one a case would take four times as long.
passed=0 failed=()
log=$build/tests.log
: >"$log"
for program in "$build"/bin/unit_*; do
  case $program in *.*) continue ;; esac
  output=$($qemu -L "$sysroot" "$program" --gtest_brief=1 2>&1) || failed+=("$(basename "$program")")
  echo "$output" >>"$log"
  cases=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) tests\?\.$/\1/p' <<<"$output")
  echo "$(basename "$program"): ${cases:-no} tests passed"
  passed=$((passed + ${cases:-0}))
done
for program in "$build"/bin/fuzz_*; do
  name=$(basename "$program")
  $qemu -L "$sysroot" "$program" "tests/fuzz/corpus/${name#fuzz_}" >>"$log" 2>&1 || failed+=("$name")
done
if [ "${#failed[@]}" -gt 0 ]; then
  grep -E -A 12 'Failure$|FAILED|ERROR|Check failed' "$log" | head -n 100
  echo "cross: $arch failed: ${failed[*]}; see $log" >&2
  exit 1
fi
echo "cross: $arch ok, $passed tests passed"
