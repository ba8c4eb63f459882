#include "sim/liveness.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "app/books.h"

namespace sluice::sim {
namespace {

// Conditions that stay although all is well again.
struct Remains {
  std::string_view condition;
  bool for_good;  // or for minutes
};
constexpr std::array kRemains{
    // Until somebody moves away the files that are kept for him.
    Remains{"damaged", true},
    Remains{"set_aside", true},
    // Until upstream acknowledges something on a connection that is old enough: perhaps nothing
    // more comes.
    Remains{"not_acknowledging", true},
    // Until the next connection; StillWrong of Upstream looks at it.
    Remains{"status_untold", true},
    // Told for five minutes after the last time.
    Remains{"dead_letters", false},
    Remains{"dead_lettering", false},
    Remains{"expiring", false},
    Remains{"share", false},
    Remains{"flood", false},
};

bool MayRemain(std::string_view condition, bool patiently) {
  return std::any_of(kRemains.begin(), kRemains.end(), [&](const Remains& remains) {
    return remains.condition == condition && (remains.for_good || !patiently);
  });
}

std::string WrongWithForwarding(app::Gateway& gateway) {
  for (const auto& forwarder : gateway.forwarders()) {
    if (!forwarder->connected())
      return fmt::format("uplink {} is not connected", forwarder->name());
  }
  for (const auto& stream : gateway.journal().streams()) {
    if (stream->committed_offset() != stream->next_offset()) {
      return fmt::format("{} is committed up to {} of {}", stream->name(),
                         stream->committed_offset(), stream->next_offset());
    }
    for (const auto& cursor : stream->cursors()) {
      const admin::RouteBooks books = app::BooksOf(*stream, *cursor);
      if (books.pending != 0) {
        return fmt::format("{} events wait for route {}", books.pending, cursor->route());
      }
      const uint64_t sum = books.acknowledged + books.dead_lettered + books.expired + books.evicted;
      if (books.difference != 0) {
        return fmt::format("the books of route {} did not add up by {}", cursor->route(),
                           books.difference);
      }
      if (sum == books.accepted + books.replayed) continue;
      return fmt::format("route {} has accepted {} and accounts for {}", cursor->route(),
                         books.accepted, sum);
    }
  }
  return {};
}

}  // namespace

std::string WhatIsWrong(app::Gateway& gateway, const Health& health, bool patiently) {
  std::string wrong = WrongWithForwarding(gateway);
  if (!wrong.empty()) return wrong;
  for (const Health::Problem& problem : health.problems()) {
    if (MayRemain(problem.condition, patiently)) continue;
    return fmt::format("health: {}: {}: {}", problem.part, problem.condition, problem.why);
  }
  return {};
}

}  // namespace sluice::sim
