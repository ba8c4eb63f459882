#!/usr/bin/env bash
# usage: configure.sh amd64|arm64|armhf bookworm|trixie
#
# Gets ready for a release build for Debian of that architecture and suite, with the tuned mbedTLS: sysroot, source of mbedTLS,
# a configured build directory, whose name is printed. What packages, images and `./run cross` have in common.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
arch=$1 suite=$2
sysroot=$PWD/build/sysroot/$suite-$arch
build=build/$arch
[ "$suite" = bookworm ] || build=build/$arch-$suite
options=("-DSLUICE_MBEDTLS_SOURCE=$(toolchains/mbedtls.sh)")
case $arch in
  amd64)
    preset=release qemu="qemu-x86_64 -cpu max"
    options+=(-DSLUICE_BENCH=OFF)
    # For Debian 12 it is this machine's own compiler and libraries.
    [ "$suite" = bookworm ] || options+=(--toolchain toolchains/package/x86_64-linux-gnu.cmake)
    ;;
  arm64) preset=arm64 qemu="qemu-aarch64 -cpu cortex-a53" ;;
  armhf) preset=armhf qemu="qemu-arm -cpu cortex-a15" ;;
  *) echo "configure: architecture '$arch' is none of amd64, arm64 and armhf" >&2; exit 2 ;;
esac

[ "$arch-$suite" = amd64-bookworm ] || toolchains/sysroot.sh "$suite" "$arch" "$sysroot" >&2
if [ "$suite" = trixie ]; then
  # libc and libstdc++ have to be the sysroot's, which only clang can be told.
  options+=(-DCMAKE_SYSROOT="$sysroot" -DSLUICE_CROSS_COMPILER=clang)
  # Generated headers only go with their own release's flatc.
  mkdir -p build/tools
  printf '#!/bin/sh\nexec %s -L %s %s/usr/bin/flatc "$@"\n' "$qemu" "$sysroot" "$sysroot" >"build/tools/flatc-$suite-$arch"
  chmod +x "build/tools/flatc-$suite-$arch"
  options+=(-DFLATC="$PWD/build/tools/flatc-$suite-$arch")
  # Debian 13 made time_t 64 bits wide on armhf, and only its own compiler knows by itself.
  [ "$arch" = armhf ] && export CFLAGS="-D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64" CXXFLAGS=-D_TIME_BITS=64
fi
cmake --preset "$preset" -B "$build" "${options[@]}" >/dev/null
echo "$build"
