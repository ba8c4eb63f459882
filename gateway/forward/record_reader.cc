#include "forward/record_reader.h"

#include <utility>

#include "base/status.h"

namespace sluice::forward {

RecordReader::RecordReader(EventSource& source, std::function<void(Status)> on_read)
    : source_(source), on_read_(std::move(on_read)) {}

RecordReader::~RecordReader() { Seek(position_); }

void RecordReader::Seek(uint64_t offset) {
  if (reading_) source_.CancelRead();
  reading_ = false;
  records_ = {};
  position_ = offset;
}

void RecordReader::Advance() {
  position_ = records_.front().end();
  records_ = records_.subspan(1);
}

void RecordReader::Fetch() {
  if (reading_ || !records_.empty() || source_.ReadableEnd() <= position_) return;
  reading_ = true;
  source_.Read(position_, [this](Status status, std::span<const SourceRecord> records) {
    OnRead(std::move(status), records);
  });
}

void RecordReader::OnRead(Status status, std::span<const SourceRecord> records) {
  reading_ = false;
  if (status.ok()) records_ = records;
  SLUICE_CHECK(records_.empty() || records_.front().first == position_);
  if (!status.ok() || !records.empty()) on_read_(std::move(status));
}

}  // namespace sluice::forward
