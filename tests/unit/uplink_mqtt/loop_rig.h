#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "codec/protocol.h"
#include "rig_brokers.h"
#include "support/uplink_rig.h"
#include "transport/loop.h"

namespace sluice::test {

// Connects with client identifier "uplink" and the password "wrong".
using UplinkOf = std::unique_ptr<forward::Uplink> (*)(transport::Loop& loop, const std::string& url,
                                                      const std::string& user_name,
                                                      codec::Version version);
std::unique_ptr<forward::Uplink> MakeOwn(transport::Loop& loop, const std::string& url,
                                         const std::string& user_name, codec::Version version);
std::unique_ptr<forward::Uplink> MakePaho(transport::Loop& loop, const std::string& url,
                                          const std::string& user_name, codec::Version version);

// Any uplink and any broker on one loop, in real time.
class LoopRig final : public UplinkRig {
 public:
  LoopRig(UplinkOf make_uplink, BrokerMaker make_broker, codec::Version version)
      : make_uplink_(make_uplink), make_broker_(make_broker), version_(version) {}

  void StartUpstream(const Terms& terms) override;
  void RestartUpstream() override;
  void KillUpstream() override { broker_->Kill(); }
  void PauseUpstream() override { broker_->Pause(); }
  void ResumeUpstream() override { broker_->Resume(); }
  forward::Uplink& uplink() override { return *uplink_; }
  void DestroyUplink() override { uplink_.reset(); }
  bool RunUntil(const std::function<bool()>& condition) override;
  void Listen() override { broker_->Listen(); }
  std::vector<std::string> Received(size_t count) override;
  size_t LongestTopic() const override { return broker_->LongestTopic(); }

 private:
  const UplinkOf make_uplink_;
  const BrokerMaker make_broker_;
  const codec::Version version_;
  transport::Loop loop_;
  std::unique_ptr<RigBroker> broker_;
  std::unique_ptr<forward::Uplink> uplink_;
};

}  // namespace sluice::test
