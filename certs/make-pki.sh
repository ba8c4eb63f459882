#!/bin/sh
# Makes a development PKI with the openssl command; see --help. For rehearsals and tests, not for the field:
# the keys of both authorities lie beside the certificates.
set -eu

usage() {
  cat <<'USAGE'
usage: certs/make-pki.sh DIR [OPTION]…

Makes in DIR what is not there yet; existing files stay, so that it can be called again to add more.

  DIR/server-ca.crt, .key    the authority that devices trust
  DIR/server.crt, .key       the gateway: localhost, 127.0.0.1, ::1 and every --server-name
  DIR/devices-ca.crt, .key   the authority that the gateway trusts
  DIR/devices/CN.crt, .key   a device each; the identity is the subject's common name

  --server-name NAME         one more DNS name or IP address for server.crt (takes effect when it is made)
  --device CN                one device
  --devices PREFIX COUNT     devices PREFIX0001 to PREFIX<COUNT>, at least four digits
  --server NAME              another server: DIR/NAME.crt, .key, signed by server-ca, same names
  --client CN                a client outside DIR/devices, e.g. the gateway towards its uplink: DIR/CN.crt, .key,
                             signed by devices-ca
  --expired-device CN        a device whose certificate ended yesterday, for tests
  --future-device CN         a device whose certificate begins in a year, for tests
  --days N                   validity of what is made from here on (default 825)
  --help                     this text

Keys are ECDSA on P-256, PKCS#8, mode 0600. A name may hold letters, digits and . _ - :
USAGE
}

fail() {
  echo "make-pki.sh: $*" >&2
  exit 2
}

# Names become file names and subjects, so nothing that means something there may be in one.
check_name() {
  case $1 in
    '' | .* | -* | *[!A-Za-z0-9._:-]*) fail "'$1' is no name; letters, digits and . _ - : are allowed" ;;
  esac
}

write_config() {
  cat > "$dir/openssl.cnf" <<CONFIG
[req]
distinguished_name = subject
[subject]
[authority]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
subjectAltName = $names
[client]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
authorityKeyIdentifier = keyid
CONFIG
}

# make_cert FILE CN SECTION [AUTHORITY]: FILE.key and FILE.crt. The key appears first and the certificate is
# renamed into place last, so an interrupted call leaves nothing that looks finished.
make_cert() {
  [ -e "$dir/$1.crt" ] && return
  set -- "$1" "$2" "$3" ${4:+-CA "$dir/$4.crt" -CAkey "$dir/$4.key"}
  file=$dir/$1 subject=/CN=$2 section=$3
  shift 3
  openssl req -x509 -config "$dir/openssl.cnf" -extensions "$section" -subj "$subject" -days "$days" \
    -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 "$@" \
    -keyout "$file.key" -out "$file.new" 2> "$file.err" || { cat "$file.err" >&2; exit 1; }
  rm "$file.err"
  chmod 0644 "$file.new"
  mv "$file.new" "$file.crt"
}

# make_dated_device CN START END. Only openssl ca takes dates before 3.4, and it wants a database for it.
make_dated_device() {
  file=$dir/devices/$1
  [ -e "$file.crt" ] && return
  work=$dir/dated.tmp
  mkdir -p "$work" && : > "$work/index"
  printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s/index\nrand_serial=yes\ndefault_md=sha256\nnew_certs_dir=%s\npolicy=p\n[p]\ncommonName=supplied\n' \
    "$work" "$work" > "$work/ca.cnf"
  openssl req -new -config "$dir/openssl.cnf" -subj "/CN=$1" -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
    -nodes -keyout "$file.key" -out "$work/request" 2> "$work/err" &&
    openssl ca -batch -notext -config "$work/ca.cnf" -extfile "$dir/openssl.cnf" -extensions client \
      -cert "$dir/devices-ca.crt" -keyfile "$dir/devices-ca.key" -in "$work/request" -out "$file.crt" \
      -startdate "$(date -u -d "$2" +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d "$3" +%Y%m%d%H%M%SZ)" \
      2> "$work/err" ||
    { cat "$work/err" >&2; exit 1; }
  chmod 0644 "$file.crt"
  rm -r "$work"
}

# A thousand devices are a thousand openssl processes of 9 ms, spread over the processors.
make_devices() {
  seq -f "$1%04.0f" 1 "$2" | while read -r cn; do
    [ -e "$dir/devices/$cn.crt" ] || echo "$cn"
  done | PKI_DAYS=$days xargs -r -n 25 -P "$(nproc)" "$0" --batch "$dir"
}

[ $# -gt 0 ] || { usage >&2; exit 2; }
case $1 in --help | -h) usage; exit 0 ;; esac
umask 077
days=${PKI_DAYS:-825}
names=

if [ "$1" = --batch ]; then # a worker of make_devices: --batch DIR CN…
  dir=$2
  shift 2
  for cn; do make_cert "devices/$cn" "$cn" client devices-ca; done
  exit 0
fi

dir=$1
shift
mkdir -p "$dir/devices"
chmod 0755 "$dir" "$dir/devices"

names=DNS:localhost,IP:127.0.0.1,IP:::1
take_name=
for argument; do
  if [ "$take_name" ]; then
    check_name "${argument#:}"
    case $argument in
      *:* | *[0-9].*[0-9].*[0-9].*[0-9]) names=$names,IP:$argument ;;
      *) names=$names,DNS:$argument ;;
    esac
  fi
  take_name=
  [ "$argument" = --server-name ] && take_name=yes
done
write_config

make_cert server-ca "Sluice development server CA" authority
make_cert devices-ca "Sluice development devices CA" authority
make_cert server localhost server server-ca

while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || fail "$1 wants a value, see --help"
  case $1 in
    --days) days=$2 ;;
    --server-name) ;;
    --server) check_name "$2" && make_cert "$2" "$2" server server-ca ;;
    --client) check_name "$2" && make_cert "$2" "$2" client devices-ca ;;
    --device) check_name "$2" && make_cert "devices/$2" "$2" client devices-ca ;;
    --expired-device) check_name "$2" && make_dated_device "$2" '2020-01-01' yesterday ;;
    --future-device) check_name "$2" && make_dated_device "$2" 'next year' '2 years' ;;
    --devices)
      [ $# -ge 3 ] || fail "--devices wants a prefix and a count"
      check_name "$2" && make_devices "$2" "$3"
      shift
      ;;
    *) fail "no such option: $1, see --help" ;;
  esac
  shift 2
done
