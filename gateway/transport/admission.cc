#include "transport/admission.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/log.h"

namespace sluice::transport {
namespace {

// A few in ten seconds are a device that lost its way; this many are somebody's doing.
constexpr uint64_t kFlood = 100;

}  // namespace

Admission::Admission(Scheduler& scheduler, size_t max_connections, std::string part, Health* health)
    : scheduler_(scheduler),
      max_connections_(max_connections),
      part_(std::move(part)),
      flood_(scheduler, health, part_, "flood", kFlood,
             [this](uint64_t displaced) {
               return fmt::format(
                   "{} newcomers were closed to make room for others; {} connections of {} have "
                   "not shown who they are, from {} addresses, {} from {}; devices still get in, "
                   "but find out who that is",
                   displaced, newcomers_.size(), max_connections_, newcomers_.sources(),
                   newcomers_.largest_share(),
                   newcomers_.size() == 0 ? "none" : FormatSource(newcomers_.largest_source()));
             }),
      full_(scheduler, health, part_, "full", 1, [this](uint64_t refused) {
        return fmt::format(
            "{} connections were refused, all {} are taken; raise limits.max_connections and "
            "gateway.memory_limit",
            refused, max_connections_);
      }) {}

bool Admission::MakeRoom() {
  if (connections_ < max_connections_) return true;
  Crowd::Member* const first = newcomers_.FirstToGo(/*silent_only=*/false);
  if (first == nullptr) {
    OnRefused();
    return false;
  }
  if (log_limit_.Allows(scheduler_.Now())) {
    LogWarn(
        "{}: all {} connections are taken, {} of them by newcomers, {} of these from {}: the "
        "one that kept us waiting longest makes room{}",
        part_, max_connections_, newcomers_.size(), newcomers_.largest_share(),
        FormatSource(newcomers_.largest_source()), log_limit_.LeftOut());
  }
  first->GiveWay();
  flood_.Happened();
  return true;
}

void Admission::OnRefused() {
  full_.Happened();
  if (!log_limit_.Allows(scheduler_.Now())) return;
  LogWarn("{}: refused a connection: all {} are taken; raise limits.max_connections{}", part_,
          max_connections_, log_limit_.LeftOut());
}

}  // namespace sluice::transport
