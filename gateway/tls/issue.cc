#include "tls/issue.h"

#include <fmt/format.h>
#include <mbedtls/pem.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/identity.h"
#include "tls/certificate_writer.h"
#include "tls/credentials.h"
#include "tls/life_span.h"
#include "tls/mbedtls_failure.h"
#include "tls/peer_certificate_reader.h"

namespace sluice::tls {
namespace {

constexpr size_t kMaxCommonNameBytes = 64;  // ub-common-name of X.520
constexpr size_t kSerialBytes = 16;         // 20 at most [RFC 5280, 4.1.2.2]
constexpr int64_t kAllowanceSeconds = 3600;
constexpr int64_t kDaySeconds = 24 * 3600;

// Version 0, and a key of elliptic curves on P-256; the key itself follows in an octet string.
constexpr unsigned char kPkcs8Begin[] = {0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a,
                                         0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
                                         0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};

Status Failed(std::string_view what, int error) {
  return {StatusCode::kResourceExhausted, fmt::format("{}: {}", what, ErrorText(error))};
}

// The authority with its key, and the client's new key.
class Issuer {
 public:
  Issuer() {
    mbedtls_entropy_init(&entropy_);
    mbedtls_ctr_drbg_init(&drbg_);
    mbedtls_x509_crt_init(&authority_);
    mbedtls_pk_init(&authority_key_);
    mbedtls_pk_init(&key_);
  }
  ~Issuer() {
    mbedtls_pk_free(&key_);
    mbedtls_pk_free(&authority_key_);
    mbedtls_x509_crt_free(&authority_);
    mbedtls_ctr_drbg_free(&drbg_);
    mbedtls_entropy_free(&entropy_);
  }
  Issuer(const Issuer&) = delete;
  Issuer& operator=(const Issuer&) = delete;

  Result<Issued> Issue(const IssueRequest& request, const Clock& clock) {
    SLUICE_RETURN_IF_ERROR(CheckRequest(request, clock));
    SLUICE_RETURN_IF_ERROR(Seed());
    SLUICE_RETURN_IF_ERROR(LoadAuthority(request, clock));
    SLUICE_RETURN_IF_ERROR(MakeKey());
    return Write(request, clock);
  }

 private:
  static Status CheckRequest(const IssueRequest& request, const Clock& clock) {
    const std::string& name = request.common_name;
    if (!IsValidIdentity(name) || name.size() > kMaxCommonNameBytes) {
      return Status::InvalidArgument(fmt::format(
          "the name of a certificate is 1 to {} bytes of UTF-8 without control characters and "
          "without / + #",
          kMaxCommonNameBytes));
    }
    if (request.days < 1 || request.days > 36'525) {
      return Status::InvalidArgument("a certificate is valid for 1 to 36525 days");
    }
    if (clock.WallIsSet()) return Status::Ok();
    return Status::Unavailable(
        "the clock of this machine is not set, and a certificate has dates; set it first");
  }

  Status Seed() {
    if (!compat::InitCrypto()) return Failed("cannot initialise cryptography", 0);
    const int result = mbedtls_ctr_drbg_seed(&drbg_, mbedtls_entropy_func, &entropy_, nullptr, 0);
    return result == 0 ? Status::Ok() : Failed("the system gives no randomness", result);
  }

  Status LoadAuthority(const IssueRequest& request, const Clock& clock) {
    const std::string& file = request.ca_certificate_file;
    SLUICE_RETURN_IF_ERROR(LoadAuthorities(file, &authority_));
    if (!compat::IsAuthority(authority_) ||
        mbedtls_x509_crt_check_key_usage(&authority_, MBEDTLS_X509_KU_KEY_CERT_SIGN) != 0) {
      return Status::InvalidArgument(
          fmt::format("authority {} may not sign certificates; take the certificate of the "
                      "authority that is in the listener's client_ca",
                      file));
    }
    if (HasEnded(authority_, clock)) {
      return Status::InvalidArgument(fmt::format("authority {} ended on {}", file,
                                                 DateText(ToUnixSeconds(authority_.valid_to))));
    }
    return LoadKey(request.ca_key_file, file, authority_, &authority_key_, &drbg_);
  }

  Status MakeKey() {
    int result = mbedtls_pk_setup(&key_, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
    if (result == 0) {
      result = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(key_),
                                   mbedtls_ctr_drbg_random, &drbg_);
    }
    return result == 0 ? Status::Ok() : Failed("no key can be made", result);
  }

  Result<Issued> Write(const IssueRequest& request, const Clock& clock) {
    const int64_t now =
        std::chrono::floor<std::chrono::seconds>(clock.WallNow()).time_since_epoch().count();
    const int64_t authority_end = ToUnixSeconds(authority_.valid_to);
    const int64_t wanted_end = now + request.days * kDaySeconds;
    Issued issued;
    issued.not_after_unix_seconds = std::min(wanted_end, authority_end);
    issued.cut_short = authority_end < wanted_end;

    std::string serial(kSerialBytes, '\0');
    auto* const bytes = reinterpret_cast<unsigned char*>(serial.data());
    if (const int result = mbedtls_ctr_drbg_random(&drbg_, bytes, serial.size()); result != 0) {
      return Failed("the system gives no randomness", result);
    }
    bytes[0] =
        static_cast<unsigned char>((bytes[0] & 0x7f) | 0x40);  // positive, and of full length
    AppendHex(AsBytes(serial), &issued.serial);

    CertificateWriter writer(&key_, &authority_key_);
    const bool set = writer.SetIssuer(authority_.subject) &&
                     writer.SetSubject(request.common_name) && writer.SetSerial(serial) &&
                     writer.SetValidity(now - kAllowanceSeconds, issued.not_after_unix_seconds) &&
                     writer.SetClientUse();
    if (!set) return Failed("the certificate cannot be written", 0);
    auto pem = writer.Write(&drbg_);
    if (!pem.ok()) return pem.status();
    issued.certificate_pem = std::move(*pem);
    SLUICE_RETURN_IF_ERROR(WriteKey(&issued.key_pem));
    SLUICE_RETURN_IF_ERROR(CheckWritten(issued.certificate_pem, request.ca_certificate_file));
    return issued;
  }

  // PKCS#8 [RFC 5958], which some devices take and nothing else; mbedTLS writes what goes inside.
  Status WriteKey(std::string* pem) {
    std::array<unsigned char, 256> der{};
    const int size = mbedtls_pk_write_key_der(&key_, der.data(), der.size());  // at its end
    if (size < 0) return Failed("the key cannot be written", size);
    SLUICE_CHECK(size < 0x80);  // so that each length is one byte
    std::vector<unsigned char> wrapped = {0x30, 0x81, 0};
    wrapped.insert(wrapped.end(), std::begin(kPkcs8Begin), std::end(kPkcs8Begin));
    wrapped.insert(wrapped.end(), {0x04, static_cast<unsigned char>(size)});
    wrapped.insert(wrapped.end(), der.end() - size, der.end());
    wrapped[2] = static_cast<unsigned char>(wrapped.size() - 3);
    std::array<unsigned char, 1024> text{};
    size_t written = 0;
    const int result = mbedtls_pem_write_buffer("-----BEGIN PRIVATE KEY-----\n",
                                                "-----END PRIVATE KEY-----\n", wrapped.data(),
                                                wrapped.size(), text.data(), text.size(), &written);
    if (result != 0) return Failed("the key cannot be written", result);
    *pem = reinterpret_cast<const char*>(text.data());
    return Status::Ok();
  }

  // What was written is read as a gateway would: the signature, and the authority's name to the
  // byte, by which others look for it.
  Status CheckWritten(const std::string& pem, const std::string& authority_file) {
    mbedtls_x509_crt written;
    mbedtls_x509_crt_init(&written);
    const auto* const text = reinterpret_cast<const unsigned char*>(pem.c_str());
    const bool read = mbedtls_x509_crt_parse(&written, text, pem.size() + 1) == 0;
    const auto bytes = [](const mbedtls_x509_buf& b) { return AsText({b.p, b.len}); };
    uint32_t flags = 0;
    const bool sound = read && bytes(written.issuer_raw) == bytes(authority_.subject_raw) &&
                       mbedtls_x509_crt_verify(&written, &authority_, nullptr, nullptr, &flags,
                                               nullptr, nullptr) == 0;
    mbedtls_x509_crt_free(&written);
    if (sound) return Status::Ok();
    return Status::InvalidArgument(
        fmt::format("a certificate signed by authority {} does not verify{}{}; its name may have "
                    "parts that this program cannot write, then sign with openssl",
                    authority_file, flags == 0 ? "" : ": ", VerifyText(flags)));
  }

  mbedtls_entropy_context entropy_;
  mbedtls_ctr_drbg_context drbg_;
  mbedtls_x509_crt authority_;
  mbedtls_pk_context authority_key_;
  mbedtls_pk_context key_;
};

}  // namespace

Result<Issued> IssueClientCertificate(const IssueRequest& request, const Clock& clock) {
  return Issuer().Issue(request, clock);
}

}  // namespace sluice::tls
