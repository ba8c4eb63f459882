#include "broker/shared_groups.h"

#include <algorithm>
#include <set>

#include "base/status.h"
#include "codec/topic.h"

namespace sluice::broker {
namespace {

std::string_view FilterOf(std::string_view text) {
  codec::SharedFilter shared;
  SLUICE_CHECK(codec::ParseSharedFilter(text, &shared));
  return shared.filter;
}

auto FindMember(SharedGroup* group, ClientSlot client) {
  return std::ranges::find_if(
      group->members, [client](const SharedGroup::Member& m) { return m.client == client; });
}

}  // namespace

SubscriptionTree::Outcome SharedGroups::Subscribe(std::string_view text,
                                                  const Subscription& member) {
  const auto known = by_text_.find(text);
  SharedGroup* group = known == by_text_.end() ? nullptr : &by_id_.at(known->second);
  if (group != nullptr) {
    if (const auto old = FindMember(group, member.client); old != group->members.end()) {
      old->options = member.options;
      return SubscriptionTree::Outcome::kReplaced;
    }
  }
  if (!tree_.Reserve(CostOfMember(text))) return SubscriptionTree::Outcome::kFull;
  if (group == nullptr) group = Make(text);
  if (group == nullptr) {
    tree_.Release(CostOfMember(text));
    return SubscriptionTree::Outcome::kFull;
  }
  group->members.push_back({member.client, member.options});
  ++members_;
  return SubscriptionTree::Outcome::kAdded;
}

SharedGroup* SharedGroups::Make(std::string_view text) {
  do {
    ++last_id_;
  } while (last_id_ == kNoGroup || by_id_.contains(last_id_));
  const GroupId id = last_id_;
  if (!tree_.Reserve(CostOfGroup(text))) return nullptr;
  const Subscription subscription{.client = id, .options = {}, .is_group = true};
  if (tree_.Subscribe(FilterOf(text), subscription) == SubscriptionTree::Outcome::kFull) {
    tree_.Release(CostOfGroup(text));
    return nullptr;
  }
  by_text_.emplace(text, id);
  SharedGroup& group = by_id_[id];
  group.text = text;
  return &group;
}

bool SharedGroups::Unsubscribe(std::string_view text, ClientSlot client) {
  const auto known = by_text_.find(text);
  if (known == by_text_.end()) return false;
  SharedGroup& group = by_id_.at(known->second);
  const auto member = FindMember(&group, client);
  if (member == group.members.end()) return false;
  group.members.erase(member);
  --members_;
  tree_.Release(CostOfMember(text));
  if (group.members.empty()) End(&group, known->second);
  return true;
}

void SharedGroups::End(SharedGroup* group, GroupId id) {
  tree_.Unsubscribe(FilterOf(group->text), id, /*is_group=*/true);
  tree_.Release(CostOfGroup(group->text));
  by_text_.erase(by_text_.find(group->text));
  by_id_.erase(id);
}

SharedGroup* SharedGroups::Find(GroupId id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second;
}

// Also the copy of the text in the client's record.
size_t SharedGroups::CostOfMember(std::string_view text) {
  return sizeof(SharedGroup::Member) + sizeof(std::string) + 3 * sizeof(void*) + text.size();
}

size_t SharedGroups::CostOfGroup(std::string_view text) {
  return sizeof(SharedGroup) + sizeof(std::string) + 8 * sizeof(void*) + 2 * text.size();
}

void SharedGroups::CheckInvariants() const {
  size_t members = 0;
  SLUICE_CHECK(by_id_.size() == by_text_.size());
  for (const auto& [id, group] : by_id_) {
    std::set<ClientSlot> clients;
    for (const SharedGroup::Member& member : group.members) clients.insert(member.client);
    SLUICE_CHECK(!group.members.empty() && clients.size() == group.members.size());
    SLUICE_CHECK(by_text_.at(group.text) == id);
    members += group.members.size();
  }
  SLUICE_CHECK(members == members_);
}

}  // namespace sluice::broker
