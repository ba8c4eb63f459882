#include "faults/judge.h"

#include <fmt/format.h>

namespace sluice::faults {
namespace {

using journal::GapReason;
using journal::ReadResult;
using journal::Record;

constexpr size_t kReadBytes = 4096;

bool AllDropped(const Record& gap, const StreamLedger& ledger) {
  for (uint64_t i = gap.offset; i < gap.end_offset; ++i) {
    if (i >= ledger.events.size() || !ledger.events[i].empty()) return false;
  }
  return true;
}

}  // namespace

std::string Judge::Examine(Life* life, Ledger* ledger) {
  for (StreamLedger& stream : *ledger) {
    const std::string wrong = ExamineStream(life, &stream);
    if (!wrong.empty()) return stream.name + ": " + wrong;
  }
  return {};
}

std::string Judge::ExamineStream(Life* life, StreamLedger* ledger) {
  journal::Stream& stream = *life->journal().stream(ledger->name);
  const uint64_t end = stream.next_offset();
  if (end < ledger->now().told) {
    return fmt::format("ids from {} on are used twice: {} were told", end, ledger->now().told);
  }
  if (end > ledger->events.size()) {
    return fmt::format("begins again at {}, but only {} events ever were", end,
                       ledger->events.size());
  }
  std::string wrong = ExamineBooks(stream, *ledger);
  const auto* cursor = ledger->has_route ? stream.cursors().front().get() : nullptr;
  const uint64_t first = cursor == nullptr ? 0 : cursor->offset();
  uint64_t next = first;
  bool more = true;
  auto reader = stream.NewReader(kReadBytes, [&](const ReadResult& result) {
    if (!result.status.ok()) wrong = result.status.ToString();
    for (const Record& record : result.records) {
      if (!wrong.empty()) return;
      if (record.offset != next) wrong = fmt::format("{} follows {}", record.offset, next);
      if (wrong.empty()) wrong = ExamineRecord(record, ledger, first);
      next = record.end_offset;
    }
    more = !result.records.empty();
  });
  while (more && wrong.empty()) {
    reader->Read(next);
    life->Run(Duration(0));
  }
  if (wrong.empty() && next != end) wrong = fmt::format("[{}, {}) can't be read", next, end);
  ledger->events.resize(end);
  ledger->Note(life->operations(), end, ledger->now().passed);
  return wrong;
}

std::string Judge::ExamineBooks(const journal::Stream& stream, const StreamLedger& ledger) const {
  if (!ledger.has_route) return {};
  const journal::Cursor& cursor = *stream.cursors().front();
  if (cursor.offset() > ledger.now().passed) {
    return fmt::format("the route has passed {}, its uplink only {}", cursor.offset(),
                       ledger.now().passed);
  }
  if (!is_damaged_ && cursor.books().origin != 0) {
    return fmt::format("the books begin at {}", cursor.books().origin);
  }
  return {};
}

std::string Judge::ExamineRecord(const Record& record, StreamLedger* ledger, uint64_t first) {
  if (record.kind == Record::Kind::kEvent) {
    ++met_.stored;
    if (record.offset >= ledger->events.size()) return fmt::format("{} never was", record.offset);
    if (AsText(record.payload) == ledger->events[record.offset]) return {};
    // Nobody was told of it, and the id may have belonged to an event that was unreadable for a
    // while and is back, because the one that came instead was not synced.
    const std::string own = fmt::format("{} {}:", ledger->name, record.offset);
    if (record.offset < ledger->now().told || !AsText(record.payload).starts_with(own)) {
      return fmt::format("{} is another event than it was", record.offset);
    }
    ledger->events[record.offset] = AsText(record.payload);
    return {};
  }
  const uint64_t size = record.end_offset - record.offset;
  // What was evicted is always the oldest that there was.
  const bool evicted =
      record.reason == GapReason::kEvicted && ledger->may_evict && record.offset == first;
  const bool dropped = record.reason == GapReason::kDropped && AllDropped(record, *ledger);
  const bool damaged = is_damaged_ && (record.reason == GapReason::kCorrupt ||
                                       record.reason == GapReason::kMissing ||
                                       (record.reason == GapReason::kEvicted && ledger->may_evict));
  (evicted ? met_.evicted : dropped ? met_.dropped : met_.damaged) += size;
  if (evicted || dropped || damaged) return {};
  return fmt::format("a gap [{}, {}) '{}', though {} were told", record.offset, record.end_offset,
                     journal::GapReasonName(record.reason), ledger->now().told);
}

}  // namespace sluice::faults
