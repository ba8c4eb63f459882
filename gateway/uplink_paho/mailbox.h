#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/executor.h"
#include "base/mutex.h"
#include "forward/uplink.h"

namespace sluice::uplink_paho {

// What Paho's threads tell the loop thread. Shared, because a posted task may run after the uplink
// is gone. Holds at most an entry for each publish in flight and a few for the connection. No
// allocation per acknowledgement but the posted task's, and one task serves all that gathered.
class PahoMailbox : public std::enable_shared_from_this<PahoMailbox> {
 public:
  struct Event {
    enum class Kind : uint8_t { kConnected, kDisconnected, kAcknowledged, kRefused };
    Kind kind;
    uint32_t attempt = 0;  // the connection it is about
    uint32_t token = 0;
    forward::Refusal refusal{};      // of kRefused
    forward::UplinkLimits limits{};  // of kConnected
    forward::UplinkEnd end{};        // of kDisconnected
  };

  explicit PahoMailbox(Executor& loop) : loop_(loop) {}

  // Any thread.
  void Put(Event event);

  // Loop thread. Events of other attempts than the current one are thrown away.
  void SetListener(forward::UplinkListener* listener) { listener_ = listener; }
  uint32_t NewAttempt() {
    connected_ = false;
    return ++attempt_;
  }
  uint32_t attempt() const { return attempt_; }
  bool connected() const { return connected_; }  // as far as the loop thread has heard

 private:
  void Deliver();
  void Tell(const Event& event);

  Executor& loop_;
  forward::UplinkListener* listener_ = nullptr;
  uint32_t attempt_ = 0;
  bool connected_ = false;
  std::vector<Event> opened_;  // loop thread; kept for its memory

  Mutex mutex_;
  std::vector<Event> events_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::uplink_paho
