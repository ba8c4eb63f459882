#!/usr/bin/env bash
# usage: deb.sh amd64|arm64|armhf [bookworm|trixie]
#
# Makes build/packages/sluice_VERSION_ARCH.deb for that Debian release, after building what it needs. A version such as
# 0.1.0-1~deb13 says for which, and is below the same one for the next release. SLUICE_PACKAGE_RELEASE is the number behind
# the hyphen (1).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
arch=$1 suite=${2:-bookworm}
case $suite in
  bookworm) debian=deb12 ;;
  trixie) debian=deb13 ;;
  *) echo "deb: suite '$suite' is neither bookworm nor trixie" >&2; exit 2 ;;
esac

build=$(toolchains/configure.sh "$arch" "$suite")
cmake --build "$build" --target sluice manual ${SLUICE_BUILD_JOBS:+-j "$SLUICE_BUILD_JOBS"}
mkdir -p build/packages
log=build/packages/cpack-$arch-$suite.log
cpack --config "$build/CPackConfig.cmake" -B "$PWD/build/packages/$arch-$suite" \
  -D "CPACK_DEBIAN_PACKAGE_RELEASE=${SLUICE_PACKAGE_RELEASE:-1}~$debian" >"$log" || { cat "$log" >&2; exit 1; }
package=$(sed -n 's/.*package: \(.*\.deb\) generated.*/\1/p' "$log")
mv "$package" build/packages/
rm -rf "build/packages/$arch-$suite"
package=build/packages/$(basename "$package")
echo "deb: $package, $(stat -c %s "$package") bytes"
