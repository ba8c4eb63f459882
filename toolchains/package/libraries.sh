#!/usr/bin/env bash
# usage: libraries.sh [DEB...]
#
# Prints what these packages, or else those installed on this machine, say about their shared libraries, as in
# deb-shlibs(5): name, version, and what to depend on for it. A package that names no bound has to be at least what was
# built with.
set -euo pipefail

# with_bound PACKAGE VERSION: what another package provides has no version to compare.
with_bound() {
  local upstream=${2%-*}
  awk -v package="${1%:*}" -v bound="(>= ${upstream%+*})" \
    '$1 !~ /:$/ { print NF == 3 && $3 == package ? $0 " " bound : $0 }'
}

if [ $# -gt 0 ]; then
  for deb in "$@"; do
    { dpkg-deb -I "$deb" shlibs 2>/dev/null || true; } |
      with_bound "$(dpkg-deb -f "$deb" Package)" "$(dpkg-deb -f "$deb" Version)"
  done
else
  dpkg-query -W -f '${binary:Package} ${Version}\n' | while read -r package version; do
    # Libraries for other architectures have the same names.
    case $package in *-cross | lib32* | libx32*) continue ;; esac
    file=/var/lib/dpkg/info/$package.shlibs
    [ ! -e "$file" ] || with_bound "$package" "$version" <"$file"
  done
fi
