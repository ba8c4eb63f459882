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

# named NAME ALTERNATIVES: a device with subject alternative names.
named() {
  [ -e "$dir/devices/$1.crt" ] && return
  openssl req -x509 -config "$dir/openssl.cnf" -extensions client -addext "subjectAltName=$2" -subj "/CN=alpha" -days 825 \
    -CA "$dir/devices-ca.crt" -CAkey "$dir/devices-ca.key" -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
    -nodes -keyout "$dir/devices/$1.key" -out "$dir/devices/$1.new" 2> /dev/null
  mv "$dir/devices/$1.new" "$dir/devices/$1.crt"
}
named names DNS:pump.example,URI:urn:dev:mac:0024befffe804ff1,email:pump@example.com,IP:192.0.2.1
named two-dns DNS:pump.example,DNS:valve.example
named spiffe URI:spiffe://example.com/pump
named plus DNS:a+b

# rsa NAME BITS
rsa() {
  [ -e "$dir/devices/$1.crt" ] && return
  openssl req -x509 -config "$dir/openssl.cnf" -extensions client -subj "/CN=$1" -days 825 -CA "$dir/devices-ca.crt" \
    -CAkey "$dir/devices-ca.key" -newkey "rsa:$2" -nodes -keyout "$dir/devices/$1.key" -out "$dir/devices/$1.new" 2> /dev/null
  mv "$dir/devices/$1.new" "$dir/devices/$1.crt"
}
rsa rsa 2048
rsa short-rsa 1024
odd p521 /CN=p521 P-521

# Signed by the devices' authority, but for servers.
if [ ! -e "$dir/devices/wrong-use.crt" ]; then
  openssl req -x509 -config "$dir/openssl.cnf" -extensions server -subj /CN=wrong-use -days 825 \
    -CA "$dir/devices-ca.crt" -CAkey "$dir/devices-ca.key" -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
    -nodes -keyout "$dir/devices/wrong-use.key" -out "$dir/devices/wrong-use.crt" 2> /dev/null
fi

# list FILE AUTHORITY FROM UNTIL [CERTIFICATE]…: a revocation list that takes the certificates back. Dates as
# date(1) reads them.
list() {
  [ -e "$dir/$1" ] && return
  file=$dir/$1 authority=$dir/$2 work=$dir/list.tmp
  from=$(date -u -d "$3" +%Y%m%d%H%M%SZ) until=$(date -u -d "$4" +%Y%m%d%H%M%SZ)
  shift 4
  rm -rf "$work" && mkdir "$work" && : > "$work/index" && echo 01 > "$work/number"
  printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s/index\ncrlnumber=%s/number\ndefault_md=sha256\n' "$work" "$work" > "$work/ca.cnf"
  set -- "$@" end
  while [ "$1" != end ]; do
    openssl ca -config "$work/ca.cnf" -cert "$authority.crt" -keyfile "$authority.key" -revoke "$dir/$1" 2> "$work/err" ||
      { cat "$work/err" >&2; exit 1; }
    shift
  done
  openssl ca -gencrl -config "$work/ca.cnf" -cert "$authority.crt" -keyfile "$authority.key" \
    -crl_lastupdate "$from" -crl_nextupdate "$until" -out "$work/crl" 2> "$work/err" ||
    { cat "$work/err" >&2; exit 1; }
  mv "$work/crl" "$file"
  rm -r "$work"
}
list alpha.crl devices-ca yesterday '2 years' devices/alpha.crt
list beta.crl devices-ca yesterday '2 years' devices/beta.crt
list nobody.crl devices-ca yesterday '2 years'
list ended.crl devices-ca '2020-01-01' '2020-02-01' devices/alpha.crt
list soon.crl devices-ca '30 days ago' 'tomorrow'
list other/alpha.crl other/devices-ca yesterday '2 years' other/devices/alpha.crt
[ -e "$dir/alpha.crl.der" ] || openssl crl -in "$dir/alpha.crl" -outform DER -out "$dir/alpha.crl.der"

# The devices' authority again, with the same name and key: it was renewed.
[ -e "$dir/devices-ca-renewed.crt" ] ||
  openssl req -x509 -config "$dir/openssl.cnf" -extensions authority -subj '/CN=Sluice development devices CA' -days 900 \
    -key "$dir/devices-ca.key" -out "$dir/devices-ca-renewed.crt"

# A chain of three: a root, the authority of a site, and a device that shows both its own certificate and the site's.
if [ ! -e "$dir/devices/deep.crt" ]; then
  sed 's/, pathlen:0//' "$dir/openssl.cnf" > "$dir/chain.cnf"
  new="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 825"
  # shellcheck disable=SC2086
  {
    openssl req -x509 -config "$dir/chain.cnf" -extensions authority -subj /CN=root $new \
      -keyout "$dir/root-ca.key" -out "$dir/root-ca.crt"
    openssl req -x509 -config "$dir/chain.cnf" -extensions authority -subj /CN=site $new \
      -CA "$dir/root-ca.crt" -CAkey "$dir/root-ca.key" -keyout "$dir/site-ca.key" -out "$dir/site-ca.crt"
    openssl req -x509 -config "$dir/chain.cnf" -extensions client -subj /CN=deep $new \
      -CA "$dir/site-ca.crt" -CAkey "$dir/site-ca.key" -keyout "$dir/devices/deep.key" -out "$dir/deep-own.crt"
  } 2> /dev/null
  cat "$dir/deep-own.crt" "$dir/site-ca.crt" > "$dir/devices/deep.crt"
fi
list site.crl root-ca yesterday '2 years' site-ca.crt
