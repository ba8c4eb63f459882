#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::sim {

// A few bits for each offset of each route, for judges to note what they have seen of it. One
// thread.
class RouteMarks {
 public:
  struct Route {
    std::string stream;
    std::vector<uint8_t> at;  // by offset
    uint64_t end = 0;         // nothing is noted from there on
  };

  uint8_t& At(const std::string& route, const std::string& stream, uint64_t offset) {
    Route& marks = routes_[route];
    marks.stream = stream;
    if (offset >= marks.at.size()) marks.at.resize(offset + 1 + offset / 2);
    marks.end = std::max(marks.end, offset + 1);
    return marks.at[offset];
  }
  // The offsets of the stream from `first` on are given again.
  void Cut(std::string_view stream, uint64_t first) {
    for (auto& [name, marks] : routes_) {
      if (marks.stream != stream || marks.end <= first) continue;
      std::fill_n(marks.at.begin() + static_cast<ptrdiff_t>(first), marks.end - first, uint8_t{0});
      marks.end = first;
    }
  }
  const std::map<std::string, Route, std::less<>>& routes() const { return routes_; }

 private:
  std::map<std::string, Route, std::less<>> routes_;  // by name
};

}  // namespace sluice::sim
