#include "config/journal.h"

#include <fmt/format.h>

#include "config/config.h"
#include "config/quantity.h"
#include "journal/commit_pace.h"

namespace sluice::config {

void Read(TableReader& t, JournalConfig* journal) {
  t.Time("commit_linger", Duration(0), &journal->commit_linger);
  t.Bytes("commit_bytes", 1 << 10, &journal->commit_bytes, journal::CommitPace::kMostBytes);
  t.Bytes("daily_write_budget", 0, &journal->daily_write_budget);
  t.Bytes("max_bytes", 1 << 20, &journal->max_bytes);
  t.Bytes("min_free", 0, &journal->min_free);
}

// The journal's limit stands over those of its streams.
void CheckJournal(const Config& config, Diagnostics* diagnostics) {
  uint64_t all = 0;
  for (const StreamConfig& stream : config.streams) all += stream.max_bytes;
  if (config.journal.max_bytes == 0 || all <= config.journal.max_bytes) return;
  diagnostics->Warning(
      fmt::format("journal.max_bytes of {} is less than the {} of all streams together "
                  "(dead-letters included); they can't all grow to their stream.max_bytes",
                  FormatBytes(config.journal.max_bytes), FormatBytes(all)));
}

journal::Options ToJournalOptions(const JournalConfig& journal) {
  journal::Options options;
  if (journal.max_bytes != 0) options.max_total_bytes = journal.max_bytes;
  options.min_free_bytes = journal.min_free;
  options.commit_linger =
      std::chrono::duration_cast<std::chrono::microseconds>(journal.commit_linger);
  options.commit_bytes = journal.commit_bytes;
  options.daily_write_budget = journal.daily_write_budget;
  return options;
}

}  // namespace sluice::config
