#include "broker/subscription_tree.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/status.h"

namespace sluice::broker {
namespace {

auto FindClient(std::vector<Subscription>& list, ClientSlot client, bool is_group) {
  return std::find_if(list.begin(), list.end(), [=](const Subscription& s) {
    return s.client == client && s.is_group == is_group;
  });
}

}  // namespace

SubscriptionTree::SubscriptionTree(size_t max_bytes)
    : max_bytes_(max_bytes), root_(std::make_unique<Node>()) {}

SubscriptionTree::~SubscriptionTree() = default;

SubscriptionTree::Outcome SubscriptionTree::Subscribe(std::string_view filter,
                                                      const Subscription& subscription) {
  if (const Place old = Find(filter); old.list != nullptr) {
    const auto it = FindClient(*old.list, subscription.client, subscription.is_group);
    if (it != old.list->end()) {
      *it = subscription;
      return Outcome::kReplaced;
    }
  }
  if (bytes_ + CostOf(filter) > max_bytes_) return Outcome::kFull;
  FindOrMake(filter).list->push_back(subscription);
  bytes_ += CostOfSubscription(filter);
  ++size_;
  return Outcome::kAdded;
}

bool SubscriptionTree::Unsubscribe(std::string_view filter, ClientSlot client, bool is_group) {
  const Place place = Find(filter);
  if (place.list == nullptr) return false;
  const auto it = FindClient(*place.list, client, is_group);
  if (it == place.list->end()) return false;
  *it = place.list->back();
  place.list->pop_back();
  bytes_ -= CostOfSubscription(filter);
  --size_;
  PruneFrom(place.node);
  return true;
}

bool SubscriptionTree::Reserve(size_t bytes) {
  if (bytes_ + bytes > max_bytes_) return false;
  bytes_ += bytes;
  reserved_ += bytes;
  return true;
}

void SubscriptionTree::Release(size_t bytes) {
  bytes_ -= bytes;
  reserved_ -= bytes;
}

bool SubscriptionTree::HasMatch(std::string_view topic) const {
  bool found = false;
  Match(topic, [&found](const Subscription&) {
    found = true;
    return false;
  });
  return found;
}

bool SubscriptionTree::MayMatchBelow(std::string_view level) const {
  if (!root_->below.empty() || (root_->plus && root_->plus->HasMore())) return true;
  const auto child = root_->children.find(level);
  return child != root_->children.end() && child->second->HasMore();
}

// An upper bound: as if no level of the filter existed yet.
size_t SubscriptionTree::CostOf(std::string_view filter) {
  size_t cost = CostOfSubscription(filter);
  codec::LevelReader levels(filter);
  for (std::string_view level; levels.Next(&level);) {
    if (level != "#") cost += CostOfNode(level);
  }
  return cost;
}

// The client's record keeps a copy of the filter, in a hash table.
size_t SubscriptionTree::CostOfSubscription(std::string_view filter) {
  return sizeof(Subscription) + sizeof(std::string) + 3 * sizeof(void*) + filter.size();
}

size_t SubscriptionTree::CostOfNode(std::string_view level) {
  return sizeof(Node) + sizeof(Children::value_type) + 2 * sizeof(void*) + level.size();
}

SubscriptionTree::Place SubscriptionTree::Find(std::string_view filter) const {
  Node* node = root_.get();
  codec::LevelReader levels(filter);
  for (std::string_view level; levels.Next(&level);) {
    if (level == "#") return {node, &node->below};
    if (level == "+") {
      node = node->plus.get();
    } else {
      const auto child = node->children.find(level);
      node = child == node->children.end() ? nullptr : child->second.get();
    }
    if (node == nullptr) return {nullptr, nullptr};
  }
  return {node, &node->here};
}

SubscriptionTree::Place SubscriptionTree::FindOrMake(std::string_view filter) {
  Node* node = root_.get();
  codec::LevelReader levels(filter);
  for (std::string_view level; levels.Next(&level);) {
    if (level == "#") return {node, &node->below};
    const auto child = node->children.find(level);
    if (child != node->children.end()) {
      node = child->second.get();
    } else {
      node = level == "+" && node->plus ? node->plus.get() : MakeChild(node, level);
    }
  }
  return {node, &node->here};
}

SubscriptionTree::Node* SubscriptionTree::MakeChild(Node* parent, std::string_view level) {
  auto made = std::make_unique<Node>();
  Node* const child = made.get();
  child->parent = parent;
  bytes_ += CostOfNode(level);
  if (level == "+") {
    child->level = "+";
    parent->plus = std::move(made);
  } else {
    const auto [it, inserted] = parent->children.emplace(std::string(level), std::move(made));
    child->level = it->first;
  }
  return child;
}

void SubscriptionTree::PruneFrom(Node* node) {
  while (node->parent != nullptr && node->IsEmpty()) {
    Node* const parent = node->parent;
    bytes_ -= CostOfNode(node->level);
    if (parent->plus.get() == node) {
      parent->plus.reset();
    } else {
      parent->children.erase(parent->children.find(node->level));
    }
    node = parent;
  }
}

void SubscriptionTree::CheckInvariants() const {
  Sums sums;
  SLUICE_CHECK(root_->parent == nullptr);
  Check(root_->here, "", &sums);
  SLUICE_CHECK(sums.size == 0);  // no filter is empty [MQTT-4.7.3-1]
  Check(*root_, "", &sums);
  SLUICE_CHECK(sums.size == size_ && sums.bytes + reserved_ == bytes_ && bytes_ <= max_bytes_);
}

// `filter` leads to the node, with a '/' behind each level.
void SubscriptionTree::Check(const Node& node, const std::string& filter, Sums* sums) {
  Check(node.below, filter + "#", sums);
  const auto check_child = [&](const Node& child, std::string_view level) {
    SLUICE_CHECK(child.parent == &node && child.level == level && !child.IsEmpty());
    sums->bytes += CostOfNode(level);
    const std::string path = filter + std::string(level);
    Check(child.here, path, sums);
    Check(child, path + "/", sums);
  };
  if (node.plus) check_child(*node.plus, "+");
  for (const auto& [level, child] : node.children) check_child(*child, level);
}

void SubscriptionTree::Check(const std::vector<Subscription>& list, const std::string& filter,
                             Sums* sums) {
  std::set<std::pair<ClientSlot, bool>> clients;
  for (const Subscription& subscription : list) {
    SLUICE_CHECK(clients.emplace(subscription.client, subscription.is_group).second);
    sums->bytes += CostOfSubscription(filter);
  }
  sums->size += list.size();
}

}  // namespace sluice::broker
