#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/health.h"
#include "base/metrics.h"

namespace sluice::journal {

// When an event is acknowledgeable: its publisher may be told. Others see it when it is committed,
// always.
enum class Durability : uint8_t {
  kCommit,    // when it is committed; one sync for all that gathered meanwhile
  kInterval,  // when it is written; synced every sync_interval. A power cut loses what was told
              // since.
  kMemory,    // when it is written; synced when its segment is full
};

// What happens to an event for which the stream has no room.
enum class OnFull : uint8_t {
  kReject,      // Append answers kFull
  kDropOldest,  // the oldest segment makes room and leaves a gap
  kDropNewest,  // the event gets an offset, but only a gap is stored
};

struct StreamOptions {
  std::string name;                 // [a-z0-9][a-z0-9_-]{0,62}
  std::vector<std::string> routes;  // names, as above; each gets a cursor, and holds back retention
  Durability durability = Durability::kCommit;
  std::chrono::milliseconds sync_interval{1000};
  OnFull on_full = OnFull::kReject;
  // Stops an outage of the uplink from filling the disk.
  uint64_t max_bytes = 256ull << 20;
  uint64_t segment_bytes =
      16ull << 20;  // at most a quarter of max_bytes; what is deleted at a time
  // What is kept of damaged segments, besides max_bytes; at the bound the oldest goes. Stops a
  // dying disk from being filled with them. Nothing: a quarter of max_bytes.
  std::optional<uint64_t> max_quarantine_bytes;
  // Keeps what every route has passed until its room is needed. A stream without routes always
  // keeps.
  bool keep_acknowledged = false;
  // Keeps it so long at least, for replays, if its room is not needed by this stream or another.
  std::chrono::milliseconds keep{0};
  // Stops a slow disk from filling the memory: the stream uses at most three times this.
  size_t max_dirty_bytes = 1u << 20;
  // Events that are committed together, or one soon after another, are packed with each other when
  // they are written. Without it segments are such as 0.1.0 can read.
  bool compress = true;
  // A larger event is answered with kTooLarge; at most a quarter of max_dirty_bytes and of
  // segment_bytes.
  size_t max_event_bytes = 256u << 10;
};

struct Options {
  // Bounds over all streams: what a stream meets first acts by its own on_full.
  uint64_t max_total_bytes = std::numeric_limits<uint64_t>::max();
  // Stops the journal from starving the rest of the machine's disk.
  uint64_t min_free_bytes = 64ull << 20;
  // Under load commits start at least this far apart, unless a stream has gathered commit_bytes:
  // then as soon as the medium has rested, see CommitPace.
  std::chrono::microseconds commit_linger{4000};
  size_t commit_bytes = 8u << 10;
  // What may be written in a day, before commits are made rarer for it; 0: no bound. Stops
  // acknowledgements from wearing out a card.
  uint64_t daily_write_budget = 0;
  std::chrono::milliseconds cursor_interval{200};
  bool preallocate = true;
  // No thread; the owner calls RunOnce(). For tests and tools.
  bool manual = false;
  const Clock* clock = &SystemClock();  // with a thread it must be the system's
  Metrics* metrics = nullptr;           // may be null; outlives the journal
  Health* health = nullptr;             // likewise
  uint64_t seed = 0;                    // for stream ids; 0: from the operating system
  // Called from any thread, at most once between two calls of Poll(), when Poll() has something to
  // say.
  std::function<void()> wakeup;
};

}  // namespace sluice::journal
