#include "tls/peer_certificate.h"

#include <fmt/format.h>
#include <mbedtls/oid.h>

#include <chrono>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/identity.h"
#include "base/log.h"
#include "tls/life_span.h"
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

std::vector<std::string_view> CommonNames(const mbedtls_x509_name& subject) {
  std::vector<std::string_view> names;
  for (const mbedtls_x509_name* part = &subject; part != nullptr; part = part->next) {
    if (IsCommonName(*part)) names.push_back(AsText({part->val.p, part->val.len}));
  }
  return names;
}

std::vector<std::string_view> AlternativeNames(const mbedtls_x509_crt& certificate, int kind) {
  std::vector<std::string_view> names;
  const mbedtls_x509_sequence* name = &certificate.subject_alt_names;
  for (; name != nullptr; name = name->next) {
    const bool is_wanted =
        (name->buf.tag & MBEDTLS_ASN1_TAG_VALUE_MASK) == kind && name->buf.p != nullptr;
    if (is_wanted) names.push_back(AsText({name->buf.p, name->buf.len}));
  }
  return names;
}

// GeneralName's tags.
std::vector<std::string_view> NamesOf(const mbedtls_x509_crt& certificate, NameSource source) {
  switch (source) {
    case NameSource::kEmail:
      return AlternativeNames(certificate, 1);
    case NameSource::kDnsName:
      return AlternativeNames(certificate, 2);
    case NameSource::kUri:
      return AlternativeNames(certificate, 6);
    case NameSource::kCommonName:
      break;
  }
  return CommonNames(certificate.subject);
}

std::string_view WordFor(NameSource source) {
  switch (source) {
    case NameSource::kEmail:
      return "e-mail address among its alternative names";
    case NameSource::kDnsName:
      return "DNS name among its alternative names";
    case NameSource::kUri:
      return "URI among its alternative names";
    case NameSource::kCommonName:
      break;
  }
  return "common name";
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
  return HasPassed(ToUnixSeconds(certificate.valid_to), clock);
}

// Two names could be read as either, so they are read as none. A BMPString carries a zero in every
// Latin letter, so it fails as an embedded NUL does.
Result<PeerCertificate> ReadPeerCertificate(const mbedtls_x509_crt& certificate,
                                            NameSource source) {
  const auto names = NamesOf(certificate, source);
  if (names.size() != 1) {
    return Status::InvalidArgument(fmt::format("it has {} {}, and must have exactly one",
                                               names.empty() ? "no" : "more than one",
                                               WordFor(source)));
  }
  const std::string_view name = names.front();
  if (!IsValidIdentity(name)) {
    return Status::InvalidArgument(fmt::format(
        "its {} '{}' cannot be an identity: 1 to {} bytes of UTF-8 without control "
        "characters and without / + #",
        WordFor(source), Printable(name.substr(0, kMaxIdentityBytes)), kMaxIdentityBytes));
  }
  unsigned char digest[32] = {};
  if (compat::Sha256(certificate.raw.p, certificate.raw.len, digest) != 0) {
    return Status{StatusCode::kResourceExhausted, "its digest cannot be calculated"};
  }
  return PeerCertificate{.name = std::string(name),
                         .serial = Hex({certificate.serial.p, certificate.serial.len}),
                         .fingerprint_sha256 = Hex(digest),
                         .not_after_unix_seconds = ToUnixSeconds(certificate.valid_to)};
}

}  // namespace sluice::tls
