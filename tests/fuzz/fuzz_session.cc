// A client, an owner and a clock that do what the input says, and a model that watches. The input
// is a list of steps of one byte, most with a byte or two of arguments; raw bytes of a client are
// one kind of step.

#include <memory>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/status.h"
#include "fuzz_session_model.h"
#include "script.h"
#include "session/session.h"
#include "wire/packet.h"

namespace sluice::session {
namespace {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;
using codec::Version;
using fuzz::Script;

Limits SmallLimits() {
  Limits limits;
  limits.max_connect_bytes = 200;
  limits.max_packet_bytes = 300;
  limits.receive_maximum = 3;
  limits.max_qos2_ids = 4;
  limits.topic_alias_maximum = 2;
  limits.max_topic_bytes = 20;
  limits.max_topic_levels = 4;
  limits.max_alias_bytes = 30;
  limits.max_outbound_in_flight = 3;
  limits.max_outbound_bytes = 200;
  limits.control_burst = 10;
  return limits;
}

class World {
 public:
  explicit World(ByteSpan input) : script_(input) {}

  void Run() {
    Restart();
    while (!script_.done()) Step();
    Do([&] { session_->OnStreamClosed(&out_); });
    SLUICE_CHECK(session_->closed());
  }

 private:
  uint16_t Id() { return static_cast<uint16_t>(script_.Byte() % 6); }
  void Step() {
    switch (script_.Byte() % 16) {
      case 0:
        return Feed(script_.Bytes(script_.Byte()));
      case 1:
        return SendConnect();
      case 2:
      case 3:
        return SendPublish();
      case 4:
      case 5:
        return SendAck();
      case 6:
        return SendFilters();
      case 7:
        return Feed(script_.Byte() % 2 ? FromClient(codec::Ping{})
                                       : FromClient(codec::Disconnect{}));
      case 8:
      case 9:
        return Acknowledge();
      case 10:
        return Deliver();
      case 11:
        return AnswerRequest();
      case 12:
        return PassTime();
      case 13:
        return Do([&] { session_->Disconnect(ReasonCode::kServerShuttingDown, &out_); });
      case 14:
        return Do([&] { session_->OnStreamClosed(&out_); });
      default:
        return Restart();
    }
  }

  void Restart() {
    if (session_) Do([&] { session_->OnStreamClosed(&out_); });
    session_ = std::make_unique<Session>(limits_, capabilities_, counters_);
    input_.Clear();
    model_.OnStart();
    Do([&] { session_->Start(&out_); });
  }

  // The client.
  void SendConnect() {
    const uint8_t options = script_.Byte();
    codec::Connect connect;
    connect.version = options & 1 ? Version::kV5 : Version::kV311;
    connect.clean_start = (options & 2) != 0;
    connect.client_id = "c";
    connect.keep_alive_seconds = options & 4 ? 10 : 0;
    if (options & 8) connect.properties.receive_maximum = 1;
    if (options & 16) connect.properties.maximum_packet_size = 40;
    if (options & 32) connect.properties.session_expiry_interval = 10;
    if (options & 64) connect.will.emplace().topic = "w";
    version_ = connect.version;
    Feed(FromClient(connect));
  }
  void SendPublish() {
    const uint8_t options = script_.Byte();
    codec::Publish publish;
    publish.qos = static_cast<Qos>(options % 3);
    publish.dup = (options & 4) != 0 && publish.qos != Qos::kAtMostOnce;
    publish.packet_id = publish.qos == Qos::kAtMostOnce ? 0 : Id();
    publish.topic = options & 8 ? "" : "a/b";
    if (options & 24) publish.properties.topic_alias = Id();
    Feed(FromClient(publish));
  }
  void SendAck() {
    const uint8_t options = script_.Byte();
    codec::Ack ack;
    ack.type = static_cast<PacketType>(4 + options % 4);
    ack.packet_id = static_cast<uint16_t>((options >> 2) % 8);
    const bool may_refuse = ack.type == PacketType::kPuback || ack.type == PacketType::kPubrec;
    if (options & 128 && may_refuse) ack.reason = ReasonCode::kQuotaExceeded;
    Feed(FromClient(ack));
  }
  void SendFilters() {
    if (script_.Byte() % 2) {
      codec::SubscriptionListBuilder list;
      list.Add({.filter = "a/#"});
      Feed(FromClient(codec::Subscribe{1, list.list(), {}}));
    } else {
      codec::UnsubscriptionListBuilder list;
      list.Add("a/#");
      Feed(FromClient(codec::Unsubscribe{1, list.list(), {}}));
    }
  }
  template <typename Packet>
  ByteSpan FromClient(const Packet& packet) {
    packet_.Clear();
    Encode(packet, version_, &packet_);
    return packet_.view();
  }
  // The stream is the owner's to keep; here it is bounded so that a session that does not receive
  // ends it.
  void Feed(ByteSpan bytes) {
    input_.Append(bytes);
    ReceiveAll();
    if (input_.size() > 4096) Restart();
  }
  void ReceiveAll() {
    for (size_t taken = 1; taken > 0;) {
      const bool could = session_->CanReceive();
      Do([&] { taken = session_->Receive(now_, input_.view(), &out_); });
      SLUICE_CHECK(taken <= input_.size() && (could || taken == 0));
      input_.Consume(taken);
    }
  }

  // The owner.
  void Acknowledge() {
    const uint8_t options = script_.Byte();
    const auto packet_id = static_cast<uint16_t>(options % 8);
    const ReasonCode reason = options & 64 ? ReasonCode::kQuotaExceeded : ReasonCode::kSuccess;
    if (session_->connected()) {
      model_.OnAcknowledge(packet_id, reason);
      Do([&] { session_->Acknowledge(packet_id, reason, &out_); });
    } else {
      model_.OnLateAcknowledge(packet_id, reason);
      state_.AcknowledgeInbound(packet_id, reason);
    }
    ReceiveAll();
  }
  void Deliver() {
    const uint8_t options = script_.Byte();
    codec::Publish message;
    message.qos = static_cast<Qos>(options % 3);
    message.topic = "t";
    const std::vector<uint8_t> payload(options >> 1);
    message.payload = payload;
    if (options & 4) message.properties.message_expiry_interval = 5;
    Do([&] { session_->Deliver(now_, message, &out_); });
  }
  void AnswerRequest() {
    const uint8_t options = script_.Byte();
    std::vector<ReasonCode> answers(request_filters_);
    for (size_t i = 1; i < answers.size(); i += 2) answers[i] = ReasonCode::kNotAuthorized;
    if (connect_asked_ != nullptr) return AnswerConnect(options);
    if (request_filters_ == 0) return;
    request_filters_ = 0;
    Do([&] {
      session_->AcceptSubscribe(request_id_, answers, &out_);
      session_->AcceptUnsubscribe(request_id_, answers, &out_);
    });
    ReceiveAll();
  }
  void AnswerConnect(uint8_t options) {
    SLUICE_CHECK(connect_asked_->client_id == connect_client_id_);  // It is kept until now.
    connect_asked_ = nullptr;
    if (options % 8 == 7)
      return Do([&] { session_->RefuseConnect(ReasonCode::kNotAuthorized, &out_); });
    ConnectAnswer answer;
    answer.session_present = !connect_.clean_start && (options & 1) != 0;
    answer.late_acknowledgements = (options & 2) != 0;
    if (!answer.session_present) state_.Clear();
    model_.OnAccept(connect_, answer.session_present, answer.late_acknowledgements);
    Do([&] { session_->AcceptConnect(now_, answer, &state_, &out_); });
    ReceiveAll();
  }
  void PassTime() {
    const uint8_t options = script_.Byte();
    now_ += std::chrono::seconds(options >> 2);
    if (options & 2) session_->SetReading((options & 4) != 0);
    Do([&] { session_->OnTimer(static_cast<TimerKind>(options % kTimerKinds), now_, &out_); });
  }

  // Calls the session and shows the model what came of it.
  template <typename Call>
  void Do(const Call& call) {
    call();
    for (const Action& action : out_.actions) {
      model_.OnAction(action);
      Remember(action);
    }
    model_.OnSent(out_.bytes.view(), session_->version());
    out_.Clear();
    session_->CheckInvariants();
  }
  void Remember(const Action& action) {
    if (const auto* asked = std::get_if<ConnectRequested>(&action)) {
      connect_asked_ = asked->connect;
      connect_client_id_ = connect_asked_->client_id;
      connect_ = *asked->connect;  // Its views are not used later.
    } else if (const auto* subscribe = std::get_if<SubscribeRequested>(&action)) {
      request_id_ = subscribe->subscribe->packet_id;
      request_filters_ = subscribe->subscribe->subscriptions.size();
    } else if (const auto* unsubscribe = std::get_if<UnsubscribeRequested>(&action)) {
      request_id_ = unsubscribe->unsubscribe->packet_id;
      request_filters_ = unsubscribe->unsubscribe->filters.size();
    } else if (std::holds_alternative<Close>(action)) {
      connect_asked_ = nullptr;
      request_filters_ = 0;
    }
  }

  Script script_;
  Limits limits_ = SmallLimits();
  Capabilities capabilities_;
  Metrics metrics_;
  Counters counters_{metrics_};
  SessionState state_;
  std::unique_ptr<Session> session_;
  SessionModel model_;
  Output out_;
  ByteBuffer input_;
  ByteBuffer packet_;
  MonotonicTime now_{std::chrono::seconds(1000)};
  Version version_ = Version::kV5;
  codec::Connect connect_;
  const codec::Connect* connect_asked_ = nullptr;  // an answer to it is due
  std::string connect_client_id_;
  uint16_t request_id_ = 0;
  size_t request_filters_ = 0;
};

}  // namespace
}  // namespace sluice::session

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::session::World({data, size}).Run();
  return 0;
}
