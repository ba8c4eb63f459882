#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace sluice::sim {

// What happened, a line an event: "  12.034 s  device 3: PUBLISH 17 qos 1". The hash is of all of
// them, and tells whether two histories are one; only the last few are kept.
class Trace {
 public:
  static constexpr size_t kKept = 60;

  // `clock` outlives it.
  explicit Trace(const Clock& clock);

  template <typename... Args>
  void Note(fmt::format_string<Args...> text, Args&&... args) {
    line_.clear();
    Begin();
    fmt::format_to(std::back_inserter(line_), text, std::forward<Args>(args)...);
    End();
  }
  // Everything to standard output as well, as it happens.
  void Print() { prints_ = true; }

  uint64_t hash() const { return hash_; }
  uint64_t lines() const { return lines_; }
  const std::deque<std::string>& last() const { return last_; }

 private:
  void Begin();
  void End();

  const Clock& clock_;
  const MonotonicTime start_;
  fmt::memory_buffer line_;
  uint64_t hash_ = 0;
  uint64_t lines_ = 0;
  std::deque<std::string> last_;
  bool prints_ = false;
};

}  // namespace sluice::sim
