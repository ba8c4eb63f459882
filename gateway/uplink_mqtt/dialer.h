#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "forward/uplink_url.h"
#include "tls/failure.h"
#include "transport/byte_stream.h"

namespace sluice::uplink_mqtt {

// How far an attempt to connect came.
enum class DialCause : uint8_t {
  kNone,
  kFiles,              // a password, certificate or key cannot be read
  kLookup,             // the name is not known, or no name server answers
  kRefused,            // nobody listens there
  kUnreachable,        // no route
  kTimeout,            // no answer in time
  kNetwork,            // what else the system says
  kTls,                // the handshake failed; see tls::Failure
  kProxyRefused,       // the proxy made no tunnel
  kProxyCredentials,   // because it does not know us
  kProxyProtocol,      // it does not speak HTTP, or ended
  kWebSocketRefused,   // the server made no WebSocket of it
  kWebSocketProtocol,  // it does not speak HTTP, or not soundly
};

// "lookup", "refused", …: for metrics and tests.
std::string_view DialCauseName(DialCause cause);

struct DialFailure {
  DialCause cause = DialCause::kNone;
  tls::Failure tls = tls::Failure::kNone;
  std::string text = {};  // for people, printable, and what to do
};

// Makes streams to a broker. Loop thread.
class Dialer {
 public:
  struct Outcome {
    // Ready; must be started or destroyed before the callback returns. Null: `failure` says why.
    std::unique_ptr<transport::ByteStream> stream = {};
    std::optional<std::string> user_name = {};  // if a file has one
    std::optional<std::string> password = {};   // likewise
    DialFailure failure = {};
  };
  using Callback = std::function<void(Outcome)>;

  virtual ~Dialer() = default;
  // Begins an attempt at `server` and gives up the one before. Calls back once, later, from the
  // loop.
  virtual void Dial(const forward::UplinkUrl& server, Callback on_done) = 0;
  // Silently.
  virtual void GiveUp() = 0;
};

}  // namespace sluice::uplink_mqtt
