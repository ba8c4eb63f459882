#include "tls/certificate_writer.h"

#include <fmt/format.h>
#include <mbedtls/oid.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/bytes.h"
#include "tls/mbedtls_failure.h"

namespace sluice::tls {
namespace {

// id-kp-clientAuth alone [RFC 5280, 4.2.1.12].
constexpr unsigned char kClientAuth[] = {0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06,
                                         0x01, 0x05, 0x05, 0x07, 0x03, 0x02};

bool Copy(const mbedtls_asn1_buf& from, mbedtls_asn1_buf* to) {
  to->tag = from.tag;
  to->len = from.len;
  if (from.len == 0) return true;
  to->p = static_cast<unsigned char*>(mbedtls_calloc(1, from.len));
  if (to->p == nullptr) return false;
  std::memcpy(to->p, from.p, from.len);
  return true;
}

// mbedTLS writes a list of names from its end, and frees it with the certificate.
bool Push(const mbedtls_asn1_buf& oid, const mbedtls_asn1_buf& value,
          mbedtls_asn1_named_data** list) {
  auto* const part =
      static_cast<mbedtls_asn1_named_data*>(mbedtls_calloc(1, sizeof(mbedtls_asn1_named_data)));
  if (part == nullptr) return false;
  part->next = *list;
  *list = part;
  return Copy(oid, &part->oid) && Copy(value, &part->val);
}

mbedtls_asn1_buf BufferOf(int tag, std::string_view bytes) {
  mbedtls_asn1_buf buffer;
  buffer.tag = tag;
  buffer.len = bytes.size();
  buffer.p = const_cast<unsigned char*>(AsBytes(bytes).data());
  return buffer;
}

// "20261127203500", in UTC.
std::string TimeText(int64_t unix_seconds) {
  using namespace std::chrono;
  const sys_seconds time{seconds(unix_seconds)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace

CertificateWriter::CertificateWriter(mbedtls_pk_context* key, mbedtls_pk_context* authority_key) {
  mbedtls_x509write_crt_init(&certificate_);
  mbedtls_x509write_crt_set_version(&certificate_, MBEDTLS_X509_CRT_VERSION_3);
  mbedtls_x509write_crt_set_md_alg(&certificate_, MBEDTLS_MD_SHA256);
  mbedtls_x509write_crt_set_subject_key(&certificate_, key);
  mbedtls_x509write_crt_set_issuer_key(&certificate_, authority_key);
}

CertificateWriter::~CertificateWriter() { mbedtls_x509write_crt_free(&certificate_); }

bool CertificateWriter::SetIssuer(const mbedtls_x509_name& subject) {
  for (const mbedtls_x509_name* part = &subject; part != nullptr; part = part->next) {
    if (!Push(part->oid, part->val, &certificate_.SLUICE_MBEDTLS_FIELD(issuer))) return false;
  }
  return true;
}

bool CertificateWriter::SetSubject(std::string_view common_name) {
  const std::string_view oid(MBEDTLS_OID_AT_CN, sizeof MBEDTLS_OID_AT_CN - 1);
  return Push(BufferOf(MBEDTLS_ASN1_OID, oid), BufferOf(MBEDTLS_ASN1_UTF8_STRING, common_name),
              &certificate_.SLUICE_MBEDTLS_FIELD(subject));
}

bool CertificateWriter::SetSerial(std::string_view bytes) {
  return compat::SetSerial(&certificate_, AsBytes(bytes).data(), bytes.size()) == 0;
}

bool CertificateWriter::SetValidity(int64_t begin_unix_seconds, int64_t end_unix_seconds) {
  return mbedtls_x509write_crt_set_validity(&certificate_, TimeText(begin_unix_seconds).c_str(),
                                            TimeText(end_unix_seconds).c_str()) == 0;
}

bool CertificateWriter::SetClientUse() {
  const std::string_view oid = MBEDTLS_OID_EXTENDED_KEY_USAGE;
  return mbedtls_x509write_crt_set_basic_constraints(&certificate_, 0, -1) == 0 &&
         mbedtls_x509write_crt_set_key_usage(&certificate_, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) ==
             0 &&
         mbedtls_x509write_crt_set_extension(&certificate_, oid.data(), oid.size(), /*critical=*/0,
                                             kClientAuth, sizeof kClientAuth) == 0;
}

Result<std::string> CertificateWriter::Write(mbedtls_ctr_drbg_context* drbg) {
  std::string pem(4096, '\0');
  const int result =
      mbedtls_x509write_crt_pem(&certificate_, reinterpret_cast<unsigned char*>(pem.data()),
                                pem.size(), mbedtls_ctr_drbg_random, drbg);
  if (result != 0) {
    return Status(StatusCode::kResourceExhausted,
                  "the certificate cannot be written: " + ErrorText(result));
  }
  pem.resize(pem.find('\0'));
  return pem;
}

}  // namespace sluice::tls
