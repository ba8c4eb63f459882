#include "journal/journal_metrics.h"

#include "base/label.h"

namespace sluice::journal {
namespace {

std::string LabelsOf(const std::string& stream) { return Label("stream", stream); }

}  // namespace

StreamMetrics::StreamMetrics(Metrics* m, const std::string& stream)
    : commits(
          m->AddCounter("sluice_journal_commits_total", "Group commits synced.", LabelsOf(stream))),
      written_bytes(m->AddCounter("sluice_journal_written_bytes_total",
                                  "Bytes of records written, again ones included.",
                                  LabelsOf(stream))),
      plain_bytes(m->AddCounter("sluice_journal_plain_bytes_total",
                                "Bytes that the written records take unpacked.", LabelsOf(stream))),
      commit_seconds(m->AddHistogram("sluice_journal_commit_seconds",
                                     "Time from a group commit's write to the end of its sync.",
                                     LabelsOf(stream))),
      failures(m->AddCounter("sluice_journal_failures_total", "Writes and syncs that failed.",
                             LabelsOf(stream))),
      cursor_failures(m->AddCounter("sluice_journal_cursor_failures_total",
                                    "Cursors that could not be saved.", LabelsOf(stream))),
      evicted_events(m->AddCounter("sluice_journal_evicted_events_total",
                                   "Events removed or not stored for want of room.",
                                   LabelsOf(stream))),
      quarantined(m->AddCounter("sluice_journal_quarantined_segments_total",
                                "Damaged segments set aside.", LabelsOf(stream))),
      lost_events(m->AddCounter("sluice_journal_lost_events_total",
                                "Events lost to damage, or with their file.", LabelsOf(stream))),
      lost_cursors(
          m->AddCounter("sluice_journal_lost_cursors_total",
                        "Routes that began again at opening because their cursor was damaged.",
                        LabelsOf(stream))),
      floor_failures(m->AddCounter("sluice_journal_floor_failures_total",
                                   "Times that the stream's state could not be written.",
                                   LabelsOf(stream))),
      quarantine_removed(m->AddCounter("sluice_journal_quarantine_removed_total",
                                       "Damaged segments removed to keep within max_quarantine.",
                                       LabelsOf(stream))),
      torn_bytes(m->AddCounter("sluice_journal_torn_bytes_total",
                               "Bytes of an unsynced tail cut at opening.", LabelsOf(stream))),
      stored_bytes(m->AddGauge("sluice_journal_stored_bytes", "Disk space used by segments.",
                               LabelsOf(stream))),
      quarantine_bytes(m->AddGauge("sluice_journal_quarantine_bytes",
                                   "Disk space used by damaged segments that are kept.",
                                   LabelsOf(stream))),
      dirty_bytes(m->AddGauge("sluice_journal_dirty_bytes", "Bytes of records not yet committed.",
                              LabelsOf(stream))),
      failing(m->AddGauge("sluice_journal_failing", "1 while writes or syncs fail.",
                          LabelsOf(stream))) {}

}  // namespace sluice::journal
