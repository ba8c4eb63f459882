#pragma once

#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "broker/broker.h"
#include "codec/connect.h"
#include "codec/subscribe.h"
#include "codec/unsubscribe.h"
#include "session/action.h"
#include "transport/byte_stream.h"

namespace sluice::server {

// The lines that say who comes, what it subscribes to and who goes, at a level of their own:
// whoever looks for a device that misbehaves wants them, and a board whose log lies on flash does
// not. Not limited in their number, unlike lines about what is refused.
class ClientLog {
 public:
  // A client that has joined.
  struct Client {
    const broker::Broker& broker;
    broker::ConnectionId id;
    std::string_view identity;
    const transport::PeerInfo& peer;
  };

  // kOff: there are none.
  explicit ClientLog(LogLevel level) : level_(level) {}

  void Joined(const Client& client, std::string_view protocol, const codec::Connect& connect,
              bool session_present) const;
  void Subscribed(const Client& client, const codec::Subscribe& subscribe,
                  const std::vector<codec::ReasonCode>& codes) const;
  void Unsubscribed(const Client& client, const codec::Unsubscribe& unsubscribe) const;
  // While the broker knows it.
  void Left(const Client& client, const session::Close& close, Duration stay) const;

 private:
  // Filters of one packet that are named; the rest is counted.
  static constexpr size_t kMaxFilters = 16;

  bool enabled() const { return level_ != LogLevel::kOff && LogEnabled(level_); }

  const LogLevel level_;
};

}  // namespace sluice::server
