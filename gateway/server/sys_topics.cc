#include "server/sys_topics.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::server {
namespace {

struct Topic {
  std::string_view name;
  uint64_t (*value)(const broker::Broker& broker, const broker::Counters& counters);
};

using broker::Broker;
using broker::Counters;

// Beside version, uptime and clients/maximum, which are no numbers of this moment.
constexpr Topic kTopics[] = {
    {"clients/connected", [](const Broker& b, const Counters&) { return b.connected_clients(); }},
    {"clients/disconnected",
     [](const Broker& b, const Counters&) { return b.detached_sessions(); }},
    {"clients/total",
     [](const Broker& b, const Counters&) {
       return b.connected_clients() + b.detached_sessions();
     }},
    {"subscriptions/count", [](const Broker& b, const Counters&) { return b.subscriptions(); }},
    {"shared_subscriptions/count",
     [](const Broker& b, const Counters&) { return b.shared_groups(); }},
    {"retained messages/count",
     [](const Broker& b, const Counters&) { return b.retained_messages(); }},
    {"store/messages/bytes", [](const Broker& b, const Counters&) { return b.message_bytes(); }},
    {"publish/messages/received",
     [](const Broker&, const Counters& c) { return c.published.value(); }},
    {"publish/messages/sent", [](const Broker&, const Counters& c) { return c.delivered.value(); }},
    {"publish/messages/dropped",
     [](const Broker&, const Counters& c) {
       return c.queue_dropped.value() + c.queue_dropped_qos0.value();
     }},
};

}  // namespace

SysTopics::SysTopics(Duration interval, Scheduler& scheduler, broker::Broker& broker,
                     const broker::Counters& counters)
    : scheduler_(scheduler), broker_(broker), counters_(counters), since_(scheduler.Now()) {
  timer_ = scheduler_.NewTimer([this, interval] {
    Publish();
    timer_.Start(interval);
  });
  timer_.Start(Duration::zero());
}

void SysTopics::Publish() {
  const auto up = std::chrono::duration_cast<std::chrono::seconds>(scheduler_.Now() - since_);
  most_connected_ = std::max(most_connected_, broker_.connected_clients());
  Tell("version", "sluice version " SLUICE_VERSION);
  Tell("uptime", fmt::format("{} seconds", up.count()));
  Tell("clients/maximum", fmt::format("{}", most_connected_));
  for (const Topic& topic : kTopics) {
    Tell(topic.name, fmt::format("{}", topic.value(broker_, counters_)));
  }
}

void SysTopics::Tell(std::string_view name, const std::string& value) {
  const std::string topic = fmt::format("$SYS/broker/{}", name);
  std::string& told = told_[topic];
  if (told == value) return;
  told = value;
  codec::Publish publish;
  publish.topic = topic;
  publish.payload = AsBytes(value);
  publish.retain = true;
  broker_.PublishPassing(scheduler_.Now(), publish);
}

}  // namespace sluice::server
