#include "firmware_sim/line_reader.h"

#include <fmt/format.h>

namespace sluice::fleet {

Result<std::unique_ptr<LineReader>> LineReader::Open(const Env& env, const std::string& path) {
  Result<std::unique_ptr<ReadableFile>> file = env.OpenReadable(path);
  if (!file.ok()) return file.status();
  return std::unique_ptr<LineReader>(new LineReader(std::move(*file), path));
}

bool LineReader::Next(std::string_view* line) {
  size_t searched = 0;
  while (status_.ok()) {
    const size_t end = buffer_.find('\n', begin_ + searched);
    if (end != std::string::npos) {
      *line = std::string_view(buffer_).substr(begin_, end - begin_);
      begin_ = end + 1;
      ++line_number_;
      return true;
    }
    searched = buffer_.size() - begin_;
    if (!Fill()) break;
  }
  return false;
}

// Appends what comes next in the file, dropping the lines that were handed out.
bool LineReader::Fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const size_t kept = buffer_.size();
  if (kept > kMaxLineBytes) {
    status_ = Status::InvalidArgument(
        fmt::format("{}:{}: a line of more than {} bytes", path_, line_number_ + 1, kMaxLineBytes));
    return false;
  }
  buffer_.resize(kept + kMaxLineBytes);
  Result<size_t> count =
      file_->ReadAt(offset_, kMaxLineBytes, reinterpret_cast<uint8_t*>(buffer_.data()) + kept);
  buffer_.resize(kept + (count.ok() ? *count : 0));
  if (!count.ok()) {
    status_ = count.status();
    return false;
  }
  offset_ += *count;
  torn_ = *count == 0 && kept > 0;
  return *count > 0;
}

}  // namespace sluice::fleet
