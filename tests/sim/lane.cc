#include "sim/lane.h"

#include <algorithm>

namespace sluice::sim {

void Lane::Send(Duration after, std::function<void()> arrive) {
  MonotonicTime at = scheduler_.Now() + after;
  if (!on_the_way_.empty()) at = std::max(at, on_the_way_.back().first);
  on_the_way_.emplace_back(at, std::move(arrive));
  if (on_the_way_.size() == 1) Arm();
}

void Lane::Clear() {
  on_the_way_.clear();
  timer_.Stop();
}

void Lane::Arm() { timer_.Start(on_the_way_.front().first - scheduler_.Now()); }

void Lane::Arrive() {
  while (!on_the_way_.empty() && on_the_way_.front().first <= scheduler_.Now()) {
    const std::function<void()> arrive = std::move(on_the_way_.front().second);
    on_the_way_.pop_front();
    arrive();
  }
  if (!on_the_way_.empty()) Arm();
}

}  // namespace sluice::sim
