#include "broker/share_log.h"

#include <fmt/format.h>

#include "base/log.h"

namespace sluice::broker {
namespace {

constexpr std::array<std::string_view, kBudgets> kNouns = {
    "connections",
    "sessions of clients that are away",
    "memory of sessions of clients that are away",
    "subscriptions",
    "retained messages",
    "wills",
    "queued messages",
    "memory of unfinished packets",
    "messages on their way"};

}  // namespace

void ShareLog::GaveWay(MonotonicTime now, Budget budget, std::string_view who,
                       std::string_view whom) {
  const auto index = static_cast<size_t>(budget);
  counters_.gave_way[index]->Add();
  ++count_;
  LogLimit& limit = limits_[index];
  if (!limit.Allows(now)) return;
  last_ = fmt::format("{} holds most of the {}", Printable(who), kNouns[index]);
  const std::string what =
      who == whom ? "and is refused more" : fmt::format("and gives way to {}", Printable(whom));
  LogWarn(
      "{} {}; if that is right for it, give it a larger [[access]] share, or raise memory_limit{}",
      last_, what, limit.LeftOut());
}

}  // namespace sluice::broker
