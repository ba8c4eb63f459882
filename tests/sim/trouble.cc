#include "sim/trouble.h"

#include <algorithm>
#include <array>

namespace sluice::sim {
namespace {

// In the order of Trouble.
constexpr std::array<std::string_view, kTroubles> kTroubleNames = {
    "delays",        "splits",           "cuts",
    "half-open",     "slow-links",       "write-errors",
    "sync-errors",   "directory-errors", "open-errors",
    "read-errors",   "bad-pages",        "rot",
    "full-disk",     "slow-disk",        "clock-jumps",
    "clock-wild",    "clock-1970",       "kill",
    "power-cut",     "midway",           "stop",
    "pause",         "unreachable",      "upstream-limits",
    "refusals",      "busy-upstream",    "closes",
    "upstream-slow", "silent",           "upstream-restarts",
    "lost-answers",  "turns-away",       "nonsense",
    "minds-status",  "new-passwords",    "reconnecting",
    "sleeping",      "resending",        "slow-readers",
    "rude",          "malformed",        "takeovers",
    "forgery",       "floods",           "stalls",
    "small-bounds",  "replays",          "letter-replays",
};

}  // namespace

std::string_view TroubleName(Trouble trouble) {
  return kTroubleNames[static_cast<size_t>(trouble)];
}

std::optional<Trouble> TroubleNamed(std::string_view name) {
  const auto* const found = std::find(kTroubleNames.begin(), kTroubleNames.end(), name);
  if (found == kTroubleNames.end()) return {};
  return static_cast<Trouble>(found - kTroubleNames.begin());
}

}  // namespace sluice::sim
