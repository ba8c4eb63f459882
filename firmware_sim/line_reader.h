#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/env.h"

namespace sluice::fleet {

// Reads a file line by line through a buffer of a mebibyte, however long the file is.
class LineReader {
 public:
  static Result<std::unique_ptr<LineReader>> Open(const Env& env, const std::string& path);

  // The next line without its \n, valid until the next call. False at the end or on an error: see
  // status(). A last line that has no \n is not returned; see torn().
  bool Next(std::string_view* line);

  uint64_t line_number() const { return line_number_; }  // of the last line returned, from 1
  bool torn() const { return torn_; }
  const Status& status() const { return status_; }

 private:
  LineReader(std::unique_ptr<ReadableFile> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}
  bool Fill();

  // A line of the ledger has a hundred bytes and an event a few thousand; a longer one is no such
  // file.
  static constexpr size_t kMaxLineBytes = 1 << 20;

  std::unique_ptr<ReadableFile> file_;
  std::string path_;
  std::string buffer_;
  size_t begin_ = 0;
  uint64_t offset_ = 0;
  uint64_t line_number_ = 0;
  bool torn_ = false;
  Status status_;
};

}  // namespace sluice::fleet
