#include "config/state.h"

#include <algorithm>

#include "config/config.h"
#include "config/memory_plan.h"
#include "identity/password_check.h"
#include "identity/password_hash.h"
#include "state/store.h"

namespace sluice::config {
namespace {

// With a name of 30 bytes, a password and a key; longest names take 200 more.
constexpr uint64_t kBytesPerIdentity = 512;

bool TakesPasswords(const Config& config) {
  return std::any_of(config.listeners.begin(), config.listeners.end(),
                     [](const ListenerConfig& listener) { return listener.takes_passwords(); });
}

}  // namespace

void Read(TableReader& t, StateConfig* state) {
  t.Flag("enabled", &state->enabled);
  t.Flag("identities", &state->identities);
  t.Time("linger", Duration(0), &state->linger, std::chrono::hours(1));
  t.Bytes("max_batch", 4096, &state->max_batch_bytes, 64 << 20);
}

server::SavedStateOptions ToSavedStateOptions(const StateConfig& state) {
  server::SavedStateOptions options;
  options.linger = state.linger;
  options.max_batch_bytes = static_cast<size_t>(state.max_batch_bytes);
  return options;
}

// Pages are half empty at worst, and a message that is a little too large for one takes the most of
// another.
state::DatabaseOptions ToDatabaseOptions(const Config& config, const MemoryPlan& plan) {
  state::DatabaseOptions options;
  options.path = state::DatabasePath(config.gateway.data_dir);
  options.max_bytes = 4 * uint64_t{plan.retained_bytes} + (4 << 20);
  return options;
}

// The batch on its way, to which the largest message may come last, and SQLite. Not what waits
// while nothing can be written: the topics of what is retained, which is bounded by that.
uint64_t BytesOfState(const Config& config) {
  if (!config.state.enabled) return 0;
  return config.state.max_batch_bytes + config.limits.max_packet_bytes +
         state::Database::kMemoryBytes;
}

bool KeepsIdentities(const Config& config) {
  const bool takes_psk =
      std::any_of(config.listeners.begin(), config.listeners.end(),
                  [](const ListenerConfig& listener) { return listener.Takes(Accept::kPsk); });
  return config.state.identities || takes_psk || TakesPasswords(config);
}

// Pages are half empty at worst.
state::DatabaseOptions ToIdentitiesOptions(const Config& config) {
  state::DatabaseOptions options;
  options.path = state::IdentitiesPath(config.gateway.data_dir);
  options.max_bytes = 2 * kBytesPerIdentity * config.limits.identities + (4 << 20);
  return options;
}

uint64_t BytesOfIdentities(const Config& config) {
  if (!KeepsIdentities(config)) return 0;
  uint64_t bytes = config.limits.identities * kBytesPerIdentity + state::Database::kMemoryBytes;
  if (TakesPasswords(config)) {
    bytes += identity::kPasswordHashMemoryBytes +
             config.limits.password_queue * identity::PasswordCheck::kBytesPerWaiting;
  }
  return bytes;
}

}  // namespace sluice::config
