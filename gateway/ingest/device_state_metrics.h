#pragma once

#include <cstdint>

#include "base/metrics.h"
#include "normalise/normaliser.h"

namespace sluice::ingest {

// What decoders remember of devices, in numbers. Loop thread.
class DeviceStateMetrics {
 public:
  explicit DeviceStateMetrics(Metrics& metrics);

  void Update(const normalise::Normaliser& normaliser);

 private:
  Gauge& devices_;
  Gauge& bytes_;
  Counter& evicted_;
  Counter& asked_;
  uint64_t evicted_before_ = 0;
  uint64_t asked_before_ = 0;
};

}  // namespace sluice::ingest
