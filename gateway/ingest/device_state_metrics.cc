#include "ingest/device_state_metrics.h"

namespace sluice::ingest {
namespace {

void CountFrom(uint64_t* before, uint64_t now, Counter& counter) {
  counter.Add(now - *before);
  *before = now;
}

}  // namespace

DeviceStateMetrics::DeviceStateMetrics(Metrics& metrics)
    : devices_(metrics.AddGauge("sluice_device_state_devices",
                                "Devices and edge nodes of which decoders remember something.")),
      bytes_(metrics.AddGauge("sluice_device_state_bytes",
                              "Memory for what decoders remember of devices.")),
      evicted_(metrics.AddCounter("sluice_device_state_evicted_total",
                                  "Devices forgotten because limits.device_state was full.")),
      asked_(metrics.AddCounter("sluice_device_births_asked_total",
                                "Births that edge nodes of Sparkplug B were asked for.")) {}

void DeviceStateMetrics::Update(const normalise::Normaliser& normaliser) {
  const decode::StateStats& stats = normaliser.device_state();
  devices_.Set(static_cast<int64_t>(stats.devices));
  bytes_.Set(static_cast<int64_t>(stats.bytes));
  CountFrom(&evicted_before_, stats.evicted, evicted_);
  CountFrom(&asked_before_, normaliser.births_asked(), asked_);
}

}  // namespace sluice::ingest
