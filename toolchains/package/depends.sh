#!/usr/bin/env bash
# usage: depends.sh READELF PROGRAM
#
# Prints a Depends: line for PROGRAM: the packages of the libraries it is linked with. dpkg-shlibdeps cannot read a
# program for another architecture here, but in one Debian release a library's package has the same name on all of
# them, so this machine's own is asked; it has to have them installed, and to be of the release built for.
set -euo pipefail
readelf=$1 program=$2

# The library's own package may need at least the version that was built with.
bound() {
  case $1 in
    libc6 | libstdc++6) echo "$1 (>= $(dpkg-query -W -f '${Version}' "$1" | sed 's/^[0-9]*://; s/[-+].*//' | cut -d. -f1,2))" ;;
    *) echo "$1" ;;
  esac
}

"$readelf" -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | while read -r library; do
  case $library in
    ld-linux* | libc.so.* | libm.so.*) package=libc6 ;;
    *) package=$(dpkg-query -S "*/$library" 2>/dev/null | grep -v '^diversion' | grep -v -- '-cross:' |
        grep -m 1 "linux-gnu[a-z]*/$library\$" | cut -d: -f1) ;;
  esac
  [ -n "$package" ] || { echo "depends: no package has $library" >&2; exit 1; }
  bound "$package"
done | sort -u | { cat; echo adduser; } | paste -sd, | sed 's/,/, /g'
