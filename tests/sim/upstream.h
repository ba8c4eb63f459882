#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "forward/uplink.h"
#include "sim/conversation.h"
#include "sim/gateway_account.h"
#include "sim/network.h"
#include "sim/plan.h"
#include "sim/scene.h"
#include "sim/upstream_server.h"
#include "sim/witness.h"
#include "uplink_mqtt/options.h"

namespace sluice::sim {

// What an uplink leads to: one or several brokers with a character, which outlive the gateway's
// processes. They take messages in their order and answer after a while; which troubles they have
// the seed has drawn. They tell the witness what arrives and what they say. One thread.
class Upstream {
 public:
  // What all servers have in common.
  struct Character {
    Duration answers_after{};      // at most
    uint32_t refuses_every = 0;    // tokens that divide by it, for good; 0: none
    uint32_t closes_at_every = 0;  // likewise
    size_t closes_above = 0;       // at messages with more bytes; 0: none
    std::string closes_at_route = {};
    bool breaks_rules = false;  // there, instead of ending the connection, now and then
  };

  // Everything outlives it.
  Upstream(Scene& scene, Network& network, const Plan::Uplink& plan, Witness& witness);
  ~Upstream();
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  // The gateway's own uplink, for one process, on whose scheduler it runs; gone when that ends.
  std::unique_ptr<forward::Uplink> NewUplink(const uplink_mqtt::MqttOptions& options,
                                             Scheduler& process);
  // Whatever is broken is well again; what it refuses for good it goes on to refuse.
  void Mend();

  // When trouble has ended: what upstream sees wrongly of the gateway, which is connected; empty:
  // nothing.
  std::string StillWrong();
  // After the gateway's orderly end.
  void JudgeFarewell();

  const std::string& name() const { return plan_.name; }
  const Plan::Uplink& plan() const { return plan_; }
  Scene& scene() { return scene_; }
  Network& network() { return network_; }
  Witness& witness() { return witness_; }
  const Character& character() const { return character_; }
  GatewayAccount& account() { return account_; }
  UpstreamServer* server(const std::string& host);  // null: there is none

  // The gateway's end of it: attempts to connect, of all processes together; what is said on the
  // latest connection that was made, null during an attempt; and what the uplink tells of it.
  void OnAttempt();
  void OnDialed(std::shared_ptr<Conversation> conversation, const UpstreamServer& server);
  void OnConnected();
  void OnDisconnected(const forward::UplinkEnd& end);
  void OnStatusTold(const std::string& untold) { untold_ = !untold.empty(); }
  void OnProcessEnded();
  uint64_t attempts() const { return attempts_; }
  Conversation* conversation() { return conversation_.get(); }

 private:
  void Draw();

  Scene& scene_;
  Network& network_;
  const Plan::Uplink& plan_;
  Witness& witness_;
  Random random_;
  Character character_;
  GatewayAccount account_;
  std::vector<std::unique_ptr<UpstreamServer>> servers_;
  uint64_t attempts_ = 0;
  std::shared_ptr<Conversation> conversation_;
  size_t dialed_ = 0, connected_to_ = 0;  // servers
  bool untold_ = false;                   // the gateway says that its status was not taken
  const StatusView* seen_well_ = nullptr;
};

}  // namespace sluice::sim
