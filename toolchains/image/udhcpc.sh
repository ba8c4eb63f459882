#!/bin/sh
# shellcheck disable=SC2154
# What busybox's DHCP client calls with a lease in its environment. A renewal leaves an address that stays alone.
case $1 in
  deconfig)
    ip address flush dev "$interface"
    ;;
  bound | renew)
    case $(ip address show dev "$interface") in
      *"inet $ip/"*) ;;
      *)
        ip address flush dev "$interface"
        ip address add "$ip/${mask:-24}" dev "$interface"
        ;;
    esac
    [ -n "$router" ] && ip route replace default via "${router%% *}" dev "$interface"
    : >/run/resolv.conf
    for server in $dns; do echo "nameserver $server" >>/run/resolv.conf; done
    echo "$ntpsrv" >/run/ntp
    ;;
esac
