#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace sluice::sim {

// The rare moments that a run must reach: a list of names (situations.cc), and how often each came
// up in this history. What no seed of a run reaches is a hole in the world.
class Situations {
 public:
  static std::span<const std::string_view> Names();

  // `name` is in the list.
  void Reached(std::string_view name, uint64_t times = 1);
  uint64_t Times(std::string_view name) const;
  const std::map<std::string, uint64_t, std::less<>>& all() const { return times_; }

 private:
  std::map<std::string, uint64_t, std::less<>> times_;
};

}  // namespace sluice::sim
