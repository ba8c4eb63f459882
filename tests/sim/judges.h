#pragma once
#include <functional>
#include "sim/process.h"
#include "sim/witness.h"
namespace sluice::sim {
class Judges : public Witness {
 public:
  Judges(Scene& s, std::function<bool(Token)>) : scene_(s) {}
  void OnSent(const SentMessage&, bool) override {}
  void OnAnswered(const SentMessage&, uint8_t) override {}
  void OnGivenUp(const SentMessage&) override {}
  void OnDelivered(const std::string&, std::string_view, std::string_view, int, bool) override {}
  void OnAccepted(const std::string& stream, uint64_t first, uint64_t count, std::string_view,
                  std::string_view, std::string_view) override {
    scene_.trace.Note("{}: {} +{}", stream, first, count);
  }
  void OnArrived(const std::string&, const std::vector<Entry>&) override {}
  void OnUpstreamAcknowledged(const std::string&, const std::vector<Entry>&) override {}
  void OnUpstreamRefused(const std::string&, const std::vector<Entry>&, bool) override {}
  void OnStarted() override {}
  void OnEnded(End) override {}
  std::string StillWrong(Process& p) {
    for (auto& f : p.gateway().forwarders())
      for (auto& r : f->routes())
        if (r->pending()) return r->options().name + " pending";
    if (p.health().state() != HealthState::kOk) return p.health().Text();
    return {};
  }
  void AtTheEnd(Disk&) {}

 private:
  Scene& scene_;
};
}  // namespace sluice::sim
