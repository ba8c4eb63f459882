#!/usr/bin/env bash
# usage: sysroot.sh SUITE ARCH DIR
#
# Makes DIR a sysroot from Debian's own packages of that suite and architecture, unpacked, nothing configured: no root,
# no foreign architecture on this machine, nothing run. Needs mmdebstrap. DIR is complete or absent; a complete one whose
# package list is this script's is kept. DIR/.libraries says which package brings which shared library.
# SLUICE_DEBIAN_MIRROR names another mirror.
set -euo pipefail
suite=$1 arch=$2 dir=$3
libraries=$(dirname "$(readlink -f "$0")")/package/libraries.sh
mirror=${SLUICE_DEBIAN_MIRROR:-http://deb.debian.org/debian}

case $suite in
  bookworm) libstdcxx=libstdc++-12-dev ;;
  trixie) libstdcxx=libstdc++-14-dev ;;
  *) echo "sysroot: suite '$suite' is neither bookworm nor trixie" >&2; exit 2 ;;
esac
# flatbuffers-compiler is only there because FlatBuffers' CMake package checks that the file exists.
packages=(libc6-dev "$libstdcxx" libuv1-dev libmbedtls-dev libflatbuffers-dev flatbuffers-compiler
  libpaho-mqttpp-dev libpaho-mqtt-dev libssl-dev libsimdjson-dev libtomlplusplus-dev libcli11-dev
  libspdlog-dev libfmt-dev libxxhash-dev libhttp-parser-dev libwslay-dev libsqlite3-dev libsodium-dev libcctz-dev libcbor-dev
  libnanopb-dev liblz4-dev libgtest-dev libgmock-dev)
stamp="2 $suite $arch ${packages[*]}"
[ "$(cat "$dir/.complete" 2>/dev/null)" = "$stamp" ] && exit 0

echo "sysroot: unpacking Debian $suite for $arch"
mkdir -p "$(dirname "$dir")"
partial=$(mktemp -d "$dir.partial.XXXXXX")
trap 'rm -rf "$partial"' EXIT
# Only the main suite: a point release's security index is now and then out of step between architectures.
include=$(IFS=, && echo "${packages[*]}")
mmdebstrap --quiet --mode=chrootless --variant=extract --architectures="$arch" --include="$include" \
  --extract-hook="'$libraries' \"\$1\"/var/cache/apt/archives/*.deb >\"\$1\"/.libraries" \
  "$suite" "$partial/root" "deb $mirror $suite main"

# The linker and qemu resolve an absolute link against this machine's root.
find "$partial/root" -type l -lname '/*' -printf '%p\n' | while read -r link; do
  ln -sfnr "$partial/root$(readlink "$link")" "$link"
done
# Merged /usr is made by a package's script, which did not run.
for folder in lib lib64; do
  if [ -d "$partial/root/usr/$folder" ] && [ ! -e "$partial/root/$folder" ]; then
    ln -s "usr/$folder" "$partial/root/$folder"
  fi
done
rm -rf "$partial/root/"{dev,tmp,var} "$partial/root/usr/share/"{doc,man,locale,info}
echo "$stamp" >"$partial/root/.complete"
rm -rf "$dir"
mv "$partial/root" "$dir"
