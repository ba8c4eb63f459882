#include "sim/handled_account.h"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace sluice::sim {
namespace {

constexpr size_t kHead = 32, kRange = 16;

uint64_t NumberAt(const std::string& bytes, size_t at) {
  uint64_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

bool IsSound(const std::string& file) {
  if (file.size() < kHead || file.compare(8, 4, "SLSH") != 0) return false;
  if (NumberAt(file, 0) != XXH3_64bits(file.data() + 8, file.size() - 8)) return false;
  return (file.size() - kHead) / kRange == NumberAt(file, 24) && file.size() % kRange == 0;
}

}  // namespace

bool HandledLetters::Contains(uint64_t letter) const {
  return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
    return range.first <= letter && letter < range.second;
  });
}

HandledLetters ReadHandledLetters(const Env& medium, const std::string& directory) {
  const std::string path = directory + "/streams/dead-letters/handled";
  if (!medium.Exists(path)) return {};
  const auto size = medium.FileSize(path);
  const auto file = medium.OpenReadable(path);
  if (!size.ok() || !file.ok()) return {.sound = false};
  std::string bytes(*size, '\0');
  const auto read = (*file)->ReadAt(0, bytes.size(), reinterpret_cast<uint8_t*>(bytes.data()));
  if (!read.ok() || !IsSound(bytes)) return {.sound = false};
  HandledLetters handled;
  for (size_t at = kHead; at < bytes.size(); at += kRange) {
    handled.ranges.emplace_back(NumberAt(bytes, at), NumberAt(bytes, at + 8));
  }
  return handled;
}

}  // namespace sluice::sim
