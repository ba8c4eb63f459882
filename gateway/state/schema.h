#pragma once

#include <cstdint>
#include <span>

#include "base/env.h"
#include "base/status.h"
#include "state/database.h"

namespace sluice::state {

// What tells one kind of database file from another.
struct Schema {
  const char* part;     // "state": in health and in the log
  const char* metrics;  // "sluice_state": what the names of its metrics begin with
  const char* what;     // "the state database", as metrics explain it
  // "older retained messages, or none": what a restart would bring while nothing can be written.
  const char* at_risk;
  int64_t application_id;  // in the file's header
  // What leads from each version to the next, from nothing on; the version is in the file's
  // user_version. Only ever added to: a file of any older version comes forward through all that
  // are behind it.
  std::span<const char* const> steps;

  int64_t version() const { return static_cast<int64_t>(steps.size()); }
};

// The version in the header of the file, if it is of this kind; 0: there is none.
int64_t VersionIn(const Schema& schema, const Env& env, const std::string& path);
// What is said of a newer one: kUnimplemented.
Status NewerVersion(const Schema& schema, int64_t version);

// Makes an empty database one of this kind, and brings one of an older version forward, in one
// transaction. kUnimplemented: it is of a newer version, which must not be touched. kCorruption: it
// is another.
Status BringForward(const Schema& schema, Database& database);

}  // namespace sluice::state
