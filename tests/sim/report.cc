#include "sim/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "sim/situations.h"

namespace sluice::sim {
namespace {

// With fewer seeds it says nothing that something was not reached.
constexpr uint64_t kManySeeds = 100;

}  // namespace

void Report::Add(const Outcome& outcome) {
  ++all_seeds_;
  for (const auto& [situation, times] : outcome.situations) ++seeds_[situation];
}

uint64_t Report::SeedsOf(std::string_view situation) const {
  const auto found = seeds_.find(situation);
  return found == seeds_.end() ? 0 : found->second;
}

std::string Report::Table() const {
  size_t width = 0;
  for (const std::string_view name : Situations::Names()) width = std::max(width, name.size());
  std::string text = fmt::format("{:{}}  seeds of {}\n", "situation", width, all_seeds_);
  for (const std::string_view name : Situations::Names()) {
    fmt::format_to(std::back_inserter(text), "{:{}}  {:>8}\n", name, width, SeedsOf(name));
  }
  return text;
}

std::string Report::Holes() const {
  std::string text;
  for (const std::string_view name : Situations::Names()) {
    if (SeedsOf(name) == 0) fmt::format_to(std::back_inserter(text), "NEVER REACHED: {}\n", name);
  }
  return text;
}

void Report::Print(bool with_table) const {
  const std::string holes = all_seeds_ >= kManySeeds ? Holes() : "";
  if (with_table) fmt::print("{}", Table());
  fmt::print("{}", holes);
}

}  // namespace sluice::sim
