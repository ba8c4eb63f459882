#include "tls/credentials.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "tls/key_file.h"
#include "tls/mbedtls_failure.h"

namespace sluice::tls {
namespace {

std::string Date(const mbedtls_x509_time& time) {
  return fmt::format("{:04}-{:02}-{:02}", time.year, time.mon, time.day);
}

Status LoadChain(const std::string& path, std::string_view what, mbedtls_x509_crt* chain) {
  if (path.empty())
    return Status::InvalidArgument(fmt::format("no file is named for the {}", what));
  if (access(path.c_str(), R_OK) != 0)
    return Status::FromErrno(errno, fmt::format("{} {}", what, path));
  const int result = mbedtls_x509_crt_parse_file(chain, path.c_str());
  if (result == 0) return Status::Ok();
  if (result > 0) {
    return Status::InvalidArgument(
        fmt::format("{} {}: {} of its certificates cannot be read", what, path, result));
  }
  return Status::InvalidArgument(
      fmt::format("{} {} is not a PEM certificate ({})", what, path, ErrorText(result)));
}

bool AllHaveEnded(const mbedtls_x509_crt& chain) {
  for (const mbedtls_x509_crt* crt = &chain; crt != nullptr; crt = crt->next) {
    if (mbedtls_x509_time_is_past(&crt->valid_to) == 0) return false;
  }
  return true;
}

}  // namespace

Status LoadOwnCertificate(const std::string& path, mbedtls_x509_crt* chain) {
  return LoadChain(path, "certificate", chain);
}

Status CheckNotEnded(const std::string& path, const mbedtls_x509_crt& chain) {
  if (mbedtls_x509_time_is_past(&chain.valid_to) == 0) return Status::Ok();
  return Status::InvalidArgument(fmt::format(
      "certificate {} ended on {}; put a new one in its place", path, Date(chain.valid_to)));
}

Status LoadAuthorities(const std::string& path, mbedtls_x509_crt* authorities) {
  SLUICE_RETURN_IF_ERROR(LoadChain(path, "authority", authorities));
  if (AllHaveEnded(*authorities)) {
    return Status::InvalidArgument(
        fmt::format("authority {} ended on {}; nobody's certificate would be accepted", path,
                    Date(authorities->valid_to)));
  }
  return Status::Ok();
}

Status LoadKey(const std::string& path, const std::string& certificate_path,
               const mbedtls_x509_crt& chain, mbedtls_pk_context* key,
               mbedtls_ctr_drbg_context* drbg) {
  if (path.empty()) {
    return Status::InvalidArgument("no file is named for the key of " + certificate_path);
  }
  SLUICE_RETURN_IF_ERROR(CheckSecretFile(path));
  if (access(path.c_str(), R_OK) != 0) return Status::FromErrno(errno, "key " + path);
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

}  // namespace sluice::tls
