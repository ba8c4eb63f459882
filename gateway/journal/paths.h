#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::journal {

// True for what may name a stream or a route; so it may also name a file.
bool IsValidName(std::string_view name);

// Where things are; see "Files" in FORMAT.md.
std::string LockPath(const std::string& data_directory);
std::string StreamsPath(const std::string& data_directory);

struct StreamPaths {
  StreamPaths(const std::string& data_directory, std::string_view stream);

  std::string Segment(uint64_t base_offset) const;
  std::string Cursor(std::string_view route) const;

  std::string directory;
  std::string state;
  std::string cursors;
  std::string quarantine;
  std::string handled;
  std::string replays;
};

constexpr size_t kFloorBytes = 8;  // what `state` holds

constexpr std::string_view kNewSuffix = ".new";
constexpr std::string_view kSegmentSuffix = ".seg";
constexpr std::string_view kCursorSuffix = ".cursor";

std::string SegmentName(uint64_t base_offset);
// The base offset in a segment's file name; nothing for any other name.
std::optional<uint64_t> BaseOfSegmentName(std::string_view name);

}  // namespace sluice::journal
