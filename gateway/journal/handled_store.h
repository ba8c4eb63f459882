#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/env.h"
#include "base/status.h"
#include "journal/handled_marks.h"

namespace sluice::journal {

// Which events of a stream are handled, beside a running gateway or not. See "Handled events" in
// FORMAT.md.

// Empty when there is no file, or one of another stream id. Fails when nobody can know: the file is
// damaged (kCorruption), of a newer version (kUnimplemented) or cannot be read. The message says
// which file, why and what to do.
Result<HandledMarks> LoadHandled(const Env& env, const std::string& directory,
                                 const std::string& stream);

// Marks `offsets` durably: when it returns how many of them were not marked before, all are on the
// medium. After a failure the file says what it said before, or all of the new. kUnavailable while
// somebody else marks.
Result<uint64_t> MarkHandled(Env& env, const std::string& directory, const std::string& stream,
                             std::span<const uint64_t> offsets);

}  // namespace sluice::journal
