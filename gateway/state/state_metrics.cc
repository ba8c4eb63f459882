#include "state/state_metrics.h"

#include "base/label.h"

namespace sluice::state {
namespace {

constexpr char kRows[] = "sluice_state_rows_total";
constexpr char kRowsHelp[] = "Rows of the state database written.";
constexpr char kAside[] = "sluice_state_set_aside_total";
constexpr char kAsideHelp[] = "State databases that were set aside.";

std::string_view ReasonOf(StatusCode code) {
  switch (code) {
    case StatusCode::kNoSpace:
      return "no_space";
    case StatusCode::kPermissionDenied:
      return "permission_denied";
    case StatusCode::kUnavailable:
      return "locked";
    case StatusCode::kCorruption:
      return "damaged";
    case StatusCode::kResourceExhausted:
      return "no_memory";
    default:
      return "io_error";
  }
}

}  // namespace

StateMetrics::StateMetrics(Metrics* m)
    : commits(m->AddCounter("sluice_state_commits_total",
                            "Transactions of the state database that are on the medium.")),
      put(m->AddCounter(kRows, kRowsHelp, Label("what", "put"))),
      removed(m->AddCounter(kRows, kRowsHelp, Label("what", "removed"))),
      damaged(m->AddCounter(kAside, kAsideHelp, Label("reason", "damaged"))),
      newer(m->AddCounter(kAside, kAsideHelp, Label("reason", "newer"))),
      commit_seconds(m->AddHistogram("sluice_state_commit_seconds",
                                     "Time of a transaction of the state database.")),
      file_bytes(m->AddGauge("sluice_state_file_bytes",
                             "Size of the state database, without its write-ahead log.")),
      metrics_(*m) {
  for (const StatusCode code : {StatusCode::kNoSpace, StatusCode::kIoError}) Failures(code);
}

Counter& StateMetrics::Failures(StatusCode reason) const {
  return metrics_.AddCounter("sluice_state_failures_total",
                             "Attempts to write the state database that failed.",
                             Label("reason", ReasonOf(reason)));
}

}  // namespace sluice::state
