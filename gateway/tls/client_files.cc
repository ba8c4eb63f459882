#include "tls/client_files.h"

#include <fmt/format.h>

#include "tls/credentials.h"
#include "tls/mbedtls_compat.h"
#include "tls/mbedtls_failure.h"

namespace sluice::tls {
namespace {

// Well-formed, but of an algorithm that mbedTLS was not built with.
bool IsOnlyUnknown(int error) {
  switch (-(-error & 0xFF80)) {
    case MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG:
    case MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE:
    case MBEDTLS_ERR_PK_UNKNOWN_PK_ALG:
    case MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE:
    case MBEDTLS_ERR_PK_FEATURE_UNAVAILABLE:
    case MBEDTLS_ERR_ECP_FEATURE_UNAVAILABLE:
      return true;
    default:
      return false;
  }
}

// True if the chain holds what could be read; a bundle may also hold what only others can read.
bool Load(const std::string& path, std::string_view what, mbedtls_x509_crt* chain, Status* status) {
  if (path.empty()) return false;
  if (*status = CheckReadable(what, path); !status->ok()) return false;
  const int result = mbedtls_x509_crt_parse_file(chain, path.c_str());
  if (result >= 0) return true;
  if (!IsOnlyUnknown(result)) {
    *status = Status::InvalidArgument(
        fmt::format("{} {} is not a PEM certificate ({})", what, path, ErrorText(result)));
  }
  return false;
}

// What is read, and the randomness that looking at keys takes.
class Reader {
 public:
  Reader(const ClientFilePaths& paths, const Clock& clock) : paths_(paths), clock_(clock) {
    mbedtls_entropy_init(&entropy_);
    mbedtls_ctr_drbg_init(&drbg_);
    mbedtls_x509_crt_init(&authorities_);
    mbedtls_x509_crt_init(&chain_);
    mbedtls_pk_init(&key_);
  }
  ~Reader() {
    mbedtls_pk_free(&key_);
    mbedtls_x509_crt_free(&chain_);
    mbedtls_x509_crt_free(&authorities_);
    mbedtls_ctr_drbg_free(&drbg_);
    mbedtls_entropy_free(&entropy_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  ClientFiles Read() {
    if (Load(paths_.ca, "authority", &authorities_, &files_.ca)) {
      AddAuthorityTroubles(paths_.ca, authorities_, clock_, &files_.date_troubles);
    }
    has_certificate_ = Load(paths_.certificate, "certificate", &chain_, &files_.certificate);
    if (has_certificate_) {
      AddOwnTroubles(paths_.certificate, chain_, clock_, &files_.date_troubles);
    }
    if (!paths_.key.empty() && files_.certificate.ok()) files_.key = ReadKey();
    return std::move(files_);
  }

 private:
  Status ReadKey() {
    const std::string& path = paths_.key;
    SLUICE_RETURN_IF_ERROR(CheckReadable("key", path));
    if (!compat::InitCrypto() ||
        mbedtls_ctr_drbg_seed(&drbg_, mbedtls_entropy_func, &entropy_, nullptr, 0) != 0) {
      return {StatusCode::kResourceExhausted, "the system gives no randomness"};
    }
    const int result = compat::ParseKeyFile(&key_, path.c_str(), &drbg_);
    if (IsOnlyUnknown(result)) return Status::Ok();
    if (result != 0) {
      return Status::InvalidArgument(fmt::format(
          "key {} is not an unencrypted PEM private key ({})", path, ErrorText(result)));
    }
    if (has_certificate_ && compat::CheckPair(&chain_.pk, &key_, &drbg_) != 0) {
      return Status::InvalidArgument(
          fmt::format("key {} does not belong to certificate {}", path, paths_.certificate));
    }
    return Status::Ok();
  }

  const ClientFilePaths& paths_;
  const Clock& clock_;
  ClientFiles files_;
  bool has_certificate_ = false;
  mbedtls_entropy_context entropy_;
  mbedtls_ctr_drbg_context drbg_;
  mbedtls_x509_crt authorities_;
  mbedtls_x509_crt chain_;
  mbedtls_pk_context key_;
};

}  // namespace

ClientFiles CheckClientFiles(const ClientFilePaths& paths, const Clock& clock) {
  return Reader(paths, clock).Read();
}

}  // namespace sluice::tls
