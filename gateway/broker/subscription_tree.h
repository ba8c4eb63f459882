#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/keyed_hash.h"
#include "broker/subscription.h"
#include "codec/topic_match.h"

namespace sluice::broker {

// All subscriptions, as a tree with a node per filter level. A topic of n levels is matched by one
// walk that visits a node at most once and allocates nothing; a list of filters would cost a
// comparison per subscription and message, which a thousand devices with a few subscriptions each
// make thousands.
//
// Invariants, asserted by CheckInvariants(): every node but the root has a subscription at or below
// it; a client or group stands once at most in each place; size() and bytes() are the sums of the
// subscriptions and of what they and the nodes cost, and what is reserved, at most `max_bytes`.
// Loop thread only.
class SubscriptionTree {
 public:
  enum class Outcome : uint8_t { kAdded, kReplaced, kFull };

  // At most `max_bytes` are held: a client that subscribes to ever new filters would take all
  // memory.
  explicit SubscriptionTree(size_t max_bytes);
  ~SubscriptionTree();
  SubscriptionTree(const SubscriptionTree&) = delete;
  SubscriptionTree& operator=(const SubscriptionTree&) = delete;

  // `filter` must be valid. A second subscription of the same client to the same filter replaces
  // the first, which always succeeds [MQTT-3.8.4-3].
  Outcome Subscribe(std::string_view filter, const Subscription& subscription);
  // False when there is no such subscription.
  bool Unsubscribe(std::string_view filter, ClientSlot client, bool is_group = false);

  // Books memory that goes with subscriptions and is held elsewhere; false if that were too much.
  [[nodiscard]] bool Reserve(size_t bytes);
  void Release(size_t bytes);

  // Calls `visit(const Subscription&)` for every subscription whose filter matches the valid
  // `topic`, in no particular order; a client comes once per matching filter. Stops when `visit`
  // returns false. The tree must not change meanwhile.
  template <typename Visitor>
  void Match(std::string_view topic, Visitor&& visit) const;
  bool HasMatch(std::string_view topic) const;
  // Whether there is a filter with more than one level, or "#", that can match topics whose first
  // level is `level`. Looks at three nodes, however many there are.
  bool MayMatchBelow(std::string_view level) const;

  // What a subscription to `filter` costs at most.
  static size_t CostOf(std::string_view filter);

  size_t size() const { return size_; }
  size_t bytes() const { return bytes_; }

  void CheckInvariants() const;  // visits everything; for tests

 private:
  struct Node;
  using Children =
      std::unordered_map<std::string, std::unique_ptr<Node>, KeyedHash, std::equal_to<>>;
  struct Node {
    Node* parent = nullptr;
    std::string_view level;  // the key under which the parent holds this node
    std::unique_ptr<Node> plus;
    Children children;
    std::vector<Subscription> here;   // the filter ends at this level
    std::vector<Subscription> below;  // the filter ends with '#' under this level

    bool HasMore() const { return plus || !children.empty() || !below.empty(); }
    bool IsEmpty() const { return !plus && children.empty() && here.empty() && below.empty(); }
  };
  struct Place {
    Node* node;
    std::vector<Subscription>* list;
  };

  static size_t CostOfSubscription(std::string_view filter);
  static size_t CostOfNode(std::string_view level);
  Place Find(std::string_view filter) const;
  Place FindOrMake(std::string_view filter);
  Node* MakeChild(Node* parent, std::string_view level);
  void PruneFrom(Node* node);
  struct Sums {
    size_t size = 0;
    size_t bytes = 0;
  };
  static void Check(const Node& node, const std::string& filter, Sums* sums);
  static void Check(const std::vector<Subscription>& list, const std::string& filter, Sums* sums);

  template <typename Visitor>
  static bool Visit(const std::vector<Subscription>& list, Visitor& visit) {
    for (const Subscription& subscription : list) {
      if (!visit(subscription)) return false;
    }
    return true;
  }
  template <typename Visitor>
  static bool Walk(const Node& node, codec::LevelReader levels, bool wildcards, Visitor& visit);

  const size_t max_bytes_;
  std::unique_ptr<Node> root_;
  size_t size_ = 0;
  size_t bytes_ = 0;
  size_t reserved_ = 0;  // of bytes_
};

template <typename Visitor>
void SubscriptionTree::Match(std::string_view topic, Visitor&& visit) const {
  Walk(*root_, codec::LevelReader(topic), !topic.starts_with('$'), visit);  // [MQTT-4.7.2-1]
}

// `wildcards` says whether a wildcard may stand for the level that comes next. The recursion is as
// deep as the tree, hence at most kMaxFilterLevels.
template <typename Visitor>
bool SubscriptionTree::Walk(const Node& node, codec::LevelReader levels, bool wildcards,
                            Visitor& visit) {
  if (wildcards && !Visit(node.below, visit)) return false;
  std::string_view level;
  if (!levels.Next(&level)) return Visit(node.here, visit);
  if (wildcards && node.plus && !Walk(*node.plus, levels, true, visit)) return false;
  const auto child = node.children.find(level);
  return child == node.children.end() || Walk(*child->second, levels, true, visit);
}

}  // namespace sluice::broker
