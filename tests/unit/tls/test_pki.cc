#include "test_pki.h"

#include <cstdlib>

#include "base/status.h"

namespace sluice::test {
namespace {

// "CheckOk" prints why before it gives up, which SLUICE_CHECK cannot.
void CheckOk(const Status& status) {
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  SLUICE_CHECK(status.ok());
}

}  // namespace

std::string PkiFile(const std::string& name) {
  static const int result = std::system(SLUICE_TEST_PKI_SCRIPT " " SLUICE_TEST_PKI_DIR);
  SLUICE_CHECK(result == 0);
  return SLUICE_TEST_PKI_DIR "/" + name;
}

tls::ServerConfig PkiServer() {
  return {.certificate_file = PkiFile("server.crt"),
          .key_file = PkiFile("server.key"),
          .client_ca_file = PkiFile("devices-ca.crt")};
}

tls::ClientConfig PkiClient(const std::string& device) {
  tls::ClientConfig config{.server_ca_file = PkiFile("server-ca.crt"),
                           .server_name = "localhost",
                           .certificate_file = {},
                           .key_file = {}};
  // The newest that the build has; TLS 1.2 on request, so that a build with both is tested with
  // both.
  const bool wants_12 = std::getenv("SLUICE_TEST_TLS12") != nullptr;
  if (!wants_12 && tls::Speaks(tls::Version::kTls13)) config.version = tls::Version::kTls13;
  if (device.empty()) return config;
  config.certificate_file = PkiFile("devices/" + device + ".crt");
  config.key_file = PkiFile("devices/" + device + ".key");
  return config;
}

std::shared_ptr<tls::Context> NewServer(const tls::ServerConfig& config) {
  auto context = tls::Context::NewServer(config);
  CheckOk(context.status());
  return *context;
}

std::shared_ptr<tls::Context> NewClient(const tls::ClientConfig& config) {
  auto context = tls::Context::NewClient(config);
  CheckOk(context.status());
  return *context;
}

}  // namespace sluice::test
