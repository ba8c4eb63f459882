#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "forward/uplink.h"
#include "support/uplink_rig.h"

namespace sluice::test {

// Remembers what an uplink told, and fails the test if it told that from inside a call, on another
// thread, or after the last that there was to hear.
class UplinkRecorder final : public forward::UplinkListener {
 public:
  void OnConnected(const forward::UplinkLimits& new_limits) override;
  void OnDisconnected(const forward::UplinkEnd& end) override;
  void OnAcknowledged(uint32_t token) override;
  void OnRefused(uint32_t token, const forward::Refusal& refusal) override;

  int ended() const { return connected + disconnected; }  // attempts, one way or the other
  size_t answered() const { return acknowledged.size() + refused.size(); }
  void Forbid(bool calls) { forbidden_ = calls; }

  int connected = 0;
  int disconnected = 0;
  forward::UplinkLimits limits;
  std::string reason;
  std::vector<uint32_t> acknowledged;
  std::vector<std::pair<uint32_t, forward::Refusal>> refused;
  // Run at the end of the callback.
  std::function<void()> on_connected;
  std::function<void()> on_disconnected;
  std::function<void()> on_acknowledged;

 private:
  void Check() const;

  const std::thread::id loop_ = std::this_thread::get_id();
  bool forbidden_ = false;
};

// What every uplink must do, whatever it speaks: forward/uplink.h, as tests. Suites:
//   UplinkContract             all
//   UplinkTermsContract        those whose upstream says its limits and can refuse a message
//   UplinkCredentialsContract  those whose upstream asks who we are
// A kind of uplink implements UplinkRig, links sluice_uplink_contract and instantiates the suites
// that concern it.
class UplinkContract : public ::testing::TestWithParam<UplinkRigKind> {
 protected:
  using Terms = UplinkRig::Terms;
  // Enough to fill queues, and not more than a test has time for.
  static constexpr size_t kManyMessages = 1000;

  void SetUp() override;
  void TearDown() override;

  // Starts upstream and the uplink; does not connect.
  void Start(const Terms& terms = {});
  // One attempt, and waits until it has ended.
  void Connect();
  void StartAndConnect(const Terms& terms = {});
  // Takes time for whatever is still to come, by way of another connection and a message on it.
  void Settle();

  void BeginConnect();
  void Disconnect();
  // From buffers that are gone when it returns.
  void Publish(uint32_t token, std::string_view payload, std::string_view topic = "t");
  // At once; within the limits if there are not many.
  void PublishNumbers(uint32_t first, uint32_t end);
  // As fast as the limits allow.
  bool Stream(uint32_t first, uint32_t end);
  bool Answered(size_t count);
  bool Ended(int count);
  static std::vector<uint32_t> Numbers(uint32_t first, uint32_t end);

  std::unique_ptr<UplinkRig> rig_;
  UplinkRecorder recorder_;

 private:
  // Nothing may be told from inside.
  void Call(const std::function<void()>& call);
};

class UplinkTermsContract : public UplinkContract {};
class UplinkCredentialsContract : public UplinkContract {};

inline std::string UplinkRigName(const ::testing::TestParamInfo<UplinkRigKind>& kind) {
  return kind.param.name;
}

}  // namespace sluice::test
