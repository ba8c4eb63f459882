#pragma once

#include <cctz/time_zone.h>

#include <optional>
#include <string>

#include "base/clock.h"

namespace sluice::decode {

// The rules of a region's clocks, summer time included, from the machine's tzdata. A small value;
// the rules themselves are loaded once and stay.
class TimeZone {
 public:
  // Nothing if there is no such IANA name ("Europe/Berlin"), or no tzdata. Reads a file.
  static std::optional<TimeZone> Load(const std::string& name);

  // What a clock on the wall says, as if it were UTC, in UTC. Of the two times that the hour means
  // which comes twice in autumn the one that is nearer to `about`; an hour that spring leaves out
  // counts as if summer had not begun. Allocates nothing.
  WallTime ToUtc(WallTime local, WallTime about) const;

 private:
  explicit TimeZone(cctz::time_zone zone) : zone_(zone) {}

  cctz::time_zone zone_;
};

}  // namespace sluice::decode
