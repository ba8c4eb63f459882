#include "sim/subscribers.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace sluice::sim {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Client::Options Subscribers::DrawOptions(Random& random, const std::string& name) {
  Client::Options options;
  options.identity = name;
  mqtt::Connect& connect = options.connect;
  connect.client_id = name;
  connect.version = random.Below(2) == 0 ? mqtt::kV5 : mqtt::kV311;
  connect.clean = random.Below(2) == 0;
  connect.expiry = connect.clean ? 0 : 600;
  connect.keep_alive = static_cast<uint16_t>(10 + random.Below(50));
  if (random.Below(2) == 0) connect.receive_maximum = static_cast<uint16_t>(1 + random.Below(20));
  if (random.Below(2) == 0) connect.alias_maximum = static_cast<uint16_t>(1 + random.Below(4));
  const uint64_t which = random.Below(3);
  const auto qos = [&random] { return static_cast<int>(random.Below(3)); };
  if (which != 1) options.subscriptions.push_back({"local/#", qos()});
  if (which != 0) options.subscriptions.push_back({"events/#", qos()});
  return options;
}

Subscribers::Subscriber::Subscriber(Scene& scene, Network& network, Witness& witness,
                                    const std::string& name)
    : random(scene.RandomFor("subscriber " + name)),
      client(scene, network, witness, DrawOptions(random, name)),
      whims(scene, random),
      timer(scene.scheduler.NewTimer([this] {
        client.Come();
        client.ResumeReading();
      })) {}

void Subscribers::Subscriber::Start() {
  client.Come();
  whims.Add(Trouble::kSubscriberStalls, seconds(30), [this] {
    client.PauseReading();
    timer.Start(Between(random, milliseconds(100), minutes(1)));
  });
  whims.Add(Trouble::kReconnecting, seconds(40), [this] {
    if (!client.wanted()) return;
    if (random.Below(3) == 0) return client.Overtake();
    client.Leave(random.Below(2) == 0 ? Client::Farewell::kDisconnect : Client::Farewell::kSilence);
    timer.Start(Between(random, Duration(0), seconds(1)));
  });
  whims.Add(Trouble::kSleeping, seconds(60), [this] {
    client.Leave(Client::Farewell::kDisconnect);
    timer.Start(Between(random, seconds(5), minutes(2)));
  });
}

void Subscribers::Subscriber::BeginCalm() {
  timer.Stop();
  client.Come();
  client.ResumeReading();
}

Subscribers::Subscribers(Scene& scene, Network& network, Witness& witness) {
  for (size_t i = 1; i <= scene.plan.subscribers; ++i) {
    subscribers_.emplace_back(scene, network, witness, fmt::format("sub-{}", i));
  }
}

void Subscribers::Start() {
  for (Subscriber& subscriber : subscribers_) subscriber.Start();
}

void Subscribers::BeginCalm() {
  for (Subscriber& subscriber : subscribers_) subscriber.BeginCalm();
}

std::string Subscribers::unsettled() const {
  for (const Subscriber& subscriber : subscribers_) {
    if (!subscriber.client.subscribed()) return subscriber.client.id() + " is not subscribed";
  }
  return {};
}

}  // namespace sluice::sim
