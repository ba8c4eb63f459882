#pragma once

#include <cstdint>

#include "config/toml_reader.h"
#include "server/saved_state.h"
#include "state/database.h"

namespace sluice::config {

struct Config;
struct MemoryPlan;

// [state]
struct StateConfig {
  bool enabled = true;
  bool identities = false;  // kept even where nobody needs one to come in
  Duration linger = server::SavedStateOptions{}.linger;
  uint64_t max_batch_bytes = server::SavedStateOptions{}.max_batch_bytes;
  bool operator==(const StateConfig&) const = default;
};

void Read(TableReader& t, StateConfig* state);

server::SavedStateOptions ToSavedStateOptions(const StateConfig& state);
state::DatabaseOptions ToDatabaseOptions(const Config& config, const MemoryPlan& plan);
// What it takes in memory.
uint64_t BytesOfState(const Config& config);

// Whether there is a database of identities: somebody needs one to come in, or it was asked for.
bool KeepsIdentities(const Config& config);
state::DatabaseOptions ToIdentitiesOptions(const Config& config);
// What they, and the passwords that are being checked, take in memory.
uint64_t BytesOfIdentities(const Config& config);

}  // namespace sluice::config
