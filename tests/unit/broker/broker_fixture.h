#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "broker/broker.h"
#include "codec/packet_reader.h"
#include "support/access_rules.h"
#include "support/simulated_clock.h"

namespace sluice::broker {

using codec::Qos;
using codec::ReasonCode;
using session::DeliverResult;

// A connected client as the broker sees it: remembers what it got and takes as much as it is told
// to.
class FakeClient final : public ClientHandle {
 public:
  explicit FakeClient(Broker* broker, test::SimulatedClock* clock)
      : broker_(broker), clock_(clock) {}

  DeliverResult Deliver(const codec::Publish& message) override {
    if (room == 0) return DeliverResult::kWindowFull;
    if (message.payload.size() > max_payload) return DeliverResult::kTooLarge;
    --room;
    std::string line(message.topic);
    line += "=" + std::string(AsText(message.payload)) + " q" +
            std::to_string(static_cast<int>(message.qos)) + (message.retain ? " r" : "");
    for (const uint32_t n : message.properties.subscription_ids) line += " #" + std::to_string(n);
    if (const auto expiry = message.properties.message_expiry_interval) {
      line += " e" + std::to_string(*expiry);
    }
    received.push_back(line);
    return DeliverResult::kSent;
  }
  void Acknowledge(uint16_t packet_id, ReasonCode reason) override {
    acknowledged.push_back({packet_id, reason});
  }
  void Disconnect(ReasonCode reason) override {
    disconnected = reason;
    Close(session::WillFate::kDue);
  }

  void Close(session::WillFate will) {
    const session::Close close{session::CloseCause::kStreamClosed, ReasonCode::kUnspecifiedError,
                               will, expiry_seconds, "test"};
    broker_->OnDisconnect(clock_->Now(), id, close);
  }
  // What came since the last call.
  std::vector<std::string> Take() { return std::exchange(received, {}); }

  ConnectionId id;
  session::SessionState* state = nullptr;
  bool session_present = false;
  std::string assigned_client_id;
  uint32_t expiry_seconds = 0;
  size_t room = SIZE_MAX;
  size_t max_payload = SIZE_MAX;
  std::vector<std::string> received;
  std::vector<std::pair<uint16_t, ReasonCode>> acknowledged;
  ReasonCode disconnected = ReasonCode::kSuccess;

 private:
  Broker* broker_;
  test::SimulatedClock* clock_;
};

// A sink that answers as it is told and remembers what it was offered.
class FakeSink final : public EventSink {
 public:
  void SetListener(Listener*) override {}
  bool idle() const override { return true; }
  Verdict Accept(const InboundPublish& message, const AckHandle& ack) override {
    offered.push_back(std::string(message.identity) + ":" + std::string(message.publish.topic) +
                      (message.is_will ? " will" : ""));
    last_ack = ack;
    return busy.count(std::string(message.publish.topic)) > 0 ? Verdict::kBusy : verdict;
  }

  Verdict verdict = Verdict::kIgnored;
  std::set<std::string> busy;  // topics
  std::vector<std::string> offered;
  AckHandle last_ack;
};

struct ConnectOptions {
  std::string identity = "dev";
  uint64_t order = 0;
  bool clean_start = true;
  uint32_t expiry_seconds = 0;
  codec::Version version = codec::Version::kV5;
  std::optional<codec::Will> will{};
  bool is_bridge = false;
};

using Lines = std::vector<std::string>;

class BrokerTest : public testing::Test {
 protected:
  BrokerTest() { Restart({}); }
  void TearDown() override { broker_->CheckInvariants(); }

  // A new broker with other limits; forgets all clients.
  void Restart(const Limits& limits, const std::vector<AccessRule>& rules = OpenRules()) {
    broker_.reset();
    access_ = std::make_unique<AccessControl>(rules);
    broker_ = std::make_unique<Broker>(limits, access_.get(), &sink_, &counters_, &random_);
  }
  static std::vector<AccessRule> OpenRules() {
    AccessRule everything;
    everything.publish = everything.subscribe = true;
    everything.topics = test::Topics({"#", "$SYS/#"});
    return {everything};
  }

  ConnectOutcome TryConnect(const std::string& client_id, const ConnectOptions& options,
                            FakeClient* client) {
    codec::Connect connect;
    connect.version = options.version;
    connect.client_id = client_id;
    connect.clean_start = options.clean_start;
    connect.will = options.will;
    connect.is_bridge = options.is_bridge;
    return broker_->OnConnect(clock_.Now(), connect,
                              {.identity = options.identity, .order = options.order}, client);
  }
  FakeClient& Connect(const std::string& client_id, const ConnectOptions& options = {}) {
    FakeClient& client = clients_.emplace_back(broker_.get(), &clock_);
    client.expiry_seconds = options.expiry_seconds;
    const ConnectOutcome outcome = TryConnect(client_id, options, &client);
    EXPECT_EQ(outcome.reason, ReasonCode::kSuccess) << client_id;
    client.id = outcome.connection;
    client.state = outcome.state;
    client.session_present = outcome.session_present;
    client.assigned_client_id = outcome.assigned_client_id;
    broker_->OnWritable(clock_.Now(), client.id);
    return client;
  }
  ReasonCode RefusalOf(const std::string& client_id, const ConnectOptions& options) {
    return TryConnect(client_id, options, &clients_.emplace_back(broker_.get(), &clock_)).reason;
  }

  ReasonCode Subscribe(FakeClient& client, const codec::Subscription& wanted, uint32_t id = 0) {
    codec::SubscriptionListBuilder list;
    list.Add(wanted);
    codec::RepeatedPropertyBuilder ids;
    if (id != 0) ids.AddSubscriptionId(id);
    codec::Subscribe subscribe;
    subscribe.subscriptions = list.list();
    subscribe.properties.subscription_ids = ids.subscription_ids();
    std::vector<ReasonCode> codes;
    broker_->OnSubscribe(clock_.Now(), client.id, subscribe, &codes);
    broker_->OnWritable(clock_.Now(), client.id);
    return codes.at(0);
  }
  ReasonCode Subscribe(FakeClient& client, const char* filter, Qos qos = Qos::kExactlyOnce) {
    return Subscribe(client, {.filter = filter, .maximum_qos = qos});
  }
  // One packet; a code for each.
  std::vector<ReasonCode> SubscribeAll(FakeClient& client,
                                       const std::vector<std::string>& filters) {
    codec::SubscriptionListBuilder list;
    for (const std::string& filter : filters) list.Add({.filter = filter});
    codec::Subscribe subscribe;
    subscribe.subscriptions = list.list();
    std::vector<ReasonCode> codes;
    broker_->OnSubscribe(clock_.Now(), client.id, subscribe, &codes);
    broker_->OnWritable(clock_.Now(), client.id);
    return codes;
  }
  std::vector<ReasonCode> UnsubscribeAll(FakeClient& client,
                                         const std::vector<std::string>& filters) {
    codec::UnsubscriptionListBuilder list;
    for (const std::string& filter : filters) list.Add(filter);
    codec::Unsubscribe unsubscribe;
    unsubscribe.filters = list.list();
    std::vector<ReasonCode> codes;
    broker_->OnUnsubscribe(client.id, unsubscribe, &codes);
    return codes;
  }
  ReasonCode Unsubscribe(FakeClient& client, const char* filter) {
    return UnsubscribeAll(client, {filter}).at(0);
  }

  static codec::Publish Message(std::string_view topic, std::string_view payload,
                                Qos qos = Qos::kAtMostOnce) {
    codec::Publish publish;
    publish.topic = topic;
    publish.payload = AsBytes(payload);
    publish.qos = qos;
    publish.packet_id = qos == Qos::kAtMostOnce ? 0 : 7;
    return publish;
  }
  PublishOutcome Publish(FakeClient& client, const codec::Publish& publish) {
    return broker_->OnPublish(clock_.Now(), client.id, publish);
  }
  PublishOutcome Publish(FakeClient& client, std::string_view topic, std::string_view payload,
                         Qos qos = Qos::kAtMostOnce) {
    return Publish(client, Message(topic, payload, qos));
  }
  void Retain(FakeClient& client, std::string_view topic, std::string_view payload,
              Qos qos = Qos::kAtMostOnce) {
    codec::Publish publish = Message(topic, payload, qos);
    publish.retain = true;
    Publish(client, publish);
  }
  void MakeRoom(FakeClient& client, size_t messages = SIZE_MAX) {
    client.room = messages;
    broker_->OnWritable(clock_.Now(), client.id);
  }
  void Advance(Duration by) {
    clock_.Advance(by);
    broker_->Tick(clock_.Now());
  }

  test::SimulatedClock clock_;
  Metrics metrics_;
  Counters counters_{metrics_};
  Random random_{1};
  FakeSink sink_;
  std::unique_ptr<AccessControl> access_;
  std::unique_ptr<Broker> broker_;
  std::deque<FakeClient> clients_;
};

}  // namespace sluice::broker
