#!/usr/bin/env bash
# usage: raspberry-pi.sh PACKAGES STAGE: adds the firmware of Raspberry Pi 3 and 4 to the FAT partition's files.
#
# os_prefix says in which folder kernel, initramfs, command line and device trees are; another folder and a changed line are
# an upgrade. Nothing here counts boots.
set -euo pipefail
packages=$1 stage=$2
cp "$packages"/../raspi-firmware/usr/lib/raspi-firmware/{bootcode.bin,start.elf,fixup.dat,start4.elf,fixup4.dat} "$stage/"
cp "$packages"/usr/lib/linux-image-*/broadcom/bcm2{711,837}-rpi-*.dtb "$stage/slot-a/"
cat >"$stage/config.txt" <<'TEXT'
arm_64bit=1
enable_uart=1
upstream_kernel=1
os_prefix=slot-a/
kernel=linux
initramfs initrd followkernel
TEXT
echo 'console=tty0 console=ttyS1,115200 quiet panic=10' >"$stage/slot-a/cmdline.txt"
