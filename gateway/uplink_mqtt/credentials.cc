#include "uplink_mqtt/credentials.h"

#include <utility>

namespace sluice::uplink_mqtt {
namespace {

constexpr size_t kMaxPasswordFileBytes = 4096;

}  // namespace

Result<std::string> ReadPasswordFile(const std::string& path, const Env& env) {
  auto text = ReadFileToString(env, path, kMaxPasswordFileBytes);
  if (!text.ok()) return text.status();
  return text->substr(0, text->find_first_of("\r\n"));
}

Result<Credentials> LoadCredentials(const MqttOptions& options, const forward::UplinkUrl& server,
                                    const Env& env) {
  Credentials credentials;
  if (!options.username_file.empty()) {
    auto name = ReadPasswordFile(options.username_file, env);
    if (!name.ok()) return name.status();
    credentials.user_name = std::move(*name);
  }
  if (!options.password_file.empty()) {
    auto password = ReadPasswordFile(options.password_file, env);
    if (!password.ok()) return password.status();
    credentials.password = std::move(*password);
  }
  if (options.proxy && !options.proxy->password_file.empty()) {
    auto password = ReadPasswordFile(options.proxy->password_file, env);
    if (!password.ok()) return password.status();
    credentials.proxy_password = std::move(*password);
  }
  if (!server.scheme.tls) return credentials;
  auto context = tls::Context::NewClient({.server_ca_file = options.ca_file,
                                          .server_name = server.host,
                                          .certificate_file = options.cert_file,
                                          .key_file = options.key_file,
                                          .version = options.tls_version,
                                          .alpn = options.alpn});
  if (!context.ok()) return context.status();
  credentials.tls = std::move(*context);
  return credentials;
}

}  // namespace sluice::uplink_mqtt
