#include "broker/limits.h"

#include <string>
#include <string_view>

#include "base/label.h"

namespace sluice::broker {
namespace {

Counter& Make(Metrics& metrics, const char* name, const char* help) {
  return metrics.AddCounter(std::string("sluice_broker_") + name + "_total", help);
}

Counter& Denied(Metrics& metrics, std::string_view action) {
  return metrics.AddCounter(
      "sluice_broker_denied_total",
      "Publishes, filters and connects (for their will) that access control refused.",
      Label("action", action));
}

Counter& Dropped(Metrics& metrics, std::string_view qos) {
  return metrics.AddCounter("sluice_broker_queue_dropped_total",
                            "Messages dropped because their subscriber was too slow.",
                            Label("qos", qos));
}

Counter& SubscriptionRefused(Metrics& metrics, std::string_view reason) {
  return metrics.AddCounter("sluice_broker_subscriptions_refused_total",
                            "Filters refused: their client or packet has too many, or too many "
                            "combinations of '+'; too long, too deep or with a control character; "
                            "no memory.",
                            Label("reason", reason));
}

}  // namespace

Counters::Counters(Metrics& metrics)
    : published(Make(metrics, "published", "Messages accepted from clients.")),
      delivered(Make(metrics, "delivered", "Messages given to local subscribers.")),
      publish_denied(Denied(metrics, "publish")),
      subscribe_denied(Denied(metrics, "subscribe")),
      connect_denied(Denied(metrics, "connect")),
      queue_dropped(Dropped(metrics, "1-2")),
      queue_dropped_qos0(Dropped(metrics, "0")),
      expired(Make(metrics, "expired", "Messages that expired while they waited.")),
      too_large(Make(metrics, "too_large", "Messages larger than the subscriber takes.")),
      sink_refused(
          Make(metrics, "sink_refused", "Publishes refused because their stream is full.")),
      retained_refused(Make(metrics, "retained_refused", "Retained messages not kept.")),
      retained_evicted(
          Make(metrics, "retained_evicted", "Retained messages dropped for newer ones.")),
      subscriptions_over_count(SubscriptionRefused(metrics, "count")),
      subscriptions_over_shapes(SubscriptionRefused(metrics, "shapes")),
      subscriptions_over_memory(SubscriptionRefused(metrics, "memory")),
      filters_over_packet(SubscriptionRefused(metrics, "packet")),
      filters_not_taken(SubscriptionRefused(metrics, "filter")),
      wills_refused(Make(metrics, "wills_refused", "Connects refused because of too many wills.")),
      wills_published(Make(metrics, "wills_published", "Wills published.")),
      wills_lost(Make(metrics, "wills_lost", "Wills whose stream was full.")),
      sessions_evicted(Make(metrics, "sessions_evicted",
                            "Sessions without connection ended before their time at a limit.")),
      takeovers(
          Make(metrics, "takeovers", "Connections ended by a newer one of the same client.")) {
  for (size_t i = 0; i < kBudgets; ++i) {
    gave_way[i] = &metrics.AddCounter(
        "sluice_share_gave_way_total",
        "Times that the identity that held most of something shared had to give way.",
        Label("budget", BudgetName(static_cast<Budget>(i))));
  }
}

}  // namespace sluice::broker
