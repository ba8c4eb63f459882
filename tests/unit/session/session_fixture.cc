#include "session_fixture.h"

#include <fmt/ranges.h>

#include "describe.h"

namespace sluice::session {

using codec::Qos;
using codec::ReasonCode;
using codec::Version;

void SessionTest::Open() {
  session = std::make_unique<Session>(limits, capabilities, counters);
  session->Start(&out);
  AfterCall();
}

void SessionTest::Connect(Version version) {
  version_ = connect.version = version;
  if (connect.client_id.empty()) connect.client_id = "c";
  Open();
  Send(connect);
  Accept();
  Sent();
  Asked();
}

void SessionTest::Resume(Version version) {
  version_ = connect.version = version;
  connect.clean_start = false;
  Open();
  Send(connect);
  Accept(true);
}

size_t SessionTest::SendBytes(ByteSpan bytes) {
  input_.assign(bytes.begin(), bytes.end());
  size_t taken = 0;
  while (const size_t n = session->Receive(clock.Now(), ByteSpan(input_).subspan(taken), &out)) {
    taken += n;
    AfterCall();
  }
  AfterCall();
  return taken;
}

void SessionTest::SendHex(std::string_view hex) { SendBytes(FromHex(hex)); }

void SessionTest::Publish(Qos qos, uint16_t packet_id, std::string_view topic, bool dup) {
  codec::Publish publish;
  publish.qos = qos;
  publish.packet_id = packet_id;
  publish.topic = topic;
  publish.dup = dup;
  publish.payload = AsBytes("x");
  Send(publish);
}

void SessionTest::SendAck(codec::PacketType type, uint16_t packet_id, ReasonCode reason) {
  Send(codec::Ack{type, packet_id, reason, {}});
}

void SessionTest::Subscribe(uint16_t packet_id, std::vector<std::string> filters) {
  codec::SubscriptionListBuilder list;
  for (const std::string& filter : filters) list.Add({.filter = filter});
  Send(codec::Subscribe{packet_id, list.list(), {}});
}

void SessionTest::Unsubscribe(uint16_t packet_id, std::vector<std::string> filters) {
  codec::UnsubscriptionListBuilder list;
  for (const std::string& filter : filters) list.Add(filter);
  Send(codec::Unsubscribe{packet_id, list.list(), {}});
}

void SessionTest::Accept(bool session_present) {
  answer.session_present = session_present;
  session->AcceptConnect(clock.Now(), answer, &state, &out);
  AfterCall();
}

void SessionTest::Acknowledge(uint16_t packet_id, ReasonCode reason) {
  session->Acknowledge(packet_id, reason, &out);
  AfterCall();
}

DeliverResult SessionTest::Deliver(Qos qos, std::string_view topic, std::string_view payload) {
  codec::Publish message;
  message.qos = qos;
  message.topic = topic;
  message.payload = AsBytes(payload);
  const DeliverResult result = session->Deliver(clock.Now(), message, &out);
  AfterCall();
  return result;
}

void SessionTest::FireTimer(TimerKind kind, Duration after) {
  clock.Advance(after);
  session->OnTimer(kind, clock.Now(), &out);
  AfterCall();
}

void SessionTest::Disconnect(ReasonCode reason) {
  session->Disconnect(reason, &out);
  AfterCall();
}

void SessionTest::CloseStream() {
  session->OnStreamClosed(&out);
  AfterCall();
}

std::string SessionTest::Sent() {
  std::string text = DescribePackets(out.bytes.view(), session->version());
  out.bytes.Clear();
  return text;
}

std::string SessionTest::SentHex() {
  std::string text = ToHex(out.bytes.view());
  out.bytes.Clear();
  return text;
}

std::string SessionTest::Asked() {
  std::string text = fmt::format("{}", fmt::join(asked_, "; "));
  asked_.clear();
  return text;
}

void SessionTest::AfterCall() {
  for (const Action& action : out.actions) asked_.push_back(Describe(action));
  out.actions.clear();
  session->CheckInvariants();
}

}  // namespace sluice::session
