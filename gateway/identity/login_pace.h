#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/keyed_hash.h"

namespace sluice::identity {

// How often who comes from one address may be wrong: `burst` times at once, then once every
// kInterval. Who has been wrong oftener waits, kMaxWait at most, and is not even looked at
// meanwhile: a guess that costs us 40 ms must not be had for nothing. Who is right owes nothing.
//
// Invariants: an address that owes something is known, once, and stands in the list where its last
// failure came; there are kMaxSources of them at most.
//
// Time is an input. Loop thread only.
class LoginPace {
 public:
  static constexpr Duration kInterval = std::chrono::seconds(2);
  static constexpr Duration kMaxWait = std::chrono::minutes(1);
  // The one whose last failure is longest ago is forgotten. Stops somebody with many addresses from
  // filling the memory.
  static constexpr size_t kMaxSources = 1024;

  // 0: nobody ever waits.
  explicit LoginPace(uint32_t burst) : burst_(burst) {}

  // Whether somebody from there may try now.
  bool Allows(std::string_view source, MonotonicTime now) const;
  void Failed(std::string_view source, MonotonicTime now);

  size_t sources() const { return sources_.size(); }

 private:
  struct Source {
    MonotonicTime settled_at;  // when nothing will be owed any more
    std::list<std::string>::iterator place;
  };
  void Forget(const std::list<std::string>::iterator& place);

  const uint32_t burst_;
  std::unordered_map<std::string, Source, KeyedHash, std::equal_to<>> sources_;
  std::list<std::string> by_last_failure_;  // the longest ago in front
};

}  // namespace sluice::identity
