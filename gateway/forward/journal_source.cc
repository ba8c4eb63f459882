#include "forward/journal_source.h"

#include <cstring>
#include <utility>

#include "forward/journal_gap.h"

namespace sluice::forward {
namespace {

size_t Words(size_t bytes) { return (bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t); }

}  // namespace

JournalSource::JournalSource(journal::Stream& stream, journal::Cursor& cursor, size_t read_bytes)
    : stream_(stream), cursor_(cursor), read_bytes_(read_bytes) {
  MakeReader();
  stream_.AddObserver(this);
}

JournalSource::~JournalSource() { stream_.RemoveObserver(this); }

void JournalSource::MakeReader() {
  reader_ =
      stream_.NewReader(read_bytes_, [this](const journal::ReadResult& result) { OnRead(result); });
}

void JournalSource::OnCommitted(uint64_t) {
  if (more_) more_();
}

void JournalSource::Read(uint64_t from, ReadDone done) {
  done_ = std::move(done);
  reader_->Read(from);
}

// A reader that is destroyed forgets its read; there is no other way to stop one. Rare: only after
// a lost connection or a refusal.
void JournalSource::CancelRead() { MakeReader(); }

void JournalSource::OnRead(const journal::ReadResult& result) {
  Copy(result.records);
  const ReadDone done = std::exchange(done_, nullptr);
  done(result.status, records_);
}

void JournalSource::Copy(std::span<const journal::Record> records) {
  size_t words = 0;
  for (const journal::Record& record : records) words += Words(record.payload.size());
  bytes_.resize(words);
  records_.clear();
  uint64_t* to = bytes_.data();
  for (const journal::Record& record : records) {
    const size_t size = record.payload.size();
    if (size > 0) std::memcpy(to, record.payload.data(), size);
    records_.push_back({.first = record.offset,
                        .last = record.end_offset - 1,
                        .appended = FromUnixNanos(record.time_unix_ns),
                        .is_gap = record.kind == journal::Record::Kind::kGap,
                        .reason = GapOf(record).reason,
                        .event = {reinterpret_cast<const uint8_t*>(to), size}});
    to += Words(size);
  }
}

}  // namespace sluice::forward
