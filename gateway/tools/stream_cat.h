#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/env.h"
#include "base/status.h"
#include "journal/record.h"
#include "tools/pause.h"

namespace sluice::tools {

using RecordVisitor = std::function<bool(const journal::Record&)>;  // false ends it

// How often a stream that is followed is looked at.
inline constexpr Duration kFollowInterval = std::chrono::milliseconds(250);

// Visits every record from `from` on that is committed, then those that will be, until the visitor
// or the pause ends it; nothing is seen before it is committed. A look costs two small reads while
// nothing happens. kNotFound when the stream has gone or was made anew.
Status FollowRecords(const Env& env, const std::string& directory, const std::string& stream,
                     uint64_t from, Pause& pause, const RecordVisitor& visit);

// Where the last `count` records that are committed begin; `count` > 0. Reads about as much as they
// are, twice.
Result<uint64_t> TailStart(const Env& env, const std::string& directory, const std::string& stream,
                           uint64_t count);

}  // namespace sluice::tools
