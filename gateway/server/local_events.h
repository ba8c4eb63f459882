#pragma once

#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "broker/broker.h"
#include "schema/event_view.h"

namespace sluice::server {

// Publishes accepted events to local subscribers as CloudEvents JSON under
// `events/<device>/<type>`. Costs one look into the subscription tree per event while nobody
// listens. Loop thread only.
class LocalEvents {
 public:
  // The broker outlives this; it is set once, before the first event.
  LocalEvents(bool enabled, const Clock& clock) : enabled_(enabled), clock_(clock) {}
  void SetBroker(broker::Broker* broker) { broker_ = broker; }

  void Publish(ByteSpan event);

 private:
  const bool enabled_;
  const Clock& clock_;
  broker::Broker* broker_ = nullptr;
  schema::EventView view_;
  std::string topic_;
  std::string json_;
};

}  // namespace sluice::server
