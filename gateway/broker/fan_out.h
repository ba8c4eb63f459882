#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "broker/client_registry.h"
#include "broker/limits.h"
#include "broker/message.h"
#include "broker/share_log.h"
#include "broker/shared_groups.h"
#include "broker/subscription_tree.h"
#include "codec/publish.h"
#include "codec/repeated_property.h"

namespace sluice::broker {

// Brings a message to its subscribers. A client with several matching subscriptions gets it once,
// with the greatest QoS [MQTT-3.3.5-1] and all subscription ids [MQTT-3.3.4-3] [MQTT-3.3.4-4].
// Whoever can take it now gets it now, without a copy; only for those who cannot is the message
// copied, once for all of them. Of each group that shares a subscription one member gets it,
// besides what it gets for itself: the one whose turn it is among those who can take it now.
//
// Allocates nothing when nobody has to wait, once its scratch has grown. Not reentrant. Loop thread
// only.
class FanOut {
 public:
  FanOut(const Limits& limits, const SubscriptionTree* subscriptions, SharedGroups* groups,
         ClientRegistry* clients, MessagePool* pool, Shares* shares, ShareLog* share_log,
         Counters* counters);

  // `publisher` is left out by subscriptions with No Local; {} for nobody. Returns how many clients
  // and groups were met.
  size_t Send(MonotonicTime now, const codec::Publish& publish, SessionId publisher);
  // To one member of the group (send_to_group.cc); false if the group has ended.
  bool SendToGroup(MonotonicTime now, const codec::Publish& publish, SessionId publisher,
                   GroupId id);

  // Sends what waits for a client until it can take no more.
  void Drain(MonotonicTime now, ClientRecord* client);

  // Sends one message to one client, with a subscription id unless it is 0; false when the client
  // can take no more right now and the caller keeps the message.
  bool SendNow(codec::Publish publish, uint32_t subscription_id, ClientRecord* client);

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  struct Target {
    ClientSlot client;
    codec::Qos qos;
    bool retain;
    uint32_t first_id;  // into ids_, or kNone
  };
  struct IdLink {
    uint32_t id;
    uint32_t next;
  };

  void Collect(const codec::Publish& publish, SessionId publisher);
  void Merge(const codec::Publish& publish, const Subscription& subscription);
  Target& TargetOf(ClientRecord* client);
  bool SendToGroup(MonotonicTime now, const codec::Publish& publish, SessionId publisher,
                   GroupId id, MessageRef* shared);
  // `group`: as a member of which the client gets it.
  bool Offer(const codec::Publish& addressed, ClientRecord* client, GroupId group = kNoGroup);
  codec::Publish AddressedTo(const codec::Publish& publish, const SubscriptionOptions& options);
  codec::Publish Addressed(const codec::Publish& publish, const Target& target);
  bool MakeRoom(MonotonicTime now, size_t bytes, const ClientRecord& client);
  void Queue(MonotonicTime now, const codec::Publish& addressed, SessionId publisher,
             ClientRecord* client, MessageRef* shared, GroupId group = kNoGroup);

  const Limits& limits_;
  const SubscriptionTree& subscriptions_;
  SharedGroups& groups_;
  ClientRegistry& clients_;
  MessagePool& pool_;
  Shares& shares_;
  ShareLog& share_log_;
  Counters& counters_;

  uint64_t round_ = 0;
  bool offering_ = false;
  std::vector<Target> targets_;
  std::vector<IdLink> ids_;
  std::vector<GroupId> target_groups_;
  codec::RepeatedPropertyBuilder id_properties_;
};

}  // namespace sluice::broker
