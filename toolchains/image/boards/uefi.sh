#!/usr/bin/env bash
# usage: uefi.sh PACKAGES STAGE: adds systemd-boot to the FAT partition's files, with an entry for slot-a.
set -euo pipefail
packages=$1 stage=$2
mkdir -p "$stage"/{EFI/BOOT,loader/entries}
cp "$packages/usr/lib/systemd/boot/efi/systemd-bootaa64.efi" "$stage/EFI/BOOT/BOOTAA64.EFI"
printf 'timeout 0\neditor no\ndefault slot-*\n' >"$stage/loader/loader.conf"
# An entry's name counts its boots: slot-a+3.conf has three tries to become good.
"$(dirname "$0")/../entry.sh" slot-a 1 >"$stage/loader/entries/slot-a+3.conf"
