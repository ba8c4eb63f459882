#pragma once

#include "base/metrics.h"
#include "broker/broker.h"

namespace sluice::broker {

// Makes what the broker holds visible as sluice_broker_… gauges. They are read when the text is
// written, which must be on the loop thread and not after the broker is gone.
void AddGauges(const Broker& broker, Metrics* metrics);

}  // namespace sluice::broker
