#!/usr/bin/env bash
# usage: deb.sh amd64|arm64|armhf
#
# Makes build/packages/sluice_VERSION_ARCH.deb from build/release or build/ARCH, which is built first if need be.
# SLUICE_PACKAGE_RELEASE is the last part of the version (1).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
arch=$1

if [ "$arch" = amd64 ]; then
  build=build/release
  cmake --preset release >/dev/null
else
  build=build/$arch
  toolchains/sysroot.sh bookworm "$arch" "$PWD/build/sysroot/bookworm-$arch"
  cmake --preset "$arch" >/dev/null
fi
cmake --build "$build" --target sluice manual ${SLUICE_BUILD_JOBS:+-j "$SLUICE_BUILD_JOBS"}
mkdir -p build/packages
cpack --config "$build/CPackConfig.cmake" -B "$PWD/build/packages" \
  -D "CPACK_DEBIAN_PACKAGE_RELEASE=${SLUICE_PACKAGE_RELEASE:-1}" >"build/packages/cpack-$arch.log" ||
  { cat "build/packages/cpack-$arch.log" >&2; exit 1; }
rm -rf build/packages/_CPack_Packages
package=$(sed -n 's/.*package: \(.*\.deb\) generated.*/\1/p' "build/packages/cpack-$arch.log")
echo "deb: ${package#"$PWD/"}, $(stat -c %s "$package") bytes"
