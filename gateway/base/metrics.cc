#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <iterator>

#include "base/status.h"

namespace sluice {
namespace {

constexpr uint64_t kFirstBucketNanos = 10'000;

size_t BucketOf(uint64_t nanos) {
  const uint64_t units = nanos / kFirstBucketNanos;
  return std::min<size_t>(std::bit_width(units), Histogram::kBuckets - 1);
}

bool NamesCounter(std::string_view name) { return name.ends_with("_total"); }

std::string Braced(std::string_view labels) {
  return labels.empty() ? std::string() : fmt::format("{{{}}}", labels);
}

std::string_view TypeName(bool is_histogram, std::string_view name) {
  if (is_histogram) return "histogram";
  return NamesCounter(name) ? "counter" : "gauge";
}

void WriteHistogram(std::string_view name, std::string_view labels, const Histogram& h,
                    std::string* out) {
  const std::string prefix = labels.empty() ? std::string() : std::string(labels) + ",";
  uint64_t cumulative = 0;
  for (size_t i = 0; i < Histogram::kBuckets; ++i) {
    cumulative += h.bucket(i);
    const bool last = i + 1 == Histogram::kBuckets;
    const std::string limit = last ? "+Inf" : fmt::format("{:g}", Histogram::BucketLimitSeconds(i));
    fmt::format_to(std::back_inserter(*out), "{}_bucket{{{}le=\"{}\"}} {}\n", name, prefix, limit,
                   cumulative);
  }
  fmt::format_to(std::back_inserter(*out), "{0}_sum{1} {2}\n{0}_count{1} {3}\n", name,
                 Braced(labels), h.sum_seconds(), h.count());
}

}  // namespace

void Histogram::Observe(std::chrono::nanoseconds duration) {
  const uint64_t nanos = duration.count() < 0 ? 0 : static_cast<uint64_t>(duration.count());
  buckets_[BucketOf(nanos)].fetch_add(1, std::memory_order_relaxed);
  count_.fetch_add(1, std::memory_order_relaxed);
  sum_ns_.fetch_add(nanos, std::memory_order_relaxed);
}

double Histogram::BucketLimitSeconds(size_t bucket) {
  return static_cast<double>(kFirstBucketNanos << bucket) * 1e-9;
}

Metrics::Entry& Metrics::Find(Kind kind, std::string_view name, std::string_view help,
                              std::string_view labels) {
  if (kind != Kind::kCallback) SLUICE_CHECK(NamesCounter(name) == (kind == Kind::kCounter));
  const MutexLock lock(mutex_);
  for (Entry& entry : entries_) {
    if (entry.name == name && entry.labels == labels) {
      SLUICE_CHECK(entry.kind == kind);
      return entry;
    }
  }
  Entry& entry = entries_.emplace_back();
  entry.name = name;
  entry.help = help;
  entry.labels = labels;
  entry.kind = kind;
  return entry;
}

Counter& Metrics::AddCounter(std::string_view name, std::string_view help,
                             std::string_view labels) {
  return Find(Kind::kCounter, name, help, labels).counter;
}

Gauge& Metrics::AddGauge(std::string_view name, std::string_view help, std::string_view labels) {
  return Find(Kind::kGauge, name, help, labels).gauge;
}

Histogram& Metrics::AddHistogram(std::string_view name, std::string_view help,
                                 std::string_view labels) {
  return Find(Kind::kHistogram, name, help, labels).histogram;
}

void Metrics::AddCallback(std::string_view name, std::string_view help, std::string_view labels,
                          std::function<double()> read) {
  Find(Kind::kCallback, name, help, labels).read = std::move(read);
}

double Metrics::ValueOf(const Entry& entry) {
  if (entry.kind == Kind::kCallback) return entry.read();
  return entry.kind == Kind::kCounter ? static_cast<double>(entry.counter.value())
                                      : static_cast<double>(entry.gauge.value());
}

std::optional<double> Metrics::Value(std::string_view name, std::string_view labels) const {
  const MutexLock lock(mutex_);
  for (const Entry& entry : entries_) {
    if (entry.name != name || entry.labels != labels) continue;
    if (entry.kind != Kind::kHistogram) return ValueOf(entry);
  }
  return std::nullopt;
}

std::string Metrics::PrometheusText() const {
  const MutexLock lock(mutex_);
  std::vector<const Entry*> sorted;
  sorted.reserve(entries_.size());
  for (const Entry& entry : entries_) sorted.push_back(&entry);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Entry* a, const Entry* b) { return a->name < b->name; });
  std::string text;
  std::string_view previous;
  for (const Entry* e : sorted) {
    if (e->name != previous) {
      fmt::format_to(std::back_inserter(text), "# HELP {0} {1}\n# TYPE {0} {2}\n", e->name, e->help,
                     TypeName(e->kind == Kind::kHistogram, e->name));
      previous = e->name;
    }
    if (e->kind == Kind::kHistogram) {
      WriteHistogram(e->name, e->labels, e->histogram, &text);
      continue;
    }
    fmt::format_to(std::back_inserter(text), "{}{} {:.15g}\n", e->name, Braced(e->labels),
                   ValueOf(*e));
  }
  return text;
}

std::string Metrics::EscapeLabel(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\\' || c == '"') escaped.push_back('\\');
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped.push_back(c);
    }
  }
  return escaped;
}

}  // namespace sluice
