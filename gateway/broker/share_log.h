#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log_limit.h"
#include "broker/limits.h"
#include "broker/share.h"

namespace sluice::broker {

// Says that an identity had to give way: a counter, a line (limited, for each budget), and the last
// one for health. Loop thread only.
class ShareLog {
 public:
  // `counters` outlives the log.
  explicit ShareLog(Counters* counters) : counters_(*counters) {}

  // `who` held most of it and lost some, or was refused (`whom` is the same then).
  void GaveWay(MonotonicTime now, Budget budget, std::string_view who, std::string_view whom);

  uint64_t count() const { return count_; }
  // "hub-3 holds most of sessions"; empty: nobody has given way yet.
  const std::string& last() const { return last_; }

 private:
  Counters& counters_;
  std::array<LogLimit, kBudgets> limits_;
  uint64_t count_ = 0;
  std::string last_;
};

}  // namespace sluice::broker
