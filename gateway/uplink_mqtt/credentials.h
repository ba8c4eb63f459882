#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/env.h"
#include "base/status.h"
#include "tls/context.h"
#include "uplink_mqtt/options.h"

namespace sluice::uplink_mqtt {

// The first line of a file that holds a password. Any thread; reads the file.
Result<std::string> ReadPasswordFile(const std::string& path, const Env& env = Env::Posix());

// What an uplink's files say.
struct Credentials {
  std::optional<std::string> user_name;
  std::optional<std::string> password;
  std::string proxy_password;
  std::shared_ptr<tls::Context> tls;  // null: plaintext
};

// Any thread; reads files, so not the loop's. Failures name the file and the remedy. (What is for
// TLS is always read from the real file system.)
Result<Credentials> LoadCredentials(const MqttOptions& options, const forward::UplinkUrl& server,
                                    const Env& env = Env::Posix());

}  // namespace sluice::uplink_mqtt
