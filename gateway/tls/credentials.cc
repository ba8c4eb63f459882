#include "tls/credentials.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tls/key_file.h"
#include "tls/life_span.h"
#include "tls/mbedtls_failure.h"
#include "tls/peer_certificate_reader.h"

namespace sluice::tls {
namespace {

// An ECDSA signature with r = s = 1: well-formed, so that it is computed with, and good for
// nothing.
constexpr unsigned char kUnitSignature[] = {0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01};
constexpr unsigned char kDigest[32] = {1};

std::string Date(const mbedtls_x509_time& time) { return DateText(ToUnixSeconds(time)); }

bool CertificateEndsSoon(const mbedtls_x509_crt& certificate, const Clock& clock) {
  return EndsSoon(ToUnixSeconds(certificate.valid_from), ToUnixSeconds(certificate.valid_to),
                  clock);
}

Status LoadChain(const std::string& path, std::string_view what, mbedtls_x509_crt* chain) {
  if (path.empty())
    return Status::InvalidArgument(fmt::format("no file is named for the {}", what));
  SLUICE_RETURN_IF_ERROR(CheckReadable(what, path));
  const int result = mbedtls_x509_crt_parse_file(chain, path.c_str());
  if (result == 0) return Status::Ok();
  if (result > 0) {
    return Status::InvalidArgument(
        fmt::format("{} {}: {} of its certificates cannot be read", what, path, result));
  }
  return Status::InvalidArgument(
      fmt::format("{} {} is not a PEM certificate ({})", what, path, ErrorText(result)));
}

bool IsTooYoung(const mbedtls_x509_crt& certificate, const Clock& clock) {
  return clock.WallIsSet() && mbedtls_x509_time_is_future(&certificate.valid_from) != 0;
}

}  // namespace

// mbedTLS asks a directory for its size, and gets the largest that there is.
Status CheckReadable(std::string_view what, const std::string& path) {
  struct stat info {};
  if (access(path.c_str(), R_OK) != 0 || stat(path.c_str(), &info) != 0) {
    return Status::FromErrno(errno, fmt::format("{} {}", what, path));
  }
  if (S_ISREG(info.st_mode)) return Status::Ok();
  return Status::InvalidArgument(fmt::format("{} {} is not a regular file", what, path));
}

Status LoadOwnCertificate(const std::string& path, mbedtls_x509_crt* chain) {
  return LoadChain(path, "certificate", chain);
}

Status LoadAuthorities(const std::string& path, mbedtls_x509_crt* authorities) {
  return LoadChain(path, "authority", authorities);
}

Status LoadKey(const std::string& path, const std::string& certificate_path,
               const mbedtls_x509_crt& chain, mbedtls_pk_context* key,
               mbedtls_ctr_drbg_context* drbg) {
  if (path.empty()) {
    return Status::InvalidArgument("no file is named for the key of " + certificate_path);
  }
  SLUICE_RETURN_IF_ERROR(CheckSecretFile(path));
  SLUICE_RETURN_IF_ERROR(CheckReadable("key", path));
  if (const int result = compat::ParseKeyFile(key, path.c_str(), drbg); result != 0) {
    return Status::InvalidArgument(
        fmt::format("key {} is not an unencrypted PEM private key ({})", path, ErrorText(result)));
  }
  if (compat::CheckPair(&chain.pk, key, drbg) != 0) {
    return Status::InvalidArgument(
        fmt::format("key {} does not belong to certificate {}", path, certificate_path));
  }
  return Status::Ok();
}

void AddOwnTroubles(const std::string& path, const mbedtls_x509_crt& chain, const Clock& clock,
                    std::vector<std::string>* troubles) {
  if (HasEnded(chain, clock)) {
    troubles->push_back(
        fmt::format("certificate {} ended on {}; the other side will refuse it: put a new one in "
                    "its place",
                    path, Date(chain.valid_to)));
  } else if (IsTooYoung(chain, clock)) {
    troubles->push_back(
        fmt::format("certificate {} is not valid before {}; the other side will refuse it, unless "
                    "this machine's clock is wrong",
                    path, Date(chain.valid_from)));
  } else if (CertificateEndsSoon(chain, clock)) {
    troubles->push_back(fmt::format("certificate {} ends on {}; put a new one in its place", path,
                                    Date(chain.valid_to)));
  }
}

void AddAuthorityTroubles(const std::string& path, const mbedtls_x509_crt& authorities,
                          const Clock& clock, std::vector<std::string>* troubles) {
  bool ended = false;
  const mbedtls_x509_crt* last = nullptr;  // of those that end soon
  for (const mbedtls_x509_crt* crt = &authorities; crt != nullptr; crt = crt->next) {
    const bool is_valid = !HasEnded(*crt, clock) && !IsTooYoung(*crt, clock);
    if (is_valid && !CertificateEndsSoon(*crt, clock)) return;
    if (is_valid &&
        (last == nullptr || ToUnixSeconds(last->valid_to) < ToUnixSeconds(crt->valid_to))) {
      last = crt;
    }
    ended = ended || HasEnded(*crt, clock);
  }
  if (last != nullptr) {
    return troubles->push_back(
        fmt::format("authority {} ends on {}, and nobody's certificate is accepted from then on; "
                    "add the one that follows it",
                    path, Date(last->valid_to)));
  }
  troubles->push_back(fmt::format("authority {} {} {}; nobody's certificate is accepted", path,
                                  ended ? "ended on" : "is not valid before",
                                  Date(ended ? authorities.valid_to : authorities.valid_from)));
}

void WarmUpPrivateKey(mbedtls_pk_context* key, mbedtls_ctr_drbg_context* drbg) {
  unsigned char signature[MBEDTLS_PK_SIGNATURE_MAX_SIZE];
  size_t size = 0;
  static_cast<void>(compat::Sign(key, kDigest, signature, &size, drbg));
}

void WarmUpPublicKeys(mbedtls_x509_crt* chain) {
  for (mbedtls_x509_crt* crt = chain; crt != nullptr; crt = crt->next) {
    static_cast<void>(mbedtls_pk_verify(&crt->pk, MBEDTLS_MD_SHA256, kDigest, sizeof kDigest,
                                        kUnitSignature, sizeof kUnitSignature));
  }
}

}  // namespace sluice::tls
