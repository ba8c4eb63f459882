#include "wire/describe.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace sluice::test {
namespace {

using namespace codec;

std::string Printable(std::string_view bytes) {
  if (std::ranges::all_of(bytes, [](char c) { return c >= ' ' && c <= '~'; })) {
    return std::string(bytes);
  }
  std::string text = "x'";
  for (const char c : bytes) text += fmt::format("{:02X}", static_cast<uint8_t>(c));
  return text + "'";
}

// Builds the line: " name=value" for whatever is worth saying.
class Line {
 public:
  explicit Line(std::string_view start) : text_(start) {}

  Line& Flag(std::string_view name, bool set) {
    if (set) text_ += fmt::format(" {}", name);
    return *this;
  }
  Line& Number(std::string_view name, uint64_t value) {
    if (value != 0) text_ += fmt::format(" {}={}", name, value);
    return *this;
  }
  Line& Text(std::string_view name, std::string_view value) {
    if (!value.empty()) text_ += fmt::format(" {}={}", name, Printable(value));
    return *this;
  }
  template <typename T>
  Line& Maybe(std::string_view name, const std::optional<T>& value) {
    if (value) text_ += fmt::format(" {}={}", name, ToText(*value));
    return *this;
  }
  Line& Reason(ReasonCode reason) {
    if (reason != ReasonCode::kSuccess) Add(fmt::format("reason={:02X}", static_cast<int>(reason)));
    return *this;
  }
  Line& Add(std::string_view word) {
    text_ += fmt::format(" {}", word);
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  static std::string ToText(uint64_t value) { return fmt::to_string(value); }
  static std::string ToText(std::string_view value) { return Printable(value); }
  static std::string ToText(ByteSpan value) { return Printable(AsText(value)); }

  std::string text_;
};

std::string DescribeProperties(const Properties& p) {
  Line line("");
  line.Maybe("payload_format", p.payload_format_indicator)
      .Maybe("message_expiry", p.message_expiry_interval)
      .Maybe("content_type", p.content_type)
      .Maybe("response_topic", p.response_topic)
      .Maybe("correlation_data", p.correlation_data)
      .Maybe("session_expiry", p.session_expiry_interval)
      .Maybe("assigned_client_id", p.assigned_client_identifier)
      .Maybe("server_keep_alive", p.server_keep_alive)
      .Maybe("auth_method", p.authentication_method)
      .Maybe("auth_data", p.authentication_data)
      .Maybe("request_problem_info", p.request_problem_information)
      .Maybe("will_delay", p.will_delay_interval)
      .Maybe("request_response_info", p.request_response_information)
      .Maybe("response_info", p.response_information)
      .Maybe("server_reference", p.server_reference)
      .Maybe("reason_string", p.reason_string)
      .Maybe("receive_maximum", p.receive_maximum)
      .Maybe("topic_alias_maximum", p.topic_alias_maximum)
      .Maybe("topic_alias", p.topic_alias)
      .Maybe("maximum_qos", p.maximum_qos)
      .Maybe("retain_available", p.retain_available)
      .Maybe("maximum_packet_size", p.maximum_packet_size)
      .Maybe("wildcards", p.wildcard_subscription_available)
      .Maybe("subscription_ids", p.subscription_identifier_available)
      .Maybe("shared", p.shared_subscription_available);
  for (const uint32_t id : p.subscription_ids) line.Number("subscription_id", id);
  for (const UserProperty& user : p.user_properties) {
    line.Add(fmt::format("user={}:{}", Printable(user.name), Printable(user.value)));
  }
  return line.text().empty() ? "" : " {" + line.text().substr(1) + "}";
}

std::string DescribeWill(const Will& will) {
  return Line("will=[")
             .Number("qos", static_cast<uint8_t>(will.qos))
             .Flag("retain", will.retain)
             .Text("topic", will.topic)
             .Text("payload", AsText(will.payload))
             .text() +
         DescribeProperties(will.properties) + " ]";
}

std::string DescribeStruct(const Connect& p) {
  Line line("CONNECT");
  line.Add(p.version == Version::kV5 ? "5.0"
           : p.is_31                 ? "3.1"
                                     : "3.1.1")
      .Flag("bridge", p.is_bridge)
      .Flag("clean_start", p.clean_start)
      .Number("keep_alive", p.keep_alive_seconds)
      .Text("client_id", p.client_id);
  if (p.will) line.Add(DescribeWill(*p.will));
  line.Maybe("user_name", p.user_name).Maybe("password", p.password);
  return line.text() + DescribeProperties(p.properties);
}

std::string DescribeStruct(const Connack& p) {
  return Line("CONNACK").Flag("session_present", p.session_present).Reason(p.reason).text() +
         DescribeProperties(p.properties);
}

std::string DescribeStruct(const Publish& p) {
  return Line("PUBLISH")
             .Flag("dup", p.dup)
             .Number("qos", static_cast<uint8_t>(p.qos))
             .Flag("retain", p.retain)
             .Number("id", p.packet_id)
             .Text("topic", p.topic)
             .Text("payload", AsText(p.payload))
             .text() +
         DescribeProperties(p.properties);
}

std::string DescribeStruct(const Ack& p) {
  return Line(PacketTypeName(p.type)).Number("id", p.packet_id).Reason(p.reason).text() +
         DescribeProperties(p.properties);
}

std::string DescribeStruct(const Subscribe& p) {
  Line line("SUBSCRIBE");
  line.Number("id", p.packet_id);
  for (const Subscription& s : p.subscriptions) {
    line.Text("filter", s.filter)
        .Number("qos", static_cast<uint8_t>(s.maximum_qos))
        .Flag("no_local", s.no_local)
        .Flag("retain_as_published", s.retain_as_published)
        .Number("retain_handling", static_cast<uint8_t>(s.retain_handling));
  }
  return line.text() + DescribeProperties(p.properties);
}

std::string DescribeReasons(std::string_view name, uint16_t packet_id, ByteSpan reasons) {
  Line line(name);
  line.Number("id", packet_id);
  for (const uint8_t reason : reasons) line.Add(fmt::format("{:02X}", reason));
  return line.text();
}

std::string DescribeStruct(const Suback& p) {
  return DescribeReasons("SUBACK", p.packet_id, p.reasons) + DescribeProperties(p.properties);
}

std::string DescribeStruct(const Unsubscribe& p) {
  Line line("UNSUBSCRIBE");
  line.Number("id", p.packet_id);
  for (const Unsubscription& entry : p.filters) line.Text("filter", entry.filter);
  return line.text() + DescribeProperties(p.properties);
}

std::string DescribeStruct(const Unsuback& p) {
  return DescribeReasons("UNSUBACK", p.packet_id, p.reasons) + DescribeProperties(p.properties);
}

std::string DescribeStruct(const Ping& p) { return std::string(PacketTypeName(p.type)); }

std::string DescribeStruct(const Disconnect& p) {
  return Line("DISCONNECT").Reason(p.reason).text() + DescribeProperties(p.properties);
}

std::string DescribeStruct(const Auth& p) {
  return Line("AUTH").Reason(p.reason).text() + DescribeProperties(p.properties);
}

}  // namespace

std::string Describe(const Packet& packet) {
  return std::visit([](const auto& p) { return DescribeStruct(p); }, packet);
}

}  // namespace sluice::test
