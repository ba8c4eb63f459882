#pragma once

#include <fmt/format.h>

#include <string_view>

namespace sluice {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarn, kError, kOff };

// Writes one line to standard error through spdlog; safe from any thread. Text that came from a
// peer must go through Printable() first.
void LogLine(LogLevel level, std::string_view line);
bool LogEnabled(LogLevel level);
// What is below `least` is not written; kOff: nothing is.
void SetLogLevel(LogLevel least);

// At most `max_bytes` of `text`, with everything but printable ASCII as \xNN, so that a peer can
// neither forge a log line nor fill the disk with one.
std::string Printable(std::string_view text, size_t max_bytes = 256);

template <typename... Args>
void LogDebug(fmt::format_string<Args...> format, Args&&... args) {
  if (LogEnabled(LogLevel::kDebug))
    LogLine(LogLevel::kDebug, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void LogInfo(fmt::format_string<Args...> format, Args&&... args) {
  if (LogEnabled(LogLevel::kInfo))
    LogLine(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void LogWarn(fmt::format_string<Args...> format, Args&&... args) {
  if (LogEnabled(LogLevel::kWarn))
    LogLine(LogLevel::kWarn, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void LogError(fmt::format_string<Args...> format, Args&&... args) {
  LogLine(LogLevel::kError, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace sluice
