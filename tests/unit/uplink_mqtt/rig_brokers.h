#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/uplink_rig.h"
#include "transport/loop.h"

namespace sluice::test {

// How long a rig waits for anything; a loaded machine keeps it.
inline constexpr std::chrono::seconds kRigLimit{60};

// The broker of a LoopRig.
class RigBroker {
 public:
  virtual ~RigBroker() = default;
  virtual std::string url() const = 0;
  // Who an uplink that the terms speak of says it is.
  virtual std::string user_name() const { return "somebody"; }
  virtual size_t LongestTopic() const;  // bytes; as UplinkRig's
  virtual void Restart() = 0;
  virtual void Kill() = 0;
  virtual void Pause() = 0;
  virtual void Resume() = 0;
  virtual void Listen() = 0;
  // `run_until` as UplinkRig's.
  virtual std::vector<std::string> Received(
      size_t count, const std::function<bool(const std::function<bool()>&)>& run_until) = 0;
};

using BrokerMaker = std::unique_ptr<RigBroker> (*)(transport::Loop& loop,
                                                   const UplinkRig::Terms& terms);
std::unique_ptr<RigBroker> MakeScripted(transport::Loop& loop, const UplinkRig::Terms& terms);
std::unique_ptr<RigBroker> MakeMosquitto(transport::Loop& loop, const UplinkRig::Terms& terms);
std::unique_ptr<RigBroker> MakeNats(transport::Loop& loop, const UplinkRig::Terms& terms);
// One for all tests of the program: it needs seconds to start. A test that ends leaves it running.
std::unique_ptr<RigBroker> MakeRabbitMq(transport::Loop& loop, const UplinkRig::Terms& terms);

}  // namespace sluice::test
