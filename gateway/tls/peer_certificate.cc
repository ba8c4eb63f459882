#include "tls/peer_certificate.h"

#include <fmt/format.h>
#include <mbedtls/oid.h>

#include <chrono>
#include <cstring>

#include "base/bytes.h"
#include "base/identity.h"
#include "tls/peer_certificate_reader.h"

namespace sluice::tls {
namespace {

std::string Hex(ByteSpan bytes) {
  std::string text;
  for (const uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

bool IsCommonName(const mbedtls_x509_name& part) {
  constexpr size_t kSize = sizeof MBEDTLS_OID_AT_CN - 1;
  return part.oid.len == kSize && std::memcmp(part.oid.p, MBEDTLS_OID_AT_CN, kSize) == 0;
}

// Two common names could be read as either, so they are read as none. A BMPString carries a zero in
// every Latin letter, so it fails as an embedded NUL does.
std::optional<std::string_view> OnlyCommonName(const mbedtls_x509_name& subject) {
  std::optional<std::string_view> found;
  for (const mbedtls_x509_name* part = &subject; part != nullptr; part = part->next) {
    if (!IsCommonName(*part)) continue;
    if (found) return std::nullopt;
    found = AsText({part->val.p, part->val.len});
  }
  return found;
}

}  // namespace

int64_t ToUnixSeconds(const mbedtls_x509_time& time) {
  using namespace std::chrono;
  const auto day = year(time.year) / time.mon / time.day;
  return (sys_days(day).time_since_epoch() + hours(time.hour) + minutes(time.min) +
          seconds(time.sec)) /
         seconds(1);
}

bool HasEnded(const mbedtls_x509_crt& certificate, const Clock& clock) {
  if (mbedtls_x509_time_is_past(&certificate.valid_to) != 0) return true;
  const auto now = std::chrono::floor<std::chrono::seconds>(clock.WallNow());
  return ToUnixSeconds(certificate.valid_to) < now.time_since_epoch().count();
}

std::optional<PeerCertificate> ReadPeerCertificate(const mbedtls_x509_crt& certificate) {
  const std::optional<std::string_view> name = OnlyCommonName(certificate.subject);
  if (!name || !IsValidIdentity(*name)) return std::nullopt;
  unsigned char digest[32] = {};
  if (compat::Sha256(certificate.raw.p, certificate.raw.len, digest) != 0) return std::nullopt;
  return PeerCertificate{.common_name = std::string(*name),
                         .serial = Hex({certificate.serial.p, certificate.serial.len}),
                         .fingerprint_sha256 = Hex(digest),
                         .not_after_unix_seconds = ToUnixSeconds(certificate.valid_to)};
}

}  // namespace sluice::tls
