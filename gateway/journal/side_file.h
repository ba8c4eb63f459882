#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/status.h"

namespace sluice::journal {

// What the small files beside a stream's segments (`handled`, `replays`; FORMAT.md) begin with:
// checksum, magic, version, stream id. They stand there in every version to come.
inline constexpr size_t kSideFileHeaderBytes = 24;

// Completes a file of version 1 whose bytes from kSideFileHeaderBytes on are there. `magic` has
// four bytes.
void SealSideFile(std::string_view magic, uint64_t stream_id, std::span<uint8_t> file);

// The stream id of a file that is at least `least` bytes long. kCorruption, or kUnimplemented for a
// newer version's file.
Result<uint64_t> OpenSideFile(std::string_view magic, ByteSpan file, size_t least);

}  // namespace sluice::journal
