#include "sim/upstream.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sim/memory_account.h"
#include "sim/uplink_watch.h"
#include "sim/upstream_dialer.h"
#include "uplink_mqtt/uplink.h"

namespace sluice::sim {

using std::chrono::milliseconds;
using std::chrono::seconds;

Upstream::Upstream(Scene& scene, Network& network, const Plan::Uplink& plan, Witness& witness)
    : scene_(scene),
      network_(network),
      plan_(plan),
      witness_(witness),
      random_(scene.RandomFor("upstream " + plan.name)),
      account_(scene, plan) {
  Draw();
  std::shared_ptr<StatusView> view;
  for (size_t i = 0; i < plan.servers; ++i) {
    if (view == nullptr || !plan.is_cluster) view = std::make_shared<StatusView>();
    servers_.push_back(std::make_unique<UpstreamServer>(*this, i, view));
  }
}

Upstream::~Upstream() = default;

void Upstream::Draw() {
  if (scene_.Has(Trouble::kUpstreamSlow)) {
    character_.answers_after = Between(random_, milliseconds(10), seconds(8));
  }
  if (scene_.Has(Trouble::kRefusals) && plan_.mqtt_version == mqtt::kV5) {
    const bool nearly_all = random_.Below(8) == 0;
    character_.refuses_every = static_cast<uint32_t>(nearly_all ? 1 + random_.Below(4)  //
                                                                : 20 + random_.Below(400));
  }
  if (!scene_.Has(Trouble::kClosesAtMessage)) return;
  character_.breaks_rules = random_.Below(2) == 0;
  const uint64_t at = random_.Below(8);
  if (at == 0) {
    character_.closes_above = 300 + random_.Below(4000);
  } else if (at == 1) {
    const auto& routes = scene_.plan.routes;
    if (!routes.empty()) character_.closes_at_route = routes[random_.Below(routes.size())].name;
  } else {
    character_.closes_at_every = 20 + static_cast<uint32_t>(random_.Below(400));
  }
}

std::unique_ptr<forward::Uplink> Upstream::NewUplink(const uplink_mqtt::MqttOptions& options,
                                                     Scheduler& process) {
  return std::make_unique<UplinkWatch>(*this, [&] {
    return std::make_unique<uplink_mqtt::MqttUplink>(
        options, process, std::make_unique<UpstreamDialer>(*this, options, process));
  });
}

void Upstream::Mend() {
  account_.Mend();
  for (const auto& server : servers_) server->Mend();
}

UpstreamServer* Upstream::server(const std::string& host) {
  const auto found = std::find_if(servers_.begin(), servers_.end(),
                                  [&](const auto& server) { return server->host() == host; });
  return found == servers_.end() ? nullptr : found->get();
}

void Upstream::OnAttempt() {
  ++attempts_;
  conversation_.reset();
  scene_.trace.Note("{}: connecting", name());
}

void Upstream::OnDialed(std::shared_ptr<Conversation> conversation, const UpstreamServer& server) {
  conversation_ = std::move(conversation);
  dialed_ = server.index();
}

void Upstream::OnConnected() {
  scene_.trace.Note("{}: connected to {}", name(), servers_[dialed_]->host());
  const size_t before = std::exchange(connected_to_, dialed_);
  if (dialed_ > 0) scene_.situations.Reached("upstream: another server takes the gateway");
  if (dialed_ == 0 && before > 0) {
    scene_.situations.Reached("upstream: the gateway comes back to its first server");
  }
}

void Upstream::OnDisconnected(const forward::UplinkEnd& end) {
  const InWorld in_world;
  scene_.trace.Note("{}: disconnected, {}", name(), end.why);
}

void Upstream::OnProcessEnded() {
  for (const auto& server : servers_) server->OnProcessEnded();
  conversation_.reset();
}

std::string Upstream::StillWrong() {
  const bool is_known = std::any_of(servers_.begin(), servers_.end(), [this](const auto& server) {
    return server->view().conversation == conversation_.get();
  });
  if (!is_known) return name() + " does not know of the gateway's connection";
  if (!plan_.has_status) return {};
  for (const auto& server : servers_) {
    const StatusView& view = server->view();
    const bool is_here = view.conversation != nullptr && view.conversation == conversation_.get();
    if (is_here) {
      if (untold_) continue;  // health says so
      seen_well_ = &view;
      if (!view.is_online()) return server->host() + " does not see that the gateway is there";
    } else if (view.conversation == nullptr && view.is_online() && !view.may_be_stale) {
      return server->host() + " sees the gateway, which is not there";
    }
  }
  return {};
}

void Upstream::JudgeFarewell() {
  for (const auto& server : servers_) {
    const StatusView& view = server->view();
    if (view.is_online() && !view.may_be_stale) {
      scene_.verdict.Broken(10, server->host() + " still sees the gateway when that has stopped");
    }
    if (&view == seen_well_ && !view.has("goodbye")) {
      scene_.verdict.Broken(10, server->host() + " did not hear the gateway's goodbye");
    }
  }
}

}  // namespace sluice::sim
