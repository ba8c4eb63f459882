#include "app/forwarder.h"

#include <algorithm>
#include <utility>

namespace sluice::app {

Forwarder::Forwarder(const config::Config& config, const config::UplinkConfig& section,
                     std::unique_ptr<forward::Uplink> uplink, const Parts& parts)
    : parts_(parts),
      url_(section.urls()),
      uplink_(std::move(uplink)),
      shared_(config::ToSharedUplinkOptions(section), *uplink_, parts.clock, parts.random,
              parts.metrics, parts.health) {
  for (const config::RouteConfig& route : config.routes) {
    if (route.to == section.name) AddRoute(config, route);
  }
  timer_ = parts_.scheduler.NewTimer([this] {
    shared_.Tick(parts_.clock.Now());
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
  const forward::Route::Parts parts{parts_.dead_letters, shared_,       parts_.clock,
                                    parts_.clock_trust,  parts_.random, parts_.metrics,
                                    parts_.health};
  routes_.push_back(std::make_unique<forward::Route>(config::ToRouteOptions(config, route),
                                                     *sources_.back(), parts));
}

void Forwarder::ArmTimer() {
  const auto deadline = shared_.NextDeadline();
  if (!deadline) return timer_.Stop();
  timer_.Start(std::max<Duration>(*deadline - parts_.clock.Now(), Duration(0)));
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
