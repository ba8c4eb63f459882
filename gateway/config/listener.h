#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "config/machine.h"
#include "config/toml_reader.h"
#include "server/server.h"
#include "tls/context.h"
#include "transport/address_range.h"
#include "transport/listen_address.h"
#include "transport/listener.h"
#include "transport/websocket_request.h"

namespace sluice::config {

struct Config;
struct MemoryPlan;

// The identity of clients without a certificate.
inline constexpr const char* kAnonymous = "anonymous";

// What a listener accepts for who a client is.
enum class Accept : uint8_t { kCertificate, kPassword, kPasswordPlaintext, kPsk };

// [[listener]] tls
struct ListenerTlsConfig {
  std::string cert, key, client_ca;
  tls::ClientCertificate client_cert = tls::ClientCertificate::kRequired;
  tls::NameSource identity = tls::NameSource::kCommonName;
  std::vector<std::string> crl;   // paths
  bool refuse_ended_crl = false;  // crl_ended
  bool operator==(const ListenerTlsConfig&) const = default;
};

// [[listener]] websocket
struct ListenerWebSocketConfig {
  std::string path = transport::WebSocketRules{}.path;
  std::vector<std::string> origins;
  uint64_t max_request_bytes = transport::WebSocketRules{}.max_request_bytes;  // max_request
  bool operator==(const ListenerWebSocketConfig&) const = default;
};

// [[listener]]
struct ListenerConfig {
  transport::ListenAddress bind;
  uint32_t mode = transport::ListenerOptions{}.socket_mode;  // of a Unix socket's file
  // Has to be asked for, but for a Unix socket, which nobody on the network can reach.
  bool plaintext = false;
  bool anonymous = false;  // clients that show nothing are "anonymous"; has to be asked for
  bool check_payload_format = false;
  std::vector<Accept> accepts;
  ListenerTlsConfig tls;
  std::optional<ListenerWebSocketConfig> websocket;  // none: bare MQTT
  bool proxy_protocol = false;
  std::vector<transport::AddressRange> trusted_proxies;

  bool Takes(Accept accept) const {
    return std::find(accepts.begin(), accepts.end(), accept) != accepts.end();
  }
  bool takes_passwords() const {
    return Takes(Accept::kPassword) || Takes(Accept::kPasswordPlaintext);
  }
  bool operator==(const ListenerConfig&) const = default;
};

void Read(TableReader& t, ListenerConfig* listener);
// Whether there is one, all addresses (also the admin page's) can be had together, and whom
// anonymous clients speak for.
void CheckListeners(const Config& config, Diagnostics* diagnostics);
void CheckMachine(const std::vector<ListenerConfig>& listeners, Machine& machine);

// What there is to say of it besides its address: ", IPv4 as well, WebSocket at /mqtt".
std::string NoteOf(const ListenerConfig& listener);

// Loads certificates, key and lists anew; for a listener with tls. Any thread. As MakeListenerSpec
// otherwise.
Result<std::shared_ptr<tls::Context>> MakeTlsContext(const ListenerConfig& listener,
                                                     const Clock& clock,
                                                     std::shared_ptr<const tls::PskKeys> psk);
// The files that it loads.
std::vector<std::string> FilesOf(const ListenerTlsConfig& tls);

// Loads certificates and key, which is what may fail. `clock` outlives what is made of it; `psk`
// are the keys of those who may come in with one.
Result<server::ListenerSpec> MakeListenerSpec(const Config& config, const ListenerConfig& listener,
                                              const MemoryPlan& plan, const Clock& clock,
                                              std::shared_ptr<const tls::PskKeys> psk);

}  // namespace sluice::config
