#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/route_books.h"
#include "base/clock.h"
#include "base/health.h"
#include "base/status.h"

namespace sluice::admin {

// A gateway at one moment, in values of its own: whoever puts the gateway together fills it on the
// loop thread, and what is read from it later is still of that moment. Status page, control channel
// and the metrics of the books say what is here, each in its words; docs/status.md explains the
// terms.

struct RouteSnapshot {
  std::string name;
  std::string uplink;
  RouteBooks books;
  std::optional<uint64_t> replaying_until = {};  // below this offset it only sends again
  std::optional<Duration> oldest_pending = {};   // none: nothing waits, or it was not read yet
  std::optional<double> passed_per_second = {};  // of the last minute
  std::optional<Duration> empty_in = {};         // at this pace; none: never, or not known
};

struct StreamSnapshot {
  std::string name;
  // Events since the stream was made: what it has taken, and what of that is synced.
  uint64_t accepted = 0;
  uint64_t committed = 0;
  // Now.
  uint64_t first_offset = 0;  // the first that is still stored
  uint64_t stored_bytes = 0;
  // Of them, and of the events: what every route has passed and can send again.
  uint64_t kept_bytes = 0;
  uint64_t kept_events = 0;
  uint64_t max_bytes = 0;
  uint64_t segments = 0;
  uint64_t dirty_bytes = 0;  // in memory
  Status last_write;
  // Since the start.
  uint64_t evicted = 0;      // events, those that were never stored for want of room included
  uint64_t quarantined = 0;  // segments
  // Of the last minute; none in the first seconds.
  std::optional<double> accepted_per_second = {};
  std::optional<Duration> full_in = {};  // at this pace; none: it does not grow, or not known
  std::vector<RouteSnapshot> routes = {};
};

struct UplinkSnapshot {
  std::string name;
  std::string url;  // which holds no password
  bool connected = false;
  std::optional<Duration> since = {};  // for how long it has been so; none: it has not begun
  std::string server = {};             // of several, the one it is connected to
  std::string last_error = {};         // why a connection or attempt ended last; empty: none has
  std::string_view last_reason = {};   // the same in a word; a literal
  Duration last_error_age = {};
};

struct ListenerSnapshot {
  std::string address;
  size_t connections = 0;  // half-open ones included
  size_t half_open = 0;
  uint64_t accepted = 0;  // since the start
};

struct ClientsSnapshot {
  size_t connected = 0;
  size_t detached_sessions = 0;
  size_t subscriptions = 0;
};

struct SilentDeviceSnapshot {
  std::string device;
  std::string profile;
  Duration for_long{};
};

// Devices whose profile says how long they may be silent.
struct DevicesSnapshot {
  size_t watched = 0;
  size_t silent = 0;
  std::vector<SilentDeviceSnapshot> longest_silent = {};  // the first of them
};

// What all clients, or all connections, share.
struct BudgetSnapshot {
  std::string_view name;  // "retained"; a literal
  size_t used_bytes = 0;
  size_t limit_bytes = 0;
};

struct MemorySnapshot {
  uint64_t resident_bytes = 0;
  uint64_t limit_bytes = 0;
  std::vector<BudgetSnapshot> budgets = {};
};

// The database of what outlives the process besides events.
struct StateSnapshot {
  bool enabled = false;
  uint64_t file_bytes = 0;
  size_t retained_messages = 0;
  size_t waiting_changes = 0;
};

struct CertificateSnapshot {
  std::string part;      // "listener 0.0.0.0:8883"
  std::string_view use;  // "own", "authorities" or "crl"; a literal
  int64_t not_after_unix_seconds = 0;
};

struct ClockSnapshot {
  bool trusted = false;
  std::string why;
};

struct Snapshot {
  std::string gateway = {};
  std::string version = {};
  Duration uptime{};
  ClientsSnapshot clients = {};
  DevicesSnapshot devices = {};
  std::vector<StreamSnapshot> streams = {};
  std::vector<UplinkSnapshot> uplinks = {};
  std::vector<ListenerSnapshot> listeners = {};
  std::vector<CertificateSnapshot> certificates = {};
  MemorySnapshot memory = {};
  StateSnapshot state = {};
  std::optional<uint64_t> written_bytes = {};  // to storage since the start; none: nobody counts
  ClockSnapshot clock = {};
  HealthState health = HealthState::kOk;
  std::vector<Health::Problem> problems = {};
};

// When a stream is full that grows by so many bytes a second, and when a route has nothing left
// that is so much faster than its stream takes. None when that never comes, or in more than a
// hundred years.
std::optional<Duration> FullIn(const StreamSnapshot& stream,
                               std::optional<double> bytes_per_second);
std::optional<Duration> EmptyIn(const RouteSnapshot& route,
                                std::optional<double> accepted_per_second);

// What a day of writing to storage comes to at the pace since the start; none in the first minute,
// as what a start writes says nothing about a day.
std::optional<uint64_t> WrittenBytesPerDay(const Snapshot& snapshot);

}  // namespace sluice::admin
