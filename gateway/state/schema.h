#pragma once

#include <cstdint>

#include "base/env.h"
#include "base/status.h"
#include "state/database.h"

namespace sluice::state {

// The version that this program writes; in the file's user_version.
int SchemaVersion();

// The version in the header of the file, which is ours; 0: there is none.
int64_t VersionIn(const Env& env, const std::string& path);
// What is said of a newer one: kUnimplemented.
Status NewerVersion(int64_t version);

// Makes an empty database ours, and brings one of an older version forward, in one transaction.
// kUnimplemented: it is of a newer version, which must not be touched. kCorruption: it is not ours.
Status BringForward(Database& database);

}  // namespace sluice::state
