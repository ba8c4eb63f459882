#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::tools {

// Messages as `mosquitto_sub -v` prints them: a topic, a space and a payload in each line. Views of
// the text.
class MessageLog {
 public:
  explicit MessageLog(std::string_view text) : left_(text) {}

  struct Line {
    std::string_view topic;
    std::string_view payload;
  };
  // Nothing: that was all. Empty lines are passed over.
  std::optional<Line> Next();

 private:
  std::string_view left_;
};

// A file of at most 1 MiB; "" or "-": standard input.
Result<std::string> ReadMessages(const std::string& path);

}  // namespace sluice::tools
