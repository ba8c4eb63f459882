#include "describe.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "wire/packet.h"

namespace sluice::session {
namespace {

std::string_view CauseName(CloseCause cause) {
  constexpr std::string_view kNames[] = {"client",    "stream", "refused", "server",
                                         "malformed", "rule",   "limit",   "timeout"};
  return kNames[static_cast<size_t>(cause)];
}

std::string_view WillName(WillFate fate) {
  constexpr std::string_view kNames[] = {"none", "cancelled", "due"};
  return kNames[static_cast<size_t>(fate)];
}

std::string_view TimerName(TimerKind kind) {
  constexpr std::string_view kNames[] = {"connect", "keep-alive", "rest"};
  return kNames[static_cast<size_t>(kind)];
}

std::string Word(const ConnectRequested& a) {
  return fmt::format("connect {}", a.connect->client_id);
}
std::string Word(const PublishReceived& a) {
  const codec::Publish& p = *a.publish;
  return fmt::format("publish {}={} q{}{}{}", p.topic, AsText(p.payload), static_cast<int>(p.qos),
                     p.retain ? " retain" : "",
                     p.packet_id ? fmt::format(" #{}", p.packet_id) : "");
}
std::string Word(const SubscribeRequested& a) {
  std::string text = fmt::format("subscribe #{}", a.subscribe->packet_id);
  for (const auto& entry : a.subscribe->subscriptions) text += fmt::format(" {}", entry.filter);
  return text;
}
std::string Word(const UnsubscribeRequested& a) {
  std::string text = fmt::format("unsubscribe #{}", a.unsubscribe->packet_id);
  for (const auto& entry : a.unsubscribe->filters) text += fmt::format(" {}", entry.filter);
  return text;
}
std::string Word(const DeliveryFinished& a) {
  return fmt::format("finished #{} {:02X}", a.packet_id, static_cast<int>(a.reason));
}
std::string Word(const StartTimer& a) {
  return fmt::format("start {} {}ms", TimerName(a.kind), a.duration.count());
}
std::string Word(const StopTimer& a) { return fmt::format("stop {}", TimerName(a.kind)); }
std::string Word(const Close& a) {
  return fmt::format("close {} {:02X} will={} expiry={}", CauseName(a.cause),
                     static_cast<int>(a.reason), WillName(a.will), a.session_expiry_seconds);
}

std::string Reason(codec::ReasonCode reason) {
  return reason == codec::ReasonCode::kSuccess ? ""
                                               : fmt::format(" {:02X}", static_cast<int>(reason));
}
std::string Reasons(ByteSpan reasons) {
  std::string text;
  for (const uint8_t reason : reasons) text += fmt::format(" {:02X}", reason);
  return text;
}

struct PacketWord {
  std::string operator()(const codec::Connack& p) const {
    return fmt::format("CONNACK{}{}", p.session_present ? " present" : "", Reason(p.reason));
  }
  std::string operator()(const codec::Publish& p) const {
    return fmt::format("PUBLISH{} {}={} q{}{}{}", p.dup ? " dup" : "", p.topic, AsText(p.payload),
                       static_cast<int>(p.qos), p.retain ? " retain" : "",
                       p.packet_id ? fmt::format(" #{}", p.packet_id) : "");
  }
  std::string operator()(const codec::Ack& p) const {
    return fmt::format("{} {}{}", PacketTypeName(p.type), p.packet_id, Reason(p.reason));
  }
  std::string operator()(const codec::Suback& p) const {
    return fmt::format("SUBACK {}{}", p.packet_id, Reasons(p.reasons));
  }
  std::string operator()(const codec::Unsuback& p) const {
    return fmt::format("UNSUBACK {}{}", p.packet_id, Reasons(p.reasons));
  }
  std::string operator()(const codec::Ping&) const { return "PINGRESP"; }
  std::string operator()(const codec::Disconnect& p) const {
    return fmt::format("DISCONNECT{}", Reason(p.reason));
  }
  template <typename Other>
  std::string operator()(const Other&) const {
    ADD_FAILURE() << "a packet that servers do not send";
    return "?";
  }
};

}  // namespace

std::string Describe(const Action& action) {
  return std::visit([](const auto& a) { return Word(a); }, action);
}

std::string DescribePackets(ByteSpan bytes, codec::Version version) {
  std::string text;
  while (!bytes.empty()) {
    codec::Frame frame;
    codec::Packet packet;
    const auto peek = codec::PeekFrame(bytes, codec::kMaxPacketBytes, &frame);
    if (peek.state != codec::FrameState::kOk) {
      ADD_FAILURE() << "not a packet: " << ToHex(bytes);
      return text;
    }
    const codec::Verdict decoded = codec::Decode(frame, version, &packet);
    EXPECT_TRUE(decoded.ok()) << decoded.why << ": " << ToHex(bytes);
    const codec::Verdict valid = codec::Validate(packet, version, codec::Sender::kServer);
    EXPECT_TRUE(valid.ok()) << valid.why << ": " << ToHex(bytes);
    if (!text.empty()) text += "; ";
    text += std::visit(PacketWord{}, packet);
    bytes = bytes.subspan(frame.size);
  }
  return text;
}

std::vector<uint8_t> FromHex(std::string_view hex) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < hex.size();) {
    if (hex[i] == ' ') {
      ++i;
    } else if (hex[i] == '\'') {
      for (++i; hex[i] != '\''; ++i) bytes.push_back(static_cast<uint8_t>(hex[i]));
      ++i;
    } else {
      bytes.push_back(static_cast<uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
      i += 2;
    }
  }
  return bytes;
}

std::string ToHex(ByteSpan bytes) {
  std::string text;
  for (const uint8_t byte : bytes) text += fmt::format("{}{:02X}", text.empty() ? "" : " ", byte);
  return text;
}

}  // namespace sluice::session
