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
    if (route.max_age.count() > 0) expiring_ |= BitOf(route.name);
  }
  SLUICE_CHECK(routes_.size() < 8);
  all_ = static_cast<uint8_t>((1U << routes_.size()) - 1);
}

void StreamBook::Add(Token token, std::optional<uint64_t> replay_of) {
  SetEnd(end_ + 1);
  fates_[end_ - 1] = {.token = token, .replay_of = replay_of};
}

void StreamBook::SetEnd(uint64_t end) {
  end_ = end;
  if (end > fates_.size()) fates_.resize(end);
}

void StreamBook::Pass(uint64_t from, uint64_t last, const std::string& route) {
  const uint8_t bit = BitOf(route);
  for (uint64_t i = from; i < std::min(last + 1, end()); ++i) fates_[i].passed |= bit;
}

void StreamBook::Refuse(uint64_t from, uint64_t last, const std::string& route) {
  const uint8_t bit = BitOf(route);
  for (uint64_t i = from; i < std::min(last + 1, end()); ++i) fates_[i].refused |= bit;
}

uint8_t StreamBook::BitOf(const std::string& route) const {
  const auto found = std::find(routes_.begin(), routes_.end(), route);
  return found == routes_.end() ? 0 : static_cast<uint8_t>(1U << (found - routes_.begin()));
}

}  // namespace sluice::sim
