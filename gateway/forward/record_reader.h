#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "forward/event_source.h"

namespace sluice::forward {

// Walks a stream record by record from any offset, one read at a time. Memory: what one read
// brings.
class RecordReader {
 public:
  // `source` outlives the reader. `on_read` runs after each read that brought something or failed.
  RecordReader(EventSource& source, std::function<void(Status)> on_read);
  ~RecordReader();
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  // Goes to `offset` and drops what was read.
  void Seek(uint64_t offset);
  uint64_t position() const { return position_; }
  bool reading() const { return reading_; }
  // The record at position(); null: not read yet. Valid until the next call that is not const.
  const SourceRecord* Peek() const { return records_.empty() ? nullptr : &records_.front(); }
  // Passes the record that Peek returned.
  void Advance();
  // Starts to read if nothing is left, nothing is being read, and more is committed.
  void Fetch();

 private:
  void OnRead(Status status, std::span<const SourceRecord> records);

  EventSource& source_;
  const std::function<void(Status)> on_read_;
  uint64_t position_ = 0;
  std::span<const SourceRecord> records_;
  bool reading_ = false;
};

}  // namespace sluice::forward
