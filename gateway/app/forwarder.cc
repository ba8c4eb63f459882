#include "app/forwarder.h"

#include <algorithm>
#include <utility>

#include "app/make_uplink.h"

namespace sluice::app {

Result<std::unique_ptr<Forwarder>> Forwarder::Create(const config::Config& config,
                                                     const config::UplinkConfig& uplink,
                                                     const Parts& parts) {
  auto made = MakeUplink(uplink, parts.scheduler);
  if (!made.ok()) return made.status();
  std::unique_ptr<Forwarder> forwarder(new Forwarder(uplink, std::move(*made), parts));
  for (const config::RouteConfig& route : config.routes) {
    if (route.to != uplink.name) continue;
    forwarder->AddRoute(config, route);
  }
  return forwarder;
}

Forwarder::Forwarder(const config::UplinkConfig& config, std::unique_ptr<forward::Uplink> uplink,
                     const Parts& parts)
    : parts_(parts),
      url_(config.url.text),
      uplink_(std::move(uplink)),
      shared_(config::ToSharedUplinkOptions(config), *uplink_, SystemClock(), parts.random,
              parts.metrics, parts.health) {
  timer_ = parts_.scheduler.NewTimer([this] {
    shared_.Tick(SystemClock().Now());
    ArmTimer();
  });
  shared_.OnDeadlineChanged([this] { ArmTimer(); });
}

Forwarder::~Forwarder() = default;

void Forwarder::AddRoute(const config::Config& config, const config::RouteConfig& route) {
  journal::Stream* const stream = parts_.journal.stream(route.from);
  SLUICE_CHECK(stream != nullptr && stream->cursor(route.name) != nullptr);
  sources_.push_back(
      std::make_unique<forward::JournalSource>(*stream, *stream->cursor(route.name)));
  const forward::Route::Parts parts{parts_.dead_letters, shared_,       SystemClock(),
                                    parts_.clock_trust,  parts_.random, parts_.metrics,
                                    parts_.health};
  routes_.push_back(std::make_unique<forward::Route>(config::ToRouteOptions(config, route),
                                                     *sources_.back(), parts));
}

void Forwarder::ArmTimer() {
  const auto deadline = shared_.NextDeadline();
  if (!deadline) return timer_.Stop();
  timer_.Start(std::max<Duration>(*deadline - SystemClock().Now(), Duration(0)));
}

void Forwarder::Start() {
  for (const auto& route : routes_) route->Start();
  shared_.Start();
  ArmTimer();
}

void Forwarder::Quiesce() {
  for (const auto& route : routes_) route->Quiesce();
}

bool Forwarder::idle() const {
  return !connected() || std::all_of(routes_.begin(), routes_.end(),
                                     [](const auto& route) { return route->idle(); });
}

void Forwarder::Stop() {
  for (const auto& route : routes_) route->Stop();
  shared_.Stop();
  timer_.Stop();
}

}  // namespace sluice::app
