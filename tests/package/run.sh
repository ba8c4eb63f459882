#!/usr/bin/env bash
# usage: run.sh amd64|arm64|armhf [--suite bookworm|trixie] [--test]
#
# Tests the two packages that `deb.sh ... --test` has made: in a chroot, and under systemd in a virtual machine where qemu's
# is fit for it. Needs root; another architecture than this machine's needs binfmt_misc.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
options=(--arch "$1" --packages build/packages --bin build/release/bin)
shift
for argument in "$@"; do
  [ "$argument" = --test ] || options+=("$argument")
done
/usr/bin/python3 tests/package/upgrade.py "${options[@]}"
case ${options[1]} in amd64 | arm64) /usr/bin/python3 tests/package/boot_systemd.py "${options[@]}" ;; esac
