#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::sim {

// Every kind of bad luck that a world knows. A seed draws which of them exist and how often each
// strikes; shrinking a broken seed takes them away one by one. A new kind is a line here and one in
// kTroubleNames; who brings it about asks Scene::Has.
enum class Trouble : uint8_t {
  // The network between the gateway and its clients, and its upstreams.
  kDelays,     // bytes take their time
  kSplits,     // and arrive in pieces, or several writes as one
  kCuts,       // connections end in the middle
  kHalfOpen,   // one side is gone and the other is not told
  kSlowLinks,  // a few bytes a second
  // The disk.
  kWriteErrors,
  kSyncErrors,
  kDirectoryErrors,  // creating, renaming, removing, syncing a directory
  kOpenErrors,       // too many open files
  kReadErrors,       // that pass
  kBadPages,         // that cannot be read any more
  kRot,              // bits that turn while nobody looks
  kFullDisk,         // and free again later
  kSlowDisk,
  // The clock of the wall.
  kClockJumps,
  kClockWild,  // too fast, too slow, backwards
  kClock1970,  // at each start
  // The process.
  kKill,      // SIGKILL: what was written stays
  kPowerCut,  // what was not synced is gone, or torn
  kMidway,    // either of them in the middle of what the journal does
  kStop,      // an orderly end, and a start
  kPause,     // SIGSTOP for a while
  // Upstream.
  kUnreachable,
  kUpstreamLimits,    // in flight, message size
  kRefusals,          // for good, by what is in the message
  kBusyUpstream,      // refusals that pass
  kClosesAtMessage,   // at some messages it ends the connection
  kUpstreamSlow,      // answers late
  kUpstreamSilent,    // takes everything and answers nothing
  kUpstreamRestarts,  // the connection ends, with what was on the way
  kLostAnswers,       // a message has arrived, its answer never comes
  kTurnsAway,         // knows the gateway no longer, for a while
  kUpstreamNonsense,  // says what breaks the protocol's rules
  kMindsStatus,       // the will, or the status message
  kRenewedPasswords,
  // Clients.
  kReconnecting,
  kSleeping,
  kResending,  // without being asked to, and with other packet ids
  kSlowReaders,
  kRude,       // what no client may send
  kMalformed,  // payloads that become no event
  kTakeovers,  // two clients with one id
  kForgery,    // speaks for another device
  kFloods,
  kSubscriberStalls,  // takes nothing for a while
  // The configuration: bounds at their smallest, short ages, evicting streams.
  kSmallBounds,
  // Whoever runs the gateway.
  kReplays,        // sets routes back
  kLetterReplays,  // replays dead letters, and adds a profile that was missing
  kCount,
};
inline constexpr size_t kTroubles = static_cast<size_t>(Trouble::kCount);
using TroubleSet = std::bitset<kTroubles>;

// "network-cuts": for `--without` and reports.
std::string_view TroubleName(Trouble trouble);
std::optional<Trouble> TroubleNamed(std::string_view name);

}  // namespace sluice::sim
