#!/bin/sh
# usage: entry.sh SLOT VERSION [KERNEL-OPTION...]: prints a slot's boot loader entry; the higher version is tried first.
slot=$1 version=$2
shift 2
cat <<TEXT
title Sluice
version $version
sort-key sluice
linux /$slot/linux
initrd /$slot/initrd
options quiet panic=10 sluice.slot=$slot${*:+ $*}
TEXT
