#include "state/state_metrics.h"

#include <fmt/format.h>

#include "base/label.h"

namespace sluice::state {
namespace {

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

Counter& AddRows(Metrics* metrics, const Schema& schema, std::string_view what) {
  return metrics->AddCounter(fmt::format("{}_rows_total", schema.metrics),
                             fmt::format("Rows of {} written.", schema.what), Label("what", what));
}

Counter& AddSetAside(Metrics* metrics, const Schema& schema, std::string_view reason) {
  return metrics->AddCounter(fmt::format("{}_set_aside_total", schema.metrics),
                             fmt::format("Times that {} was set aside.", schema.what),
                             Label("reason", reason));
}

}  // namespace

StateMetrics::StateMetrics(Metrics* m, const Schema& schema)
    : commits(
          m->AddCounter(fmt::format("{}_commits_total", schema.metrics),
                        fmt::format("Transactions of {} that are on the medium.", schema.what))),
      put(AddRows(m, schema, "put")),
      removed(AddRows(m, schema, "removed")),
      damaged(AddSetAside(m, schema, "damaged")),
      newer(AddSetAside(m, schema, "newer")),
      commit_seconds(m->AddHistogram(fmt::format("{}_commit_seconds", schema.metrics),
                                     fmt::format("Time of a transaction of {}.", schema.what))),
      file_bytes(m->AddGauge(fmt::format("{}_file_bytes", schema.metrics),
                             fmt::format("Size of {}, without its write-ahead log.", schema.what))),
      metrics_(*m),
      schema_(schema) {
  for (const StatusCode code : {StatusCode::kNoSpace, StatusCode::kIoError}) Failures(code);
}

Counter& StateMetrics::Failures(StatusCode reason) const {
  return metrics_.AddCounter(fmt::format("{}_failures_total", schema_.metrics),
                             fmt::format("Attempts to write {} that failed.", schema_.what),
                             Label("reason", ReasonOf(reason)));
}

}  // namespace sluice::state
