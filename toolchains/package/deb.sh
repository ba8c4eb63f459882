#!/usr/bin/env bash
# usage: deb.sh amd64|arm64|armhf [--suite bookworm|trixie] [--test]
#
# Makes build/packages/sluice_VERSION_ARCH.deb for that Debian release, after building what it needs. A version such as
# 0.1.0-1~deb13 says for which, and is below the same one for the next release. With --test also a second one, 0.1.0-2~deb13,
# to upgrade to.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
usage() { echo "usage: ./run deb amd64|arm64|armhf [--suite bookworm|trixie] [--test]" >&2; exit 2; }
arch=${1:-} suite=bookworm releases=1
[ $# -gt 0 ] && shift
while [ $# -gt 0 ]; do
  case $1 in
    --suite) suite=${2:-}; shift 2 || usage ;;
    --suite=*) suite=${1#*=}; shift ;;
    --test) releases="1 2"; shift ;;
    *) usage ;;
  esac
done
case $arch in amd64 | arm64 | armhf) ;; *) usage ;; esac
case $suite in bookworm) debian=deb12 ;; trixie) debian=deb13 ;; *) usage ;; esac

build=$(toolchains/configure.sh "$arch" "$suite")
cmake --build "$build" --target sluice manual ${SLUICE_BUILD_JOBS:+-j "$SLUICE_BUILD_JOBS"}
mkdir -p build/packages
log=build/packages/cpack-$arch-$suite.log
for release in $releases; do
  cpack --config "$build/CPackConfig.cmake" -B "$PWD/build/packages/$arch-$suite" \
    -D "CPACK_DEBIAN_PACKAGE_RELEASE=$release~$debian" >"$log" || { cat "$log" >&2; exit 1; }
  package=$(sed -n 's/.*package: \(.*\.deb\) generated.*/\1/p' "$log")
  mv "$package" build/packages/
  rm -rf "build/packages/$arch-$suite"
  package=build/packages/$(basename "$package")
  echo "deb: $package, $(stat -c %s "$package") bytes"
done
