#include "forward/record_reader.h"

#include <utility>

namespace sluice::forward {

RecordReader::RecordReader(EventSource& source, size_t read_bytes,
                           std::function<void(Status)> on_read)
    : source_(source), read_bytes_(read_bytes), on_read_(std::move(on_read)) {}

RecordReader::~RecordReader() { Seek(position_); }

void RecordReader::Seek(uint64_t offset) {
  if (reading_) source_.CancelRead();
  reading_ = false;
  records_ = {};
  position_ = offset;
}

const SourceRecord* RecordReader::Peek() {
  while (!records_.empty() && records_.front().end() <= position_) records_ = records_.subspan(1);
  if (records_.empty()) return nullptr;
  current_ = records_.front();
  SLUICE_CHECK(current_.first <= position_ && (current_.is_gap || current_.first == position_));
  current_.first = position_;
  return &current_;
}

void RecordReader::Advance() {
  position_ = current_.end();
  records_ = records_.subspan(1);
}

void RecordReader::Fetch() {
  if (reading_ || !records_.empty() || source_.CommittedEnd() <= position_) return;
  reading_ = true;
  source_.Read(position_, read_bytes_,
               [this](Status status, std::span<const SourceRecord> records) {
                 OnRead(std::move(status), records);
               });
}

void RecordReader::OnRead(Status status, std::span<const SourceRecord> records) {
  reading_ = false;
  if (status.ok()) records_ = records;
  if (!status.ok() || !records.empty()) on_read_(std::move(status));
}

}  // namespace sluice::forward
