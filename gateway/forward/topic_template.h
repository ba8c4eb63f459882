#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "schema/event_fields.h"

namespace sluice::forward {

// A topic with places for values: "sites/{gateway}/{device}/{type}". Knows {gateway}, {stream},
// {device}, {identity}, {type} and {severity}.
//
// Values come from devices and are not trusted: '/', '+', '#', '%', control characters and bytes
// that are not UTF-8 are written as %2F and so on, so that a device can neither leave its level nor
// make a wildcard of it; an empty value is written as "_".
class TopicTemplate {
 public:
  static constexpr std::string_view kDefault = "sluice/{gateway}/{stream}";
  // MQTT strings carry their length in two bytes.
  static constexpr size_t kMaxTopicBytes = 65535;

  // kInvalidArgument says what is wrong, going on from where the text stands ("'a/#' contains …"):
  // wildcards, a leading '$', an unknown or unclosed place, an empty text.
  static Result<TopicTemplate> Parse(std::string_view text);
  TopicTemplate() : TopicTemplate(*Parse(kDefault)) {}

  const std::string& text() const { return text_; }
  // Whether the topic depends on the event. If not, all of a stream goes to one topic and a batch
  // is cut only by size and time.
  bool per_event() const { return per_event_; }
  bool operator==(const TopicTemplate& other) const { return text_ == other.text_; }

  // Replaces `out`; allocates only to let it grow. The result may be longer than kMaxTopicBytes.
  void Render(const schema::EventFields& fields, std::string* out) const;
  // The topic of what belongs to no device: gap records. Type "sluice.gap.v1", severity "warning",
  // device and identity "_".
  void RenderForGap(std::string_view gateway, std::string_view stream, std::string* out) const;

 private:
  enum class Place : uint8_t { kLiteral, kGateway, kStream, kDevice, kIdentity, kType, kSeverity };
  struct Part {
    Place place;
    std::string literal;
  };

  explicit TopicTemplate(std::string_view text) : text_(text) {}
  Status AddPlace(std::string_view name);
  void AddLiteral(std::string_view literal);
  static std::string_view ValueOf(Place place, const schema::EventFields& fields);

  std::string text_;
  std::vector<Part> parts_;
  bool per_event_ = false;
};

}  // namespace sluice::forward
