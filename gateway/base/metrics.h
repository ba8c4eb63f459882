#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"

namespace sluice {

// Counts up; safe from any thread.
class Counter {
 public:
  void Add(uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// Goes up and down; safe from any thread.
class Gauge {
 public:
  void Set(int64_t v) { value_.store(v, std::memory_order_relaxed); }
  void Add(int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

// Counts durations in buckets of 10 µs · 2^i up to about 3 minutes; safe from any thread.
class Histogram {
 public:
  static constexpr size_t kBuckets = 26;
  void Observe(std::chrono::nanoseconds duration);
  static double BucketLimitSeconds(size_t bucket);
  uint64_t bucket(size_t i) const { return buckets_[i].load(std::memory_order_relaxed); }
  uint64_t count() const { return count_.load(std::memory_order_relaxed); }
  double sum_seconds() const {
    return static_cast<double>(sum_ns_.load(std::memory_order_relaxed)) * 1e-9;
  }

 private:
  std::array<std::atomic<uint64_t>, kBuckets> buckets_{};
  std::atomic<uint64_t> count_{0};
  std::atomic<uint64_t> sum_ns_{0};
};

// Names for the numbers. Owns every metric it makes; they live as long as it does and their
// addresses stay. The names of counters, and of nothing else, end in _total. `labels` are text
// without braces: `stream="telemetry"` (base/label.h makes one). Asking for the same name and
// labels again gives the same metric. Making a metric locks; using one does not.
class Metrics {
 public:
  Counter& AddCounter(std::string_view name, std::string_view help, std::string_view labels = "");
  Gauge& AddGauge(std::string_view name, std::string_view help, std::string_view labels = "");
  Histogram& AddHistogram(std::string_view name, std::string_view help,
                          std::string_view labels = "");
  // Asked for its value by the thread that writes the text. A counter if its name ends in _total.
  void AddCallback(std::string_view name, std::string_view help, std::string_view labels,
                   std::function<double()> read);

  // What PrometheusText says of a metric that is no histogram; nothing of one that is not there.
  // Looks at all of them.
  std::optional<double> Value(std::string_view name, std::string_view labels = "") const;

  // Prometheus text exposition format 0.0.4.
  std::string PrometheusText() const;

  static std::string EscapeLabel(std::string_view value);

 private:
  enum class Kind : uint8_t { kCounter, kGauge, kHistogram, kCallback };
  struct Entry {
    std::string name, help, labels;
    Kind kind;
    Counter counter;
    Gauge gauge;
    Histogram histogram;
    std::function<double()> read;
  };
  static double ValueOf(const Entry& entry);
  Entry& Find(Kind kind, std::string_view name, std::string_view help, std::string_view labels);

  mutable Mutex mutex_;
  // A deque, because entries neither move nor copy.
  std::deque<Entry> entries_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice
