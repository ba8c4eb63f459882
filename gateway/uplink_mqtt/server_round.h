#pragma once

#include <cstddef>

#include "base/clock.h"

namespace sluice::uplink_mqtt {

// Which of an uplink's servers is tried next.
//
// An attempt begins with the first and goes through all of them until one takes us: whenever a
// connection is made anew, the first is preferred again. It begins with the next one instead when
// the last connection was no good: it ended before anything that we published was answered, or,
// with nothing published, within kGoodAfter. A server that takes everybody and does nothing would
// otherwise keep us from the others for ever.
class ServerRound {
 public:
  static constexpr Duration kGoodAfter = std::chrono::seconds(30);

  explicit ServerRound(size_t servers) : servers_(servers) {}

  // An attempt begins.
  void Begin() {
    tried_ = 0;
    server_ = first_;
    first_ = 0;
  }
  // The present server did not take us. False: none is left in this attempt.
  bool Next();

  void OnConnected(MonotonicTime now);
  void OnPublished() { published_ = true; }
  void OnAcknowledged() { acknowledged_ = true; }
  // Of a connection.
  void OnEnded(MonotonicTime now);

  size_t server() const { return server_; }

 private:
  const size_t servers_;
  size_t server_ = 0;
  size_t first_ = 0;  // of the next attempt
  size_t tried_ = 0;  // and failed
  MonotonicTime connected_at_{};
  bool connected_ = false;
  bool published_ = false;
  bool acknowledged_ = false;
};

}  // namespace sluice::uplink_mqtt
