#include "decode/time_zone.h"

#include <chrono>

namespace sluice::decode {

std::optional<TimeZone> TimeZone::Load(const std::string& name) {
  cctz::time_zone zone;
  if (!cctz::load_time_zone(name, &zone)) return std::nullopt;
  return TimeZone(zone);
}

WallTime TimeZone::ToUtc(WallTime local, WallTime about) const {
  const auto since = local.time_since_epoch();
  const auto whole = std::chrono::floor<std::chrono::seconds>(since);
  const cctz::civil_second civil = cctz::civil_second() + whole.count();
  const auto found = zone_.lookup(civil);
  const auto at = [&](cctz::time_point<cctz::seconds> time) {
    return WallTime(std::chrono::duration_cast<Duration>(time.time_since_epoch()) +
                    std::chrono::duration_cast<Duration>(since - whole));
  };
  const WallTime first = at(found.pre), second = at(found.post);
  if (found.kind != cctz::time_zone::civil_lookup::REPEATED) return first;
  const auto distance = [about](WallTime time) {
    return time < about ? about - time : time - about;
  };
  return distance(second) < distance(first) ? second : first;
}

}  // namespace sluice::decode
