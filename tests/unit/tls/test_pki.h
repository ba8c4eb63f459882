#pragma once

#include <memory>
#include <string>

#include "tls/context.h"

namespace sluice::test {

// A file of the PKI for tests ("server.crt", "devices/alpha.key", "other/server-ca.crt"), which is
// made by make_test_pki.sh the first time it is asked for.
std::string PkiFile(const std::string& name);

// The gateway's side and a device's side of it; they must load.
tls::ServerConfig PkiServer();
tls::ClientConfig PkiClient(const std::string& device);  // "" is a client without certificate
std::shared_ptr<tls::Context> NewServer(const tls::ServerConfig& config = PkiServer());
std::shared_ptr<tls::Context> NewClient(const tls::ClientConfig& config = PkiClient("alpha"));

}  // namespace sluice::test
