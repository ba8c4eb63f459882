#include "tools/message_log.h"

#include <algorithm>
#include <cstdio>

#include "base/env.h"

namespace sluice::tools {
namespace {

constexpr size_t kMaxBytes = 1 << 20;

Result<std::string> ReadStandardInput() {
  std::string text;
  char buffer[4096];
  while (const size_t got = std::fread(buffer, 1, sizeof(buffer), stdin)) {
    text.append(buffer, got);
    if (text.size() > kMaxBytes)
      return Status::InvalidArgument("standard input is larger than 1 MiB");
  }
  return text;
}

}  // namespace

std::optional<MessageLog::Line> MessageLog::Next() {
  while (!left_.empty()) {
    const std::string_view line = left_.substr(0, left_.find('\n'));
    left_.remove_prefix(std::min(line.size() + 1, left_.size()));
    if (line.empty()) continue;
    const size_t space = line.find(' ');
    if (space == std::string_view::npos) return Line{line, {}};
    return Line{line.substr(0, space), line.substr(space + 1)};
  }
  return std::nullopt;
}

Result<std::string> ReadMessages(const std::string& path) {
  if (path.empty() || path == "-") return ReadStandardInput();
  return ReadFileToString(Env::Posix(), path, kMaxBytes);
}

}  // namespace sluice::tools
