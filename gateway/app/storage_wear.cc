#include "app/storage_wear.h"

#include <charconv>

#include "base/env.h"

namespace sluice::app {
namespace {

constexpr std::string_view kKey = "\nwrite_bytes: ";
constexpr size_t kMaxIoFile = 4096;

}  // namespace

std::optional<uint64_t> ParseWrittenBytes(std::string_view proc_io) {
  const size_t key = proc_io.find(kKey);
  if (key == proc_io.npos) return std::nullopt;
  const std::string_view rest = proc_io.substr(key + kKey.size());
  uint64_t bytes = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), bytes);
  if (error != std::errc() || end == rest.data() + rest.size() || *end != '\n') return std::nullopt;
  return bytes;
}

std::optional<uint64_t> WrittenBytes() {
  const auto text = ReadFileToString(Env::Posix(), "/proc/self/io", kMaxIoFile);
  return text.ok() ? ParseWrittenBytes(*text) : std::nullopt;
}

void RegisterWearMetric(Metrics& metrics) {
  metrics.AddCallback("sluice_storage_written_bytes_total",
                      "Bytes that the gateway made the kernel send to storage.", "",
                      [] { return static_cast<double>(WrittenBytes().value_or(0)); });
}

}  // namespace sluice::app
