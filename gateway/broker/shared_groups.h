#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/keyed_hash.h"
#include "broker/subscription.h"
#include "broker/subscription_tree.h"

namespace sluice::broker {

// Those who share the subscription `$share/<name>/<filter>`: of what matches the filter each
// message goes to one of them (section 4.8.2).
struct SharedGroup {
  struct Member {
    ClientSlot client;
    SubscriptionOptions options;
  };

  std::string text;  // "$share/<name>/<filter>"
  std::vector<Member> members;
  size_t next = 0;  // whose turn it is, modulo their number
};

// All groups. Each stands as one subscription in the tree, under its filter and in the place of a
// client; what groups and members take of memory is booked there as well. Loop thread only.
//
// Invariants, asserted by CheckInvariants(): no group is empty, and no client stands twice in one;
// members() is the sum over the groups.
class SharedGroups {
 public:
  // `tree` outlives the groups.
  explicit SharedGroups(SubscriptionTree* tree) : tree_(*tree) {}

  // `text` is a valid shared filter. A second subscription of the same client replaces the first.
  SubscriptionTree::Outcome Subscribe(std::string_view text, const Subscription& member);
  // False when there is no such member.
  bool Unsubscribe(std::string_view text, ClientSlot client);

  // By the number under which the group stands in the tree; null when it has ended.
  SharedGroup* Find(GroupId id);
  size_t size() const { return by_id_.size(); }
  size_t members() const { return members_; }

  void CheckInvariants() const;  // visits everything; for tests

 private:
  static size_t CostOfMember(std::string_view text);
  static size_t CostOfGroup(std::string_view text);
  SharedGroup* Make(std::string_view text);
  void End(SharedGroup* group, GroupId id);

  SubscriptionTree& tree_;
  std::unordered_map<GroupId, SharedGroup> by_id_;
  std::unordered_map<std::string, GroupId, KeyedHash, std::equal_to<>> by_text_;
  size_t members_ = 0;
  GroupId last_id_ = kNoGroup;
};

}  // namespace sluice::broker
