#!/usr/bin/env bash
# usage: build.sh arm64 [--board uefi|raspberry-pi] [--site DIR] [--size MIB] [--package FILE]
#
# Makes build/image/sluice-arm64.img, an appliance image: a FAT partition with systemd-boot, kernel and initramfs (the
# gateway and busybox, nothing else), and a data partition. No root, no loop devices, Debian packages only. --site puts
# a site's files (gateway.toml, keys, network.conf) on it; anybody can put them there later with a laptop. --package takes
# the gateway from that .deb instead of building one. The image for Raspberry Pi, sluice-arm64-raspberry-pi.img, has the
# board's own firmware (which is not free software) in the place of systemd-boot, and no slots.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
here=toolchains/image
arch=arm64 site='' data_mib=32 package='' board=uefi
[ "${1:-}" = arm64 ] || { echo "usage: ./run image arm64 [--board uefi|raspberry-pi] [--site DIR] [--size MIB] [--package FILE]" >&2; exit 2; }
shift
while [ $# -gt 0 ]; do
  case $1 in
    --site) site=$2 ;;
    --size) data_mib=$2 ;;
    --package) package=$2 ;;
    --board) board=$2 ;;
    *) echo "image: what is '$1'?" >&2; exit 2 ;;
  esac
  shift 2
done
case $board in
  uefi) image=sluice-$arch label=gpt types=(uefi linux) ;;
  # The ROM of a Pi 3 looks for FAT32 in a table of the old kind.
  raspberry-pi) image=sluice-$arch-$board label=dos types=(c 83) ;;
  *) echo "image: board '$board' is neither uefi nor raspberry-pi" >&2; exit 2 ;;
esac
esp_mib=128
out=build/image
mkdir -p "$out"
began=$(date +%s)

if [ -z "$package" ]; then
  package=$(toolchains/package/deb.sh "$arch" | tee /dev/stderr | sed -n 's/^deb: \(.*\), .*/\1/p')
fi

# unpack NAME COMPONENTS PACKAGE,...: Debian's packages in build/image/NAME; kept as long as the list is the same.
unpack() {
  [ "$(cat "$out/$1.stamp" 2>/dev/null)" = "$3" ] && return
  rm -rf "${out:?}/$1"
  mmdebstrap --quiet --mode=chrootless --variant=extract --architectures="$arch" --include="$3" \
    bookworm "$out/$1" "deb ${SLUICE_DEBIAN_MIRROR:-http://deb.debian.org/debian} bookworm $2"
  echo "$3" >"$out/$1.stamp"
}
libraries=$(dpkg-deb -f "$package" Depends | sed 's/ ([^)]*)//g; s/, adduser//; s/ //g')
unpack packages main "linux-image-arm64,busybox-static,e2fsprogs,fdisk,systemd-boot-efi,rdate,$libraries"
packages=$out/packages
kernel=$(ls "$packages"/boot/vmlinuz-*)
version=${kernel##*/vmlinuz-}

root=$out/root
rm -rf "$root"
mkdir -p "$root"/{bin,sbin,etc,dev,proc,sys,run,tmp,var/lib/sluice,usr/bin,usr/share/sluice,lib/modules/"$version"}
install -m 0755 "$here/init" "$root/init"
install -m 0755 "$here/udhcpc.sh" "$root/etc/udhcpc.sh"
ln -s /run/resolv.conf "$root/etc/resolv.conf"
printf 'root:x:0:0::/:/bin/false\nsluice:x:100:100::/var/lib/sluice:/bin/false\n' >"$root/etc/passwd"
printf 'root:x:0:\nsluice:x:100:\n' >"$root/etc/group"
install -m 0755 "$packages/bin/busybox" "$root/bin/busybox"
# Only what init calls gets a name; in particular no getty, login or telnetd.
for applet in sh awk basename blockdev cat chmod chown cp cut date echo find findfs free hwclock ip mkdir modprobe mount mv \
  partprobe readlink reboot rm sed seq sleep sort start-stop-daemon sync sysctl timeout tr udhcpc umount usleep watchdog \
  wget xargs; do
  ln -s busybox "$root/bin/$applet"
done
dpkg-deb -x "$package" "$out/gateway"
install -m 0755 "$out/gateway/usr/bin/sluice" "$root/usr/bin/sluice"
cp -r "$out/gateway/usr/share/sluice/profiles" "$root/usr/share/sluice/"
install -m 0755 "$packages"/sbin/{e2fsck,resize2fs,sfdisk} "$packages/usr/sbin/rdate" "$root/sbin/"

# Libraries: the closure of what these programs need, where the loader looks.
triple=aarch64-linux-gnu
library_dir=$root/lib/$triple
mkdir -p "$library_dir"
pending=("$root/usr/bin/sluice" "$root"/sbin/*)
while [ "${#pending[@]}" -gt 0 ]; do
  file=${pending[0]}
  pending=("${pending[@]:1}")
  while read -r name; do
    [ -e "$library_dir/$name" ] && continue
    source=$(find "$packages/usr/lib/$triple" "$packages/lib/$triple" -maxdepth 1 -name "$name" -print -quit)
    [ -n "$source" ] || { echo "image: no package has $name" >&2; exit 1; }
    install -m 0755 "$(readlink -f "$source")" "$library_dir/$name"
    pending+=("$library_dir/$name")
  done < <($triple-readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
done
install -m 0755 "$library_dir/ld-linux-aarch64.so.1" "$root/lib/ld-linux-aarch64.so.1"

# Modules: those listed and what they depend on.
modules=$packages/lib/modules/$version
depmod -b "$packages" "$version"
grep -v '^#' "$here/modules.list" | while read -r entry; do
  (cd "$modules/kernel" && find "./$entry" -name '*.ko' 2>/dev/null | sed 's,^\./,kernel/,')
done | sort -u >"$out/modules.wanted"
awk 'NR == FNR { wanted[$1] = 1; next }
  { name = substr($1, 1, length($1) - 1); if (name in wanted) { print name; for (i = 2; i <= NF; i++) print $i } }' \
  "$out/modules.wanted" "$modules/modules.dep" | sort -u | while read -r module; do
  install -D -m 0644 "$modules/$module" "$root/lib/modules/$version/$module"
done
cp "$modules"/modules.{order,builtin,builtin.modinfo} "$root/lib/modules/$version/"
depmod -b "$root" "$version"
# Packed, because half of a small board's memory is all that an initramfs may take; busybox unpacks one as it loads it.
find "$root/lib/modules" -name '*.ko' -exec xz -6 --check=crc32 {} +
sed -i 's/\.ko\>/.ko.xz/g' "$root/lib/modules/$version/modules.dep"
rm -f "$root/lib/modules/$version"/modules.{builtin.bin,builtin.modinfo,order,symbols,symbols.bin,softdep,dep.bin,alias.bin,builtin.alias.bin,devname}

(cd "$root" && find . -print0 | LC_ALL=C sort -z | cpio --quiet -0 -o -H newc -R 0:0) | zstd -q -12 -f -o "$out/initramfs.zst"
# A loader may put another archive behind it; the kernel finds one at multiples of four only.
truncate -s %4 "$out/initramfs.zst"

# The FAT partition.
stage=$out/boot
rm -rf "$stage"
mkdir -p "$stage"/{slot-a,site}
cp "$kernel" "$stage/slot-a/linux"
cp "$out/initramfs.zst" "$stage/slot-a/initrd"
[ "$board" = raspberry-pi ] && unpack raspi-firmware "main non-free-firmware" raspi-firmware
"$here/boards/$board.sh" "$packages" "$stage"
cp "$here/site-readme.txt" "$stage/site/README.txt"
[ -n "$site" ] && cp "$site"/* "$stage/site/"
rm -f "$out/esp.img" "$out/data.img"
truncate -s "${esp_mib}M" "$out/esp.img"
mkfs.vfat -F 32 -s 1 -n SLUICE-BOOT "$out/esp.img" >/dev/null
mcopy -s -i "$out/esp.img" "$stage"/* ::
truncate -s "${data_mib}M" "$out/data.img"
mke2fs -q -t ext4 -L sluice-data -m 0 -E lazy_itable_init=0,lazy_journal_init=0 "$out/data.img"

# The disk: 1 MiB, the FAT partition, the data partition, 1 MiB for the second partition table.
image=$out/$image.img
rm -f "$image"
truncate -s $((esp_mib + data_mib + 2))M "$image"
printf 'label: %s\nstart=1MiB, size=%sMiB, type=%s\nstart=%sMiB, size=%sMiB, type=%s\n' \
  "$label" "$esp_mib" "${types[0]}" $((esp_mib + 1)) "$data_mib" "${types[1]}" | sfdisk -q "$image"
dd if="$out/esp.img" of="$image" bs=1M seek=1 conv=notrunc,sparse status=none
dd if="$out/data.img" of="$image" bs=1M seek=$((esp_mib + 1)) conv=notrunc,sparse status=none
rm -f "$out/esp.img" "$out/data.img"
command -v bmaptool >/dev/null && bmaptool -q create -o "$image.bmap" "$image"
echo "image: $image, $(du -m "$image" | cut -f1) MB on disk of $(($(stat -c %s "$image") >> 20)) MiB;" \
  "kernel $(($(stat -c %s "$kernel") / 1000)) kB, initramfs $(($(stat -c %s "$out/initramfs.zst") / 1000)) kB;" \
  "made in $(($(date +%s) - began)) s"
