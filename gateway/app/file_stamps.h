#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace sluice::app {

// By which it is seen that a file was written or replaced: which it is, its size, and when it was
// changed, in nanoseconds. All zero: it is not there. A link is what it leads to, so that turning
// a link is a change.
using FileStamp = std::array<uint64_t, 5>;

// Of each file. Waits for the file system.
std::vector<FileStamp> StampsOf(const std::vector<std::string>& files);

}  // namespace sluice::app
