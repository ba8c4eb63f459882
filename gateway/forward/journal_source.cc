#include "forward/journal_source.h"

#include <utility>

#include "forward/journal_gap.h"

namespace sluice::forward {

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
  records_.clear();
  for (const journal::Record& record : result.records) {
    records_.push_back({.first = record.offset,
                        .last = record.end_offset - 1,
                        .appended = FromUnixNanos(record.time_unix_ns),
                        .is_gap = record.kind == journal::Record::Kind::kGap,
                        .reason = GapOf(record).reason,
                        .event = record.payload});
  }
  const ReadDone done = std::exchange(done_, nullptr);
  done(result.status, records_);
}

}  // namespace sluice::forward
