// Messages for one member of a group, whichever can take them.

#include <algorithm>

#include "broker/fan_out.h"

namespace sluice::broker {
namespace {

// Members that are looked at for one message. Stops a group of thousands that all are full from
// costing thousands of looks a message; their turns come with the next ones.
constexpr size_t kMostLooks = 16;

// Whom a message that nobody can take now had better wait for.
bool WaitsBetterFor(const ClientRecord& one, const ClientRecord& other) {
  if (one.connected() != other.connected()) return one.connected();
  return one.queue.bytes() < other.queue.bytes();
}

}  // namespace

bool FanOut::SendToGroup(MonotonicTime now, const codec::Publish& publish, SessionId publisher,
                         GroupId id) {
  MessageRef shared;
  return SendToGroup(now, publish, publisher, id, &shared);
}

bool FanOut::SendToGroup(MonotonicTime now, const codec::Publish& publish, SessionId publisher,
                         GroupId id, MessageRef* shared) {
  SharedGroup* const group = groups_.Find(id);
  if (group == nullptr) return false;
  const std::vector<SharedGroup::Member>& members = group->members;
  const size_t looks = std::min(members.size(), kMostLooks);
  size_t best = group->next % members.size();
  for (size_t i = 0; i < looks; ++i) {
    const size_t at = (group->next + i) % members.size();
    ClientRecord& client = clients_.At(members[at].client);
    if (client.queue.empty() && Offer(AddressedTo(publish, members[at].options), &client, id)) {
      group->next = at + 1;
      return true;
    }
    if (WaitsBetterFor(client, clients_.At(members[best].client))) best = at;
  }
  group->next = best + 1;
  ClientRecord& client = clients_.At(members[best].client);
  Queue(now, AddressedTo(publish, members[best].options), publisher, &client, shared, id);
  return true;
}

// The message as one subscription gets it; its subscription id lives until the next call.
codec::Publish FanOut::AddressedTo(const codec::Publish& publish,
                                   const SubscriptionOptions& options) {
  id_properties_.Clear();
  if (options.identifier != 0) id_properties_.AddSubscriptionId(options.identifier);
  codec::Publish addressed = publish;
  addressed.qos = std::min(publish.qos, options.max_qos);  // [MQTT-4.8.2-3]
  addressed.retain = publish.retain && options.retain_as_published;
  addressed.dup = false;
  addressed.packet_id = 0;
  addressed.properties.subscription_ids = id_properties_.subscription_ids();
  return addressed;
}

}  // namespace sluice::broker
