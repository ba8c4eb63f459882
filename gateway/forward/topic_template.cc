#include "forward/topic_template.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/percent.h"
#include "codec/utf8.h"
#include "schema/cloudevents.h"

namespace sluice::forward {
namespace {

constexpr std::string_view kNoValue = "_";

bool NeedsEscape(uint8_t c, bool is_utf8) {
  return c < 0x20 || c == 0x7F || c == '+' || c == '#' || c == '/' || c == '%' ||
         (c >= 0x80 && !is_utf8);
}

void AppendValue(std::string_view value, std::string* out) {
  if (value.empty()) value = kNoValue;
  const bool is_utf8 = codec::CheckUtf8(AsBytes(value)) == codec::Utf8State::kOk;
  for (const char character : value) {
    const auto c = static_cast<uint8_t>(character);
    // A topic that begins with '$' is the server's own [MQTT-4.7.2-1].
    if (NeedsEscape(c, is_utf8) || (c == '$' && out->empty())) {
      AppendPercent(c, out);
    } else {
      out->push_back(character);
    }
  }
}

Status CheckText(std::string_view text) {
  if (text.empty()) return Status::InvalidArgument("is empty");
  if (text.front() == '$') {
    return Status::InvalidArgument(
        fmt::format("'{}' begins with '$', which is the broker's", text));
  }
  if (text.find_first_of("+#") != text.npos) {
    return Status::InvalidArgument(fmt::format("'{}' contains a wildcard", text));
  }
  if (text.size() > TopicTemplate::kMaxTopicBytes ||
      codec::CheckUtf8(AsBytes(text)) != codec::Utf8State::kOk) {
    return Status::InvalidArgument("is too long or not UTF-8");
  }
  return Status::Ok();
}

}  // namespace

Result<TopicTemplate> TopicTemplate::Parse(std::string_view text) {
  SLUICE_RETURN_IF_ERROR(CheckText(text));
  TopicTemplate result(text);
  for (std::string_view rest = text; !rest.empty();) {
    const size_t open = rest.find_first_of("{}");
    result.AddLiteral(rest.substr(0, open));
    if (open == rest.npos) break;
    const size_t close = rest.find('}', open);
    if (rest[open] == '}' || close == rest.npos) {
      return Status::InvalidArgument(fmt::format("'{}' has an unpaired brace", text));
    }
    SLUICE_RETURN_IF_ERROR(result.AddPlace(rest.substr(open + 1, close - open - 1)));
    rest.remove_prefix(close + 1);
  }
  return result;
}

Status TopicTemplate::AddPlace(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Place>, 6> kPlaces = {{
      {"gateway", Place::kGateway},
      {"stream", Place::kStream},
      {"device", Place::kDevice},
      {"identity", Place::kIdentity},
      {"type", Place::kType},
      {"severity", Place::kSeverity},
  }};
  for (const auto& [known, place] : kPlaces) {
    if (known != name) continue;
    parts_.push_back({place, {}});
    if (place != Place::kGateway && place != Place::kStream) per_event_ = true;
    return Status::Ok();
  }
  return Status::InvalidArgument(
      fmt::format("'{}' has an unknown placeholder {{{}}}; known are gateway, stream, device, "
                  "identity, type and "
                  "severity",
                  text_, name));
}

void TopicTemplate::AddLiteral(std::string_view literal) {
  if (!literal.empty()) parts_.push_back({Place::kLiteral, std::string(literal)});
}

std::string_view TopicTemplate::ValueOf(Place place, const schema::EventFields& fields) {
  switch (place) {
    case Place::kGateway:
      return fields.gateway;
    case Place::kStream:
      return fields.stream;
    case Place::kDevice:
      return fields.device;
    case Place::kIdentity:
      return fields.identity;
    case Place::kType:
      return fields.type;
    case Place::kSeverity:
      return schema::SeverityName(fields.severity);
    case Place::kLiteral:
      break;
  }
  return {};
}

void TopicTemplate::Render(const schema::EventFields& fields, std::string* out) const {
  out->clear();
  for (const Part& part : parts_) {
    if (part.place == Place::kLiteral) {
      out->append(part.literal);
    } else {
      AppendValue(ValueOf(part.place, fields), out);
    }
  }
}

void TopicTemplate::RenderForGap(std::string_view gateway, std::string_view stream,
                                 std::string* out) const {
  schema::EventFields fields;
  fields.type = schema::kGapType;
  fields.gateway = gateway;
  fields.stream = stream;
  fields.severity = schema::Severity::kWarning;
  Render(fields, out);
}

}  // namespace sluice::forward
