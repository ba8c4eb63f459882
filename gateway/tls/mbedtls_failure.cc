#include "tls/mbedtls_failure.h"

#include <fmt/format.h>

#include <array>

#include "tls/mbedtls_compat.h"

namespace sluice::tls {
namespace {

struct Row {
  int error;
  Failure failure;
};

// What is not here is kProtocol.
constexpr Row kErrors[] = {
    {MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE, Failure::kNoCertificate},
    {MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, Failure::kPeerAlert},
    {MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY, Failure::kPeerAlert},
    {MBEDTLS_ERR_SSL_ALLOC_FAILED, Failure::kInternal},
    {MBEDTLS_ERR_SSL_INTERNAL_ERROR, Failure::kInternal},
    {MBEDTLS_ERR_SSL_NO_RNG, Failure::kInternal},
    {MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED, Failure::kInternal},
#if SLUICE_MBEDTLS_3
    {MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE, Failure::kNoCommonParameters},
    {MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION, Failure::kNoCommonParameters},
#else
    {MBEDTLS_ERR_SSL_NO_CIPHER_CHOSEN, Failure::kNoCommonParameters},
    {MBEDTLS_ERR_SSL_NO_USABLE_CIPHERSUITE, Failure::kNoCommonParameters},
    {MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION, Failure::kNoCommonParameters},
#endif
};

// Malformed, or verified and not meant for this use; the flags tell which.
#if SLUICE_MBEDTLS_3
constexpr int kBadCertificate = MBEDTLS_ERR_SSL_BAD_CERTIFICATE;
#else
constexpr int kBadCertificate = MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE;
#endif

// The gravest first: a certificate that nobody we trust has signed is untrusted, whatever its dates
// say.
constexpr struct {
  uint32_t flags;
  Failure failure;
} kFlags[] = {
    {MBEDTLS_X509_BADCERT_MISSING, Failure::kNoCertificate},
    {MBEDTLS_X509_BADCERT_NOT_TRUSTED, Failure::kUntrusted},
    {MBEDTLS_X509_BADCERT_REVOKED, Failure::kRevoked},
    {MBEDTLS_X509_BADCRL_EXPIRED, Failure::kCrlEnded},
    {MBEDTLS_X509_BADCERT_EXPIRED, Failure::kExpired},
    {MBEDTLS_X509_BADCERT_FUTURE, Failure::kNotYetValid},
    {MBEDTLS_X509_BADCERT_CN_MISMATCH, Failure::kWrongName},
};

}  // namespace

Failure ClassifyVerifyFlags(uint32_t verify_flags) {
  if (verify_flags == 0) return Failure::kNone;
  for (const auto& row : kFlags) {
    if ((verify_flags & row.flags) != 0) return row.failure;
  }
  return Failure::kUntrusted;  // wrong key usage, weak hash, …
}

Failure ClassifyError(int error, uint32_t verify_flags) {
  // All bits set is mbedTLS's "nothing has been verified".
  const bool has_verdict = verify_flags != 0 && verify_flags != UINT32_MAX;
  if (error == MBEDTLS_ERR_X509_CERT_VERIFY_FAILED || error == kBadCertificate) {
    if (has_verdict) return ClassifyVerifyFlags(verify_flags);
    return error == kBadCertificate ? Failure::kProtocol : Failure::kUntrusted;
  }
  for (const Row& row : kErrors) {
    if (row.error == error) return row.failure;
  }
  return Failure::kProtocol;
}

std::string VerifyText(uint32_t verify_flags) {
  if (verify_flags == 0 || verify_flags == UINT32_MAX) return {};
  std::array<char, 512> lines{};
  static_cast<void>(mbedtls_x509_crt_verify_info(lines.data(), lines.size(), "", verify_flags));
  std::string text = lines.data();
  while (text.ends_with('\n')) text.pop_back();
  for (size_t at; (at = text.find('\n')) != std::string::npos;) text.replace(at, 1, "; ");
  return text;
}

std::string ErrorText(int error) {
  std::array<char, 160> text{};
  mbedtls_strerror(error, text.data(), text.size());
  return fmt::format("-0x{:04x}: {}", static_cast<unsigned>(-error), text.data());
}

}  // namespace sluice::tls
