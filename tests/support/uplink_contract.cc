#include "support/uplink_contract.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace sluice::test {
namespace {

void RunHook(const std::function<void()>& hook) {
  if (hook) hook();
}

}  // namespace

void UplinkRecorder::Check() const {
  EXPECT_FALSE(forbidden_) << "told from inside a call, or after the end";
  EXPECT_EQ(std::this_thread::get_id(), loop_);
}

void UplinkRecorder::OnConnected(const forward::UplinkLimits& new_limits) {
  Check();
  ++connected;
  limits = new_limits;
  RunHook(on_connected);
}

void UplinkRecorder::OnDisconnected(const forward::UplinkEnd& end) {
  Check();
  ++disconnected;
  reason = end.why;
  RunHook(on_disconnected);
}

void UplinkRecorder::OnAcknowledged(uint32_t token) {
  Check();
  acknowledged.push_back(token);
  RunHook(on_acknowledged);
}

void UplinkRecorder::OnRefused(uint32_t token, const forward::Refusal& refusal) {
  Check();
  refused.emplace_back(token, refusal);
}

void UplinkContract::SetUp() {
  rig_ = GetParam().make();
  if (rig_ == nullptr) GTEST_SKIP() << "what it needs is not installed";
}

void UplinkContract::TearDown() {
  if (rig_ == nullptr) return;
  recorder_.Forbid(true);
  rig_->DestroyUplink();
}

void UplinkContract::Start(const Terms& terms) {
  rig_->StartUpstream(terms);
  Call([this] { rig_->uplink().SetListener(&recorder_); });
}

void UplinkContract::StartAndConnect(const Terms& terms) {
  Start(terms);
  Connect();
  ASSERT_EQ(recorder_.connected, 1) << recorder_.reason;
}

void UplinkContract::Connect() {
  const int before = recorder_.ended();
  BeginConnect();
  ASSERT_TRUE(Ended(before + 1));
}

void UplinkContract::Settle() {
  const int connected = recorder_.connected;
  Connect();
  ASSERT_EQ(recorder_.connected, connected + 1) << recorder_.reason;
  const size_t answered = recorder_.answered();
  Publish(0xFFFF'FFFF, "settled");
  ASSERT_TRUE(Answered(answered + 1));
  ASSERT_FALSE(recorder_.acknowledged.empty());
  EXPECT_EQ(recorder_.acknowledged.back(), 0xFFFF'FFFF);
  recorder_.acknowledged.pop_back();
}

void UplinkContract::Call(const std::function<void()>& call) {
  recorder_.Forbid(true);
  call();
  recorder_.Forbid(false);
}

void UplinkContract::BeginConnect() {
  Call([this] { rig_->uplink().Connect(); });
}

void UplinkContract::Disconnect() {
  Call([this] { rig_->uplink().Disconnect(); });
}

void UplinkContract::Publish(uint32_t token, std::string_view payload, std::string_view topic) {
  const std::string own_topic(topic);
  const std::string own_payload(payload);
  const std::string id = "gw/telemetry/1";
  const forward::UserProperty property{"id", id};
  Call([&] {
    rig_->uplink().Publish(token, {.topic = own_topic,
                                   .key = "gw/telemetry",
                                   .payload = AsBytes(own_payload),
                                   .content_type = "text/plain",
                                   .properties = {&property, 1}});
  });
}

void UplinkContract::PublishNumbers(uint32_t first, uint32_t end) {
  for (; first < end; ++first) Publish(first, std::to_string(first));
}

bool UplinkContract::Stream(uint32_t first, uint32_t end) {
  for (const uint32_t number : Numbers(first, end)) {
    const auto room = [&] {
      return number - first - recorder_.answered() < recorder_.limits.max_in_flight;
    };
    if (!rig_->RunUntil(room)) return false;
    Publish(number, std::to_string(number));
  }
  return Answered(end - first);
}

bool UplinkContract::Answered(size_t count) {
  return rig_->RunUntil([&] { return recorder_.answered() >= count; });
}

bool UplinkContract::Ended(int count) {
  return rig_->RunUntil([&] { return recorder_.ended() >= count; });
}

std::vector<uint32_t> UplinkContract::Numbers(uint32_t first, uint32_t end) {
  std::vector<uint32_t> numbers(end - first);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

}  // namespace sluice::test
