#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/lifetime.h"
#include "base/scheduler.h"
#include "forward/uplink.h"
#include "sim/upstream.h"

namespace sluice::sim {

// What is on its way in one direction: everything arrives in order, each no earlier than it is said
// to.
class Lane {
 public:
  explicit Lane(Scheduler& scheduler)
      : scheduler_(scheduler), timer_(scheduler.NewTimer([this] { Arrive(); })) {}

  void Send(Duration after, std::function<void()> arrive);
  void Clear();
  // All of it, at once.
  void Flush();
  bool empty() const { return on_the_way_.empty(); }

 private:
  void Arrive();
  void Arm();

  Scheduler& scheduler_;
  Timer timer_;
  std::deque<std::pair<MonotonicTime, std::function<void()>>> on_the_way_;
};

// The gateway's end of one uplink in one process: forward::Uplink by its contract, with upstream at
// the other end of two lanes.
class UpstreamLink final : public forward::Uplink {
 public:
  UpstreamLink(Upstream* upstream, Scheduler* process);
  ~UpstreamLink() override;

  void SetListener(forward::UplinkListener* listener) override { listener_ = listener; }
  void Connect() override;
  void Publish(uint32_t token, const forward::OutgoingMessage& message) override;
  void Disconnect() override;

  // The connection or the attempt ends; what is on the way is lost.
  void End(const forward::UplinkEnd& end);
  bool connected() const { return state_ == State::kConnected; }

 private:
  enum class State : uint8_t { kDisconnected, kConnecting, kConnected };

  void Leave(State next);
  void Take(uint32_t token, const std::string& topic, const std::vector<Entry>& entries);
  // To a message of the route.
  void Answer(const std::string& route, std::function<void(forward::UplinkListener*)> tell);
  // Tells the listener, on its own thread, unless the connection is another one by then.
  void Tell(std::function<void(forward::UplinkListener*)> tell);
  Duration Transit();

  Upstream& upstream_;
  Scheduler& process_;
  forward::UplinkListener* listener_ = nullptr;
  State state_ = State::kDisconnected;
  Lane there_, back_;
  size_t in_flight_ = 0;
  std::map<std::string, size_t> unanswered_;  // messages of each route, as the gateway has heard
  Lifetime connection_;
};

}  // namespace sluice::sim
