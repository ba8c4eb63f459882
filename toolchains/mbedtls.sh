#!/usr/bin/env bash
# usage: mbedtls.sh
#
# Unpacks the newest source package of mbedTLS 3.6 that Debian has, patches applied and signatures checked, and prints the folder,
# for -DSLUICE_MBEDTLS_SOURCE. Whatever release the program is built for, it links this one: a release's own package waits for
# security updates. No root, and this machine's apt is left as it is. A folder that is there is kept: remove it to get a newer
# version. SLUICE_DEBIAN_MIRROR names another mirror, SLUICE_DEBIAN_SECURITY_MIRROR one of the security archive.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
dir=$PWD/build/mbedtls/source
[ -e "$dir/CMakeLists.txt" ] && { echo "$dir"; exit 0; }

mirror=${SLUICE_DEBIAN_MIRROR:-http://deb.debian.org/debian}
security=${SLUICE_DEBIAN_SECURITY_MIRROR:-http://deb.debian.org/debian-security}
echo "mbedtls: fetching Debian's newest source package" >&2
mkdir -p "$(dirname "$dir")"
work=$(mktemp -d "$dir.partial.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists,cache/archives}/partial
{
  echo "deb-src $mirror trixie main"
  echo "deb-src $mirror sid main"
  echo "deb-src $security trixie-security main"
} >"$work/sources.list"
options=(-qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists"
  -o "Dir::Cache=$work/cache" -o APT::Sandbox::User="$(id -un)")
apt-get "${options[@]}" update >&2
version=$(apt-cache "${options[@]}" showsrc mbedtls | sed -n 's/^Version: \(3\.6\..*\)/\1/p' | sort -V | tail -n 1)
[ -n "$version" ] || { echo "mbedtls: $mirror has no mbedTLS 3.6" >&2; exit 1; }
(cd "$work" && apt-get "${options[@]}" source "mbedtls=$version" >&2)
rm -rf "$dir"
mv "$work"/mbedtls-*/ "$dir"
echo "$dir"
