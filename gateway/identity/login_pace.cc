#include "identity/login_pace.h"

#include <algorithm>

namespace sluice::identity {

bool LoginPace::Allows(std::string_view source, MonotonicTime now) const {
  const auto found = sources_.find(source);
  if (burst_ == 0 || found == sources_.end()) return true;
  return found->second.settled_at - now <= (burst_ - 1) * kInterval;
}

void LoginPace::Failed(std::string_view source, MonotonicTime now) {
  if (burst_ == 0) return;
  while (!by_last_failure_.empty() &&
         sources_.find(by_last_failure_.front())->second.settled_at <= now) {
    Forget(by_last_failure_.begin());
  }
  auto found = sources_.find(source);
  if (found == sources_.end()) {
    if (sources_.size() == kMaxSources) Forget(by_last_failure_.begin());
    const auto place = by_last_failure_.emplace(by_last_failure_.end(), source);
    found = sources_.emplace(*place, Source{now, place}).first;
  } else {
    by_last_failure_.splice(by_last_failure_.end(), by_last_failure_, found->second.place);
  }
  Source& owes = found->second;
  const MonotonicTime most = now + (burst_ - 1) * kInterval + kMaxWait;
  owes.settled_at = std::min(std::max(owes.settled_at, now) + kInterval, most);
}

void LoginPace::Forget(const std::list<std::string>::iterator& place) {
  sources_.erase(sources_.find(*place));
  by_last_failure_.erase(place);
}

}  // namespace sluice::identity
