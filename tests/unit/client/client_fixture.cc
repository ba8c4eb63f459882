#include "client_fixture.h"

#include <fmt/format.h>

#include "codec/unsubscribe.h"
#include "wire/describe.h"
#include "wire/wire_case.h"

namespace sluice::client {
namespace {

using codec::Qos;
using codec::ReasonCode;

std::string Reasons(ByteSpan reasons) {
  std::string text;
  for (const uint8_t reason : reasons) text += fmt::format(" {:02X}", reason);
  return text;
}

std::string Word(const Connected& a) {
  return a.terms->session_present() ? "connected present" : "connected";
}
std::string Word(const Acknowledged& a) {
  const auto code = static_cast<unsigned>(a.reason);
  return fmt::format("acked {}{}{}", a.token, code == 0 ? "" : fmt::format(" {:02X}", code),
                     a.reason_string.empty() ? "" : fmt::format(" '{}'", a.reason_string));
}
std::string Word(const MessageReceived& a) {
  const codec::Publish& p = *a.publish;
  return fmt::format("message {}={} q{}{}", p.topic, AsText(p.payload), static_cast<int>(p.qos),
                     p.packet_id ? fmt::format(" #{}", p.packet_id) : "");
}
std::string Word(const Subscribed& a) {
  return fmt::format("subscribed {}{}", a.token, Reasons(a.reasons));
}
std::string Word(const Unsubscribed& a) {
  return fmt::format("unsubscribed {}{}", a.token, Reasons(a.reasons));
}
std::string Word(const Ended& a) {
  return fmt::format("end {} {:02X}", EndCauseName(a.end->cause),
                     static_cast<unsigned>(a.end->reason));
}

}  // namespace

void ClientTest::Open() {
  ASSERT_TRUE(CheckOptions(options).ok()) << CheckOptions(options).ToString();
  out.Clear();
  client = std::make_unique<Client>(options, state);
  client->Start(clock.Now(), &out);
  AfterCall();
}

void ClientTest::Connect() {
  Open();
  Send(connack);
  ASSERT_TRUE(client->connected()) << Describe(client->end());
  Sent();
  Told();
}

size_t ClientTest::SendBytes(ByteSpan bytes) {
  input_.assign(bytes.begin(), bytes.end());
  size_t taken = 0;
  while (const size_t n = client->Receive(clock.Now(), ByteSpan(input_).subspan(taken), &out)) {
    taken += n;
    AfterCall();
  }
  AfterCall();
  return taken;
}

void ClientTest::SendHex(const char* hex) {
  const test::WireCase bytes{
      .name = {}, .version = {}, .sender = {}, .fields = {{hex, ""}}, .expected = {}};
  SendBytes(AsBytes(bytes.bytes()));
}

void ClientTest::SendAck(codec::PacketType type, uint16_t packet_id, ReasonCode reason) {
  Send(codec::Ack{type, packet_id, reason, {}});
}

void ClientTest::SendPublish(Qos qos, uint16_t packet_id, std::string_view topic) {
  codec::Publish publish;
  publish.qos = qos;
  publish.packet_id = packet_id;
  publish.topic = topic;
  publish.payload = AsBytes("x");
  Send(publish);
}

PublishResult ClientTest::Publish(Qos qos, uint32_t token, std::string_view topic,
                                  std::string_view payload) {
  codec::OutgoingPublish message;
  message.qos = qos;
  message.topic = topic;
  message.payload = AsBytes(payload);
  return Publish(message, token);
}

PublishResult ClientTest::Publish(const codec::OutgoingPublish& message, uint32_t token) {
  const size_t before = out.bytes.size();
  const PublishResult result = client->Publish(clock.Now(), token, message, &out);
  EXPECT_EQ(out.bytes.size() > before, result == PublishResult::kSent);
  AfterCall();
  return result;
}

RequestResult ClientTest::Subscribe(uint32_t token, const std::vector<std::string>& filters,
                                    uint32_t subscription_id) {
  codec::SubscriptionListBuilder list;
  for (const std::string& filter : filters) {
    list.Add({.filter = filter, .maximum_qos = Qos::kAtLeastOnce});
  }
  const RequestResult result =
      client->Subscribe(clock.Now(), token, list.list(), subscription_id, &out);
  AfterCall();
  return result;
}

RequestResult ClientTest::Unsubscribe(uint32_t token, const std::vector<std::string>& filters) {
  codec::UnsubscriptionListBuilder list;
  for (const std::string& filter : filters) list.Add(filter);
  const RequestResult result = client->Unsubscribe(clock.Now(), token, list.list(), &out);
  AfterCall();
  return result;
}

void ClientTest::Acknowledge(uint16_t packet_id, ReasonCode reason) {
  client->Acknowledge(clock.Now(), packet_id, reason, &out);
  AfterCall();
}

void ClientTest::Disconnect(ReasonCode reason) {
  client->Disconnect(reason, &out);
  AfterCall();
}

void ClientTest::CloseStream() {
  client->OnStreamClosed(&out);
  AfterCall();
}

void ClientTest::Wait(Duration time) {
  const MonotonicTime end = clock.Now() + time;
  while (const auto due = client->NextDeadline()) {
    if (*due > end) break;
    if (*due > clock.Now()) clock.Advance(*due - clock.Now());
    client->Tick(clock.Now(), &out);
    AfterCall();
    ASSERT_TRUE(!client->NextDeadline() || *client->NextDeadline() > clock.Now());
  }
  clock.Advance(end - clock.Now());
}

std::string ClientTest::Sent() {
  std::string text;
  ByteSpan bytes = out.bytes.view();
  while (!bytes.empty()) {
    codec::Frame frame;
    codec::Packet packet;
    const auto peek = codec::PeekFrame(bytes, codec::kMaxPacketBytes, &frame);
    if (peek.state != codec::FrameState::kOk) {
      ADD_FAILURE() << "not a packet: " << peek.verdict.why;
      break;
    }
    const codec::Verdict decoded = codec::Decode(frame, options.version, &packet);
    EXPECT_TRUE(decoded.ok()) << decoded.why;
    const codec::Verdict valid = codec::Validate(packet, options.version, codec::Sender::kClient);
    EXPECT_TRUE(valid.ok()) << valid.why;
    if (!text.empty()) text += "; ";
    text += test::Describe(packet);
    bytes = bytes.subspan(frame.size);
  }
  out.bytes.Clear();
  return text;
}

std::string ClientTest::SentHex() {
  std::string text;
  for (const uint8_t byte : out.bytes.view()) {
    text += fmt::format("{}{:02X}", text.empty() ? "" : " ", byte);
  }
  out.bytes.Clear();
  return text;
}

std::string ClientTest::Told() { return std::exchange(told_, {}); }

void ClientTest::AfterCall() {
  for (const Action& action : out.actions) {
    if (!told_.empty()) told_ += "; ";
    told_ += std::visit([](const auto& a) { return Word(a); }, action);
  }
  out.actions.clear();
  client->CheckInvariants();
}

}  // namespace sluice::client
