// The broker together with real sessions: what each leaves to the other.

#include <list>

#include "broker_fixture.h"
#include "codec/frame.h"
#include "wire/packet.h"

namespace sluice::broker {
namespace {

using session::Output;
using session::Session;

// A connection as the server makes one, without a stream: what the session sends is collected.
class WireClient final : public ClientHandle {
 public:
  WireClient(Broker* broker, const session::Limits& limits, session::Counters& counters)
      : broker_(*broker), session_(limits, capabilities_, counters) {}

  void Send(const codec::Packet& packet) {
    ByteBuffer bytes;
    codec::Encode(packet, codec::Version::kV5, &bytes);
    Output out;
    EXPECT_EQ(session_.Receive(now_, bytes.view(), &out), bytes.size());
    CarryOut(&out);
  }
  void Lose() {
    Output out;
    session_.OnStreamClosed(&out);
    CarryOut(&out);
  }
  // What the client got since the last call, by type: "CONNACK PUBLISH".
  std::string Got() {
    std::string types;
    codec::Frame frame;
    while (codec::PeekFrame(sent_.view(), codec::kMaxPacketBytes, &frame).state ==
           codec::FrameState::kOk) {
      types += (types.empty() ? "" : " ") + std::string(codec::PacketTypeName(frame.type));
      sent_.Consume(frame.size);
    }
    return types;
  }

  DeliverResult Deliver(const codec::Publish& message) override {
    Output out;
    const DeliverResult result = session_.Deliver(now_, message, &out);
    EXPECT_TRUE(out.actions.empty());  // Nothing that would call back into the broker.
    sent_.Append(out.bytes.view());
    return result;
  }
  void Acknowledge(uint16_t packet_id, ReasonCode reason) override {
    Output out;
    session_.Acknowledge(packet_id, reason, &out);
    CarryOut(&out);
  }
  void Disconnect(ReasonCode reason) override {
    Output out;
    session_.Disconnect(reason, &out);
    CarryOut(&out);
  }

 private:
  void CarryOut(Output* out) {
    for (size_t i = 0; i < out->actions.size(); ++i) {
      sent_.Append(out->bytes.view());  // before what the broker delivers next
      out->bytes.Clear();
      const session::Action action = out->actions[i];
      if (const auto* a = std::get_if<session::ConnectRequested>(&action)) Accept(*a->connect, out);
      if (const auto* a = std::get_if<session::PublishReceived>(&action)) Take(*a->publish, out);
      if (const auto* a = std::get_if<session::SubscribeRequested>(&action)) {
        std::vector<ReasonCode> codes;
        broker_.OnSubscribe(now_, id_, *a->subscribe, &codes);
        session_.AcceptSubscribe(a->subscribe->packet_id, codes, out);
      }
      if (const auto* a = std::get_if<session::Close>(&action)) {
        if (held_ != 0) state_->AcknowledgeInbound(held_, ReasonCode::kServerBusy);
        broker_.OnDisconnect(now_, id_, *a);
      }
    }
    sent_.Append(out->bytes.view());
    out->Clear();
    broker_.OnWritable(now_, id_);
  }
  void Accept(const codec::Connect& connect, Output* out) {
    const ConnectOutcome outcome = broker_.OnConnect(now_, connect, {.identity = "dev"}, this);
    ASSERT_EQ(outcome.reason, ReasonCode::kSuccess);
    id_ = outcome.connection;
    state_ = outcome.state;
    session::ConnectAnswer answer;
    answer.session_present = outcome.session_present;
    answer.assigned_client_id = outcome.assigned_client_id;
    answer.late_acknowledgements = true;
    session_.AcceptConnect(now_, answer, outcome.state, out);
  }
  void Take(const codec::Publish& publish, Output* out) {
    const PublishOutcome outcome = broker_.OnPublish(now_, id_, publish);
    if (outcome.verdict == PublishVerdict::kRetry) held_ = publish.packet_id;
    if (outcome.verdict != PublishVerdict::kAcknowledge || publish.qos == Qos::kAtMostOnce) return;
    session_.Acknowledge(publish.packet_id, outcome.reason, out);
  }

  const MonotonicTime now_{std::chrono::seconds(1000)};
  const session::Capabilities capabilities_{};
  Broker& broker_;
  Session session_;
  ConnectionId id_;
  session::SessionState* state_ = nullptr;
  uint16_t held_ = 0;
  ByteBuffer sent_;
};

class SessionContractTest : public BrokerTest {
 protected:
  WireClient& ConnectWire(const char* client_id, bool clean_start = false) {
    WireClient& client = wires_.emplace_back(broker_.get(), session_limits_, session_counters_);
    codec::Connect connect;
    connect.client_id = client_id;
    connect.clean_start = clean_start;
    connect.properties.session_expiry_interval = 600;
    client.Send(connect);
    return client;
  }
  static codec::Publish Qos2(bool dup = false) {
    codec::Publish publish = Message("t", "x", Qos::kExactlyOnce);
    publish.dup = dup;
    return publish;
  }
  static codec::Subscribe SubscribeTo(codec::SubscriptionListBuilder* list) {
    list->Add({.filter = "t", .maximum_qos = Qos::kAtLeastOnce});
    codec::Subscribe subscribe;
    subscribe.packet_id = 1;
    subscribe.subscriptions = list->list();
    return subscribe;
  }

  session::Limits session_limits_;
  session::Counters session_counters_{metrics_};
  std::list<WireClient> wires_;
};

TEST_F(SessionContractTest, TakeoverHandsTheStateOver) {  // [MQTT-3.1.4-3]
  WireClient& first = ConnectWire("a");
  EXPECT_EQ(first.Got(), "CONNACK");
  codec::SubscriptionListBuilder list;
  first.Send(SubscribeTo(&list));
  broker_->PublishLocal(clock_.Now(), Message("t", "x", Qos::kAtLeastOnce));
  EXPECT_EQ(first.Got(), "SUBACK PUBLISH");
  WireClient& second = ConnectWire("a");
  EXPECT_EQ(first.Got(), "DISCONNECT");
  EXPECT_EQ(second.Got(), "CONNACK PUBLISH");  // in flight when the first was thrown out
  EXPECT_EQ(broker_->connected_clients(), 1U);
}

TEST_F(SessionContractTest, MessagesBeyondTheWindowFollowTheAcknowledgements) {
  session_limits_.max_outbound_in_flight = 1;
  WireClient& a = ConnectWire("a");
  codec::SubscriptionListBuilder list;
  a.Send(SubscribeTo(&list));
  for (int i = 0; i < 2; ++i) {
    broker_->PublishLocal(clock_.Now(), Message("t", "x", Qos::kAtLeastOnce));
  }
  EXPECT_EQ(a.Got(), "CONNACK SUBACK PUBLISH");
  a.Send(codec::Ack{codec::PacketType::kPuback, 1, ReasonCode::kSuccess, {}});
  EXPECT_EQ(a.Got(), "PUBLISH");
}

TEST_F(SessionContractTest, CommitThatComesBetweenTwoConnectionsIsAcknowledgedOnTheSecond) {
  sink_.verdict = Verdict::kAccepted;
  WireClient& first = ConnectWire("a");
  first.Send(Qos2());
  first.Lose();
  broker_->Acknowledge(sink_.last_ack, ReasonCode::kSuccess);
  WireClient& second = ConnectWire("a");
  second.Send(Qos2(/*dup=*/true));
  EXPECT_EQ(second.Got(), "CONNACK PUBREC");
  EXPECT_EQ(sink_.offered.size(), 1U);  // taken once
}

TEST_F(SessionContractTest, CommitThatComesOnTheNextConnectionIsAcknowledgedThere) {
  sink_.verdict = Verdict::kAccepted;
  ConnectWire("a").Send(Qos2());
  WireClient& second = ConnectWire("a");  // takes over
  second.Send(Qos2(/*dup=*/true));
  EXPECT_EQ(second.Got(), "CONNACK");
  broker_->Acknowledge(sink_.last_ack, ReasonCode::kSuccess);
  EXPECT_EQ(second.Got(), "PUBREC");
  EXPECT_EQ(sink_.offered.size(), 1U);
}

TEST_F(SessionContractTest, HeldMessageIsTakenFromTheNextConnection) {
  sink_.verdict = Verdict::kBusy;
  WireClient& first = ConnectWire("a");
  first.Send(Qos2());
  first.Lose();
  sink_.verdict = Verdict::kAccepted;
  WireClient& second = ConnectWire("a");
  second.Send(Qos2(/*dup=*/true));
  broker_->Acknowledge(sink_.last_ack, ReasonCode::kSuccess);
  EXPECT_EQ(second.Got(), "CONNACK PUBREC");
}

}  // namespace
}  // namespace sluice::broker
