#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace sluice::tools {

// What devices wrote, shown on terminals: it must neither move the cursor nor pose as other text.

// Whether `text` can be shown as it stands: well-formed UTF-8 in which nothing but newlines, tabs
// and what has a shape of its own stands; no other control characters, none that turn the direction
// of writing.
bool IsPlainText(std::string_view text);

// At most `max_bytes` of `text` as a part of one line: what is not plain, and newlines, tabs and
// backslashes, as \xNN.
std::string OneLine(std::string_view text, size_t max_bytes = 256);

// JSON text in which what is not plain is written as \uXXXX, so that it says the same.
std::string PlainJson(std::string_view json);

// Sixteen bytes a line: "  00000010  7b 22 …  |{".…|".
void AppendHexDump(ByteSpan bytes, std::string* out);

}  // namespace sluice::tools
