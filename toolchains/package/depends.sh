#!/usr/bin/env bash
# usage: depends.sh READELF PROGRAM [SYSROOT]
#
# Prints a Depends: line for PROGRAM: the packages of the libraries that it is linked with, by what the sysroot's packages
# say of themselves, or this machine's. (dpkg-shlibdeps would need those of the other architecture installed.)
set -euo pipefail
readelf=$1 program=$2 sysroot=${3:-}
here=$(dirname "$(readlink -f "$0")")

if [ -n "$sysroot" ]; then
  libraries=$(cat "$sysroot/.libraries")
else
  libraries=$("$here/libraries.sh")
fi
"$readelf" -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | while read -r file; do
  dependency=$(awk -v name="${file%%.so.*}" -v version="${file#*.so.}" \
    '$1 == name && $2 == version { $1 = $2 = ""; sub(/^ +/, ""); print; exit }' <<<"$libraries")
  [ -n "$dependency" ] || { echo "depends: no package has $file" >&2; exit 1; }
  echo "$dependency"
done | sort -u | { cat; echo adduser; } | paste -sd, | sed 's/,/, /g'
