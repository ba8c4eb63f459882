#!/bin/sh
# make_test_pki.sh DIR: the certificates that the tests of tls and transport use. Kept between runs; one
# process at a time, since every test case is a process.
set -eu
dir=$1
here=$(dirname "$(realpath "$0")")
make_pki=$here/../../../certs/make-pki.sh
mkdir -p "$dir"
exec 9> "$dir.lock"
flock 9

"$make_pki" "$dir" --device alpha --device beta --devices sim 100 --expired-device old \
  --future-device unborn
"$make_pki" "$dir/other" --device alpha

# odd NAME SUBJECT [CURVE]: a device that our authority signed under a subject or with a key that make-pki.sh
# does not make.
odd() {
  [ -e "$dir/devices/$1.crt" ] && return
  openssl req -x509 -config "$dir/openssl.cnf" -extensions client -subj "$2" -days 825 \
    -CA "$dir/devices-ca.crt" -CAkey "$dir/devices-ca.key" -newkey ec -pkeyopt "ec_paramgen_curve:${3:-P-256}" \
    -nodes -keyout "$dir/devices/$1.key" -out "$dir/devices/$1.new" 2> /dev/null
  mv "$dir/devices/$1.new" "$dir/devices/$1.crt"
}
umask 077
odd wildcard '/CN=a\/#'
odd two-names '/CN=alpha/CN=beta'
odd nameless '/O=nobody'
odd p384 /CN=p384 P-384

# Signed by the devices' authority, but for servers.
if [ ! -e "$dir/devices/wrong-use.crt" ]; then
  openssl req -x509 -config "$dir/openssl.cnf" -extensions server -subj /CN=wrong-use -days 825 \
    -CA "$dir/devices-ca.crt" -CAkey "$dir/devices-ca.key" -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
    -nodes -keyout "$dir/devices/wrong-use.key" -out "$dir/devices/wrong-use.crt" 2> /dev/null
fi
