#include "broker/broker_gauges.h"

#include <string>

namespace sluice::broker {
namespace {

struct GaugeInfo {
  const char* name;
  const char* help;
  size_t (Broker::*read)() const;
};

constexpr GaugeInfo kGauges[] = {
    {"connected_clients", "Clients connected.", &Broker::connected_clients},
    {"detached_sessions", "Sessions whose client is away.", &Broker::detached_sessions},
    {"subscriptions", "Subscriptions of all sessions.", &Broker::subscriptions},
    {"subscription_bytes", "Memory of all subscriptions.", &Broker::subscription_bytes},
    {"retained_messages", "Retained messages.", &Broker::retained_messages},
    {"retained_bytes", "Memory of the retained messages.", &Broker::retained_bytes},
    {"message_bytes", "Memory of messages queued, retained or kept as wills.",
     &Broker::message_bytes},
};

}  // namespace

void AddGauges(const Broker& broker, Metrics* metrics) {
  for (const GaugeInfo& gauge : kGauges) {
    metrics->AddCallback(
        std::string("sluice_broker_") + gauge.name, gauge.help, "",
        [&broker, read = gauge.read] { return static_cast<double>((broker.*read)()); });
  }
}

}  // namespace sluice::broker
