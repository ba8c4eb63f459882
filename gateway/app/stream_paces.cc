#include "app/stream_paces.h"

#include <algorithm>

#include "base/saturating.h"

namespace sluice::app {
namespace {

// Without what is only kept, which makes room when it is needed.
uint64_t WaitingBytes(const journal::Stream& stream) {
  const journal::StreamStatus status = stream.status();
  return SaturatingSub(status.stored_bytes, status.kept_bytes);
}

}  // namespace

StreamPaces::StreamPaces(Scheduler& scheduler, const journal::Journal& journal)
    : scheduler_(scheduler) {
  for (const auto& stream : journal.streams()) {
    entries_.push_back({stream.get(), {}, {}, std::vector<Pace>(stream->cursors().size())});
  }
  timer_ = scheduler_.NewTimer([this] { Note(); });
  Note();
}

void StreamPaces::Note() {
  const MonotonicTime now = scheduler_.Now();
  for (Entry& entry : entries_) {
    entry.accepted.Note(now, entry.stream->next_offset());
    entry.stored_bytes.Note(now, WaitingBytes(*entry.stream));
    for (size_t i = 0; i < entry.passed.size(); ++i) {
      entry.passed[i].Note(now, entry.stream->cursors()[i]->offset());
    }
  }
  timer_.Start(Pace::kInterval);
}

const StreamPaces::Entry& StreamPaces::Of(const journal::Stream& stream) const {
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& e) { return e.stream == &stream; });
  SLUICE_CHECK(entry != entries_.end());
  return *entry;
}

std::optional<double> StreamPaces::Accepted(const journal::Stream& stream) const {
  return Of(stream).accepted.PerSecond(scheduler_.Now(), stream.next_offset());
}

std::optional<double> StreamPaces::Grown(const journal::Stream& stream) const {
  return Of(stream).stored_bytes.PerSecond(scheduler_.Now(), WaitingBytes(stream));
}

std::optional<double> StreamPaces::Passed(const journal::Stream& stream,
                                          const journal::Cursor& cursor) const {
  const Entry& entry = Of(stream);
  for (size_t i = 0; i < entry.passed.size(); ++i) {
    if (stream.cursors()[i].get() != &cursor) continue;
    return entry.passed[i].PerSecond(scheduler_.Now(), cursor.offset());
  }
  return std::nullopt;
}

}  // namespace sluice::app
