#pragma once

#include <string>
#include <string_view>

#include "decode/encoding.h"

namespace sluice::decode {

// Stands before the text of a value that nobody can read, in JSON that RepairJson has written:
// U+FDD0, which Unicode keeps for such purposes. A device that sends it itself makes its own
// reading unreadable.
inline constexpr std::string_view kUnreadableMark = "\xef\xb7\x90";

// Writes `json`, which is none, to `*out` in a form that may be: a number that no type holds (above
// 2^64, 1e999) and, if tolerated, NaN and infinity in any spelling become marked texts, single
// quotes double ones. Checks nothing else; the result has to be parsed. False: there was nothing to
// mend, or the result would have more than `max_bytes`.
bool RepairJson(std::string_view json, const Tolerances& tolerate, size_t max_bytes,
                std::string* out);

}  // namespace sluice::decode
