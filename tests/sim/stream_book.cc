#include "sim/stream_book.h"

#include <algorithm>

#include "base/status.h"

namespace sluice::sim {

StreamBook::StreamBook(const Plan& plan, const Plan::Stream& stream, bool takes_letters)
    : name_(stream.name),
      on_full_(stream.on_full),
      takes_letters_(takes_letters),
      commits_(stream.durability == "commit") {
  for (const Plan::Route& route : plan.routes) {
    if (route.from != name_) continue;
    routes_.push_back(route.name);
    expires_ |= route.max_age.count() > 0;
  }
  SLUICE_CHECK(routes_.size() < 8);
  all_ = static_cast<uint8_t>((1U << routes_.size()) - 1);
}

uint8_t StreamBook::BitOf(const std::string& route) const {
  const auto found = std::find(routes_.begin(), routes_.end(), route);
  return found == routes_.end() ? 0 : static_cast<uint8_t>(1U << (found - routes_.begin()));
}

}  // namespace sluice::sim
