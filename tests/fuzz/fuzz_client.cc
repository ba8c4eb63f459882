// A server, an owner and a clock that do what the input says, and a slow, obvious account of what
// the client owes to both. The input is a list of steps of one byte, most with a byte or two of
// arguments; raw bytes of a server are one kind of step.

#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/status.h"
#include "client/client.h"
#include "script.h"
#include "wire/packet.h"

namespace sluice::client {
namespace {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;
using codec::Version;
using fuzz::Script;

// What a server may rely on, by what it was sent.
class Account {
 public:
  void OnStart() { *this = {}; }
  void OnConnack(const codec::Connack& connack) {
    const codec::Properties& p = connack.properties;
    receive_maximum_ = p.receive_maximum.value_or(65'535);
    max_packet_bytes_ = p.maximum_packet_size.value_or(codec::kMaxPacketBytes);
    maximum_qos_ = p.maximum_qos.value_or(2);
    alias_maximum_ = p.topic_alias_maximum.value_or(0);
  }
  void OnSent(ByteSpan bytes, Version version) {
    while (!bytes.empty()) {
      codec::Frame frame;
      codec::Packet packet;
      const auto peek = codec::PeekFrame(bytes, codec::kMaxPacketBytes, &frame);
      SLUICE_CHECK(peek.state == codec::FrameState::kOk);
      SLUICE_CHECK(codec::Decode(frame, version, &packet).ok());
      SLUICE_CHECK(codec::Validate(packet, version, codec::Sender::kClient).ok());
      SLUICE_CHECK((frame.type == PacketType::kConnect) == !connect_sent_);
      connect_sent_ = true;
      SLUICE_CHECK(!disconnect_sent_);  // it is the last
      disconnect_sent_ = frame.type == PacketType::kDisconnect;
      SLUICE_CHECK(frame.size <= max_packet_bytes_);
      if (const auto* publish = std::get_if<codec::Publish>(&packet)) OnPublish(*publish);
      if (const auto* subscribe = std::get_if<codec::Subscribe>(&packet)) {
        SLUICE_CHECK(in_use_.insert(subscribe->packet_id).second);
      }
      bytes = bytes.subspan(frame.size);
    }
  }
  void OnTold(const Action& action) {
    SLUICE_CHECK(!ended_);
    if (const auto* acked = std::get_if<Acknowledged>(&action)) {
      SLUICE_CHECK(tokens_.erase(acked->token) == 1);  // each once
    } else if (const auto* message = std::get_if<MessageReceived>(&action)) {
      SLUICE_CHECK(!message->publish->topic.empty());
    }
    ended_ = std::holds_alternative<Ended>(action);
  }
  void OnPublishTaken(uint32_t token) { SLUICE_CHECK(tokens_.insert(token).second); }
  size_t unanswered() const { return tokens_.size(); }
  bool ended() const { return ended_; }

 private:
  void OnPublish(const codec::Publish& publish) {
    SLUICE_CHECK(static_cast<unsigned>(publish.qos) <= maximum_qos_);
    if (const auto alias = publish.properties.topic_alias) {
      SLUICE_CHECK(*alias <= alias_maximum_);
      if (!publish.topic.empty()) aliases_[*alias] = publish.topic;
      SLUICE_CHECK(aliases_[*alias] == "topic" || aliases_[*alias] == "other");
    }
    if (publish.qos == Qos::kAtMostOnce) return;
    SLUICE_CHECK(in_use_.insert(publish.packet_id).second);
    SLUICE_CHECK(tokens_.size() <= receive_maximum_);
  }

  size_t receive_maximum_ = 65'535;
  size_t max_packet_bytes_ = codec::kMaxPacketBytes;
  unsigned maximum_qos_ = 2;
  unsigned alias_maximum_ = 0;
  bool connect_sent_ = false;
  bool disconnect_sent_ = false;
  bool ended_ = false;
  std::map<uint16_t, std::string> aliases_;
  std::set<uint16_t> in_use_;  // packet identifiers; no input is long enough to use one twice
  std::set<uint32_t> tokens_;
};

class World {
 public:
  explicit World(ByteSpan input) : script_(input) {}

  void Run() {
    Restart();
    while (!script_.done()) Step();
    Do([&] { client_->OnStreamClosed(&out_); });
    SLUICE_CHECK(client_->ended() && account_.ended());
    SLUICE_CHECK(!client_->NextDeadline());
  }

 private:
  void Step() {
    switch (script_.Byte() % 16) {
      case 0:
      case 1:
        return Feed(script_.Bytes(script_.Byte()));
      case 2:
        return SendConnack();
      case 3:
      case 4:
        return SendAck();
      case 5:
      case 6:
        return SendPublish();
      case 7:
        return SendOther();
      case 8:
      case 9:
      case 10:
        return Publish();
      case 11:
        return Request();
      case 12:
        return Acknowledge();
      case 13:
        return PassTime();
      case 14:
        return Do([&] { client_->Disconnect(ReasonCode::kNormalDisconnection, &out_); });
      default:
        return Restart();
    }
  }

  void Restart() {
    if (client_) Do([&] { client_->OnStreamClosed(&out_); });
    const uint8_t choice = script_.Byte();
    options_ = {};
    options_.version = choice & 1 ? Version::kV5 : Version::kV311;
    options_.client_id = "c";
    options_.clean_start = (choice & 2) == 0;
    options_.keep_alive_seconds = choice & 4 ? 10 : 0;
    options_.max_packet_bytes = 300;
    options_.receive_maximum = 2;
    options_.topic_alias_maximum = 2;
    options_.max_in_flight = choice & 8 ? 1 : 3;
    if (choice & 16) options_.will.emplace().topic = "gone";
    SLUICE_CHECK(CheckOptions(options_).ok());
    input_.Clear();
    account_.OnStart();
    client_ = std::make_unique<Client>(options_, state_);
    Do([&] { client_->Start(now_, &out_); });
  }

  // The server.
  void SendConnack() {
    const uint8_t options = script_.Byte();
    codec::Connack connack;
    connack.session_present = (options & 1) != 0;
    if (options & 2) connack.properties.receive_maximum = 1;
    if (options & 4) connack.properties.maximum_packet_size = 30;
    if (options & 8) connack.properties.maximum_qos = 1;
    if (options & 16) connack.properties.topic_alias_maximum = 1;
    if (options & 32) connack.properties.server_keep_alive = 5;
    if ((options & 192) == 192) connack.reason = ReasonCode::kServerBusy;
    Feed(FromServer(connack));
  }
  void SendAck() {
    const uint8_t options = script_.Byte();
    codec::Ack ack;
    ack.type = static_cast<PacketType>(4 + options % 4);
    ack.packet_id = static_cast<uint16_t>((options >> 2) % 16);
    if (options & 128 && ack.type <= PacketType::kPubrec) ack.reason = ReasonCode::kQuotaExceeded;
    Feed(FromServer(ack));
  }
  void SendPublish() {
    const uint8_t options = script_.Byte();
    codec::Publish publish;
    publish.qos = static_cast<Qos>(options % 3);
    publish.packet_id =
        publish.qos == Qos::kAtMostOnce ? 0 : static_cast<uint16_t>(1 + (options >> 2) % 4);
    publish.topic = options & 32 ? "" : "a/b";
    if (options & 64) publish.properties.topic_alias = static_cast<uint16_t>(options >> 6);
    Feed(FromServer(publish));
  }
  void SendOther() {
    const uint8_t options = script_.Byte();
    const auto packet_id = static_cast<uint16_t>(options >> 2);
    static constexpr uint8_t kReasons[] = {0};
    if (options % 4 == 0) return Feed(FromServer(codec::Ping{PacketType::kPingresp}));
    if (options % 4 == 1) return Feed(FromServer(codec::Suback{packet_id, kReasons, {}}));
    if (options % 4 == 2) return Feed(FromServer(codec::Disconnect{ReasonCode::kServerBusy, {}}));
    return Feed(FromServer(codec::Auth{}));
  }
  template <typename Packet>
  ByteSpan FromServer(const Packet& packet) {
    packet_.Clear();
    Encode(packet, options_.version, &packet_);
    return packet_.view();
  }
  void Feed(ByteSpan bytes) {
    input_.Append(bytes);
    for (size_t taken = 1; taken > 0;) {
      NoteConnack();
      Do([&] { taken = client_->Receive(now_, input_.view(), &out_); });
      SLUICE_CHECK(taken <= input_.size());
      input_.Consume(taken);
    }
    SLUICE_CHECK(client_->ended() || input_.size() <= options_.max_packet_bytes);
    if (client_->ended()) input_.Clear();
  }

  // If it is what comes next.
  void NoteConnack() {
    codec::Frame frame;
    codec::Connack connack;
    const auto peek = codec::PeekFrame(input_.view(), options_.max_packet_bytes, &frame);
    if (client_->connected() || client_->ended() || peek.state != codec::FrameState::kOk) return;
    if (frame.type != PacketType::kConnack) return;
    if (codec::Decode(frame, options_.version, &connack).ok()) account_.OnConnack(connack);
  }

  // The owner.
  void Publish() {
    const uint8_t options = script_.Byte();
    const std::string payload(options >> 3, 'x');
    codec::OutgoingPublish message;
    message.qos = static_cast<Qos>(options % 3);
    message.topic = options & 4 ? "topic" : "other";
    message.payload = AsBytes(payload);
    const bool could = client_->CanPublish();
    Do([&] {
      const PublishResult result = client_->Publish(now_, ++token_, message, &out_);
      const bool sent = result == PublishResult::kSent;
      if (sent && message.qos != Qos::kAtMostOnce) {
        SLUICE_CHECK(could);
        account_.OnPublishTaken(token_);
      }
      SLUICE_CHECK(sent || out_.bytes.empty());
    });
  }
  void Request() {
    const uint8_t options = script_.Byte();
    if (options % 2) {
      codec::SubscriptionListBuilder list;
      list.Add({.filter = options & 2 ? "a/#" : "a#"});
      Do([&] { client_->Subscribe(now_, 1, list.list(), options >> 4, &out_); });
    } else {
      codec::UnsubscriptionListBuilder list;
      list.Add("a/#");
      Do([&] { client_->Unsubscribe(now_, 1, list.list(), &out_); });
    }
  }
  void Acknowledge() {
    const uint8_t options = script_.Byte();
    const ReasonCode reason = options & 64 ? ReasonCode::kQuotaExceeded : ReasonCode::kSuccess;
    Do([&] { client_->Acknowledge(now_, options % 8, reason, &out_); });
  }
  void PassTime() {
    now_ += std::chrono::seconds(script_.Byte() % 64);
    Do([&] { client_->Tick(now_, &out_); });
    const auto due = client_->NextDeadline();
    SLUICE_CHECK(!due || *due > now_);
  }

  // Calls the client and looks at what came of it.
  template <typename Call>
  void Do(const Call& call) {
    call();
    account_.OnSent(out_.bytes.view(), options_.version);
    for (const Action& action : out_.actions) account_.OnTold(action);
    out_.Clear();
    client_->CheckInvariants();
    SLUICE_CHECK(!client_->connected() || client_->in_flight() == account_.unanswered());
    SLUICE_CHECK(state_.size() <= 2u * options_.receive_maximum);
  }

  Script script_;
  Options options_;
  SessionState state_;
  std::unique_ptr<Client> client_;
  Account account_;
  Output out_;
  ByteBuffer input_;
  ByteBuffer packet_;
  MonotonicTime now_{std::chrono::seconds(1000)};
  uint32_t token_ = 0;
};

}  // namespace
}  // namespace sluice::client

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::client::World({data, size}).Run();
  return 0;
}
