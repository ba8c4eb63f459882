#!/usr/bin/env bash
# usage: mbedtls.sh bookworm|trixie
#
# Unpacks Debian's source package of mbedTLS, patches applied and signatures checked, and prints the folder, for
# -DSLUICE_MBEDTLS_SOURCE. No root, and this machine's apt is left as it is. A folder that is there is kept: remove it to get a
# newer version. SLUICE_DEBIAN_MIRROR names another mirror, SLUICE_DEBIAN_SECURITY_MIRROR one of the security archive.
set -euo pipefail
suite=$1
cd "$(dirname "$(readlink -f "$0")")/.."
dir=$PWD/build/mbedtls/$suite
[ -e "$dir/CMakeLists.txt" ] && { echo "$dir"; exit 0; }

mirror=${SLUICE_DEBIAN_MIRROR:-http://deb.debian.org/debian}
security=${SLUICE_DEBIAN_SECURITY_MIRROR:-http://deb.debian.org/debian-security}
echo "mbedtls: fetching the source package of Debian $suite" >&2
mkdir -p "$(dirname "$dir")"
work=$(mktemp -d "$dir.partial.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists,cache/archives}/partial
printf 'deb-src %s %s main\ndeb-src %s %s-security main\n' "$mirror" "$suite" "$security" "$suite" >"$work/sources.list"
options=(-qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists"
  -o "Dir::Cache=$work/cache" -o APT::Sandbox::User="$(id -un)")
apt-get "${options[@]}" update >&2
(cd "$work" && apt-get "${options[@]}" source mbedtls >&2)
rm -rf "$dir"
mv "$work"/mbedtls-*/ "$dir"
echo "$dir"
