#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "tools/dead_letters.h"

namespace sluice::tools {

// Letters by reason, topic and device: what keeps going wrong, and since when. As large as the
// stream of letters allows.
class LetterGroups {
 public:
  struct Group {
    std::string reason, topic, device;
    uint64_t count = 0;
    uint64_t first_offset = 0, last_offset = 0;
    WallTime first{}, last{};  // the earliest and the latest; clocks may jump
  };

  void Add(const Letter& letter);
  // The largest first, then by reason, topic and device.
  std::vector<Group> Sorted() const;

 private:
  std::map<std::tuple<std::string, std::string, std::string>, Group> groups_;
};

// "  41 invalid_json sensor devices/sensor/x, 2026-11-26T14:00:00.000Z to 2026-11-26T15:00:00.000Z"
void AppendGroupLine(const LetterGroups::Group& group, std::string* out);

// {"count":…,"reason":…,"topic":…,"device":…,"first_offset":…,"last_offset":…,"first":…,"last":…}
void AppendGroupJson(const LetterGroups::Group& group, std::string* out);

}  // namespace sluice::tools
