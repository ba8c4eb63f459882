#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::broker {

// What access rules are made of, parsed once. "{identity}" in them stands for the client's
// identity, which is untrusted text from a certificate: one that is empty, begins with '$' or
// contains '/', '+', '#' or NUL never stands for it, or a device called "+" would own everybody's
// topics. Immutable; safe from any thread. Matching allocates nothing.

// Whether `identity` may stand where a pattern says "{identity}", by the rule above.
bool MayStandForPlaceholder(std::string_view identity);

// A topic filter: "devices/{identity}/#".
class TopicPattern {
 public:
  // kInvalidArgument says what is wrong, going on from where the text stands: "'a/#/b' is not …".
  static Result<TopicPattern> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  // Whether it matches every topic that `filter` matches (a topic name is a filter that matches
  // itself).
  bool Covers(std::string_view identity, std::string_view filter) const;
  // Whether there is a topic that both it and `filter` match.
  bool Overlaps(std::string_view identity, std::string_view filter) const;
  // A filter that matches whatever it matches for some identity.
  std::string ForAnyIdentity() const;
  bool operator==(const TopicPattern&) const = default;

 private:
  explicit TopicPattern(std::string_view text) : text_(text) {}

  std::string text_;
};

// Names of devices, in which '*' stands for any run of characters: "{identity}-*", "kitchen".
class DevicePattern {
 public:
  // As TopicPattern::Parse.
  static Result<DevicePattern> Parse(std::string_view text);

  const std::string& text() const { return text_; }
  bool Matches(std::string_view identity, std::string_view device) const;
  bool operator==(const DevicePattern&) const = default;

 private:
  explicit DevicePattern(std::string_view text) : text_(text) {}

  std::string text_;
};

}  // namespace sluice::broker
