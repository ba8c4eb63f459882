#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/keyed_hash.h"

namespace sluice::broker {

// What identities have to share, because there is only so much of it.
enum class Budget : uint8_t {
  kConnections,
  kSessions,      // whose client is away
  kSessionBytes,  // of those
  kSubscriptions,
  kRetained,
  kWills,
  kQueued,
  kInput,     // packets of which the rest is still to come
  kOutgoing,  // messages on their way, not acknowledged
};
inline constexpr size_t kBudgets = static_cast<size_t>(Budget::kOutgoing) + 1;
std::string_view BudgetName(Budget budget);  // "connections", "sessions", …

class Holding;
class Shares;

// One identity (clients without a certificate: one address), with what it holds of every budget.
class Party {
 public:
  const std::string& name() const { return name_; }
  uint64_t share() const { return share_; }
  uint64_t used(Budget budget) const { return part(budget).used; }

 private:
  friend class Holding;
  friend class PartyRef;
  friend class Shares;

  static constexpr size_t kNowhere = SIZE_MAX;
  struct Part {
    uint64_t used = 0;
    size_t place = kNowhere;  // in the budget's heap
    Holding* first = nullptr;
    Holding* last = nullptr;
  };

  Party(Shares* shares, std::string name, uint64_t share)
      : shares_(*shares), name_(std::move(name)), share_(share) {}
  Part& part(Budget budget) { return parts_[static_cast<size_t>(budget)]; }
  const Part& part(Budget budget) const { return parts_[static_cast<size_t>(budget)]; }

  Shares& shares_;
  const std::string name_;
  const uint64_t share_;
  uint64_t holders_ = 0;
  std::array<Part, kBudgets> parts_;
};

// Keeps a party; the last one to let go ends it.
class PartyRef {
 public:
  PartyRef() = default;
  explicit PartyRef(Party* party) : party_(party) { ++party_->holders_; }
  PartyRef(const PartyRef& other) : party_(other.party_) {
    if (party_ != nullptr) ++party_->holders_;
  }
  PartyRef(PartyRef&& other) noexcept : party_(std::exchange(other.party_, nullptr)) {}
  PartyRef& operator=(PartyRef other) noexcept {
    std::swap(party_, other.party_);
    return *this;
  }
  ~PartyRef();

  Party& operator*() const { return *party_; }
  Party* operator->() const { return party_; }
  explicit operator bool() const { return party_ != nullptr; }
  bool operator==(const PartyRef&) const = default;

 private:
  Party* party_ = nullptr;
};

// What one thing (a session, a retained message, a connection) holds of one budget for its party.
// Given back when it is destroyed. It stays where it is; setting it allocates nothing.
class Holding {
 public:
  Holding() = default;
  ~Holding() { Set(0); }
  Holding(const Holding&) = delete;
  Holding& operator=(const Holding&) = delete;

  // Whose it is from now on, with all that it holds. `owner` is what FirstOf and GivesWay lead to.
  void BelongTo(const PartyRef& party, Budget budget, void* owner);
  void Set(uint64_t amount);
  uint64_t amount() const { return amount_; }
  void* owner() const { return owner_; }
  const Party& party() const { return *party_; }

 private:
  friend class Shares;
  void Link();
  void Unlink();

  PartyRef party_;
  Budget budget_{};
  void* owner_ = nullptr;
  uint64_t amount_ = 0;
  Holding* previous_ =
      nullptr;  // of the party's, in the order in which they came to hold something
  Holding* next_ = nullptr;
};

// Who holds how much, and who therefore gives way when a budget is used up: always the party that
// holds most, measured by its share, and never a smaller one for a larger. So one identity cannot
// take from the others by wanting more, and may still use all that nobody else wants (fixed quotas
// would waste that, or not add up).
//
// Parties are found by a keyed hash; the largest of a budget is the top of a heap, so every change
// costs a logarithm of the number of parties and allocates nothing once the heap has grown. Loop
// thread only. Outlives its parties and holdings.
//
// Invariants, asserted by CheckInvariants(): what a party uses of a budget is the sum of its
// holdings, what all use the sum of the parties'; in the budget's heap stand those that use some of
// it, none below a smaller one.
class Shares {
 public:
  Shares() = default;
  ~Shares();
  Shares(const Shares&) = delete;
  Shares& operator=(const Shares&) = delete;

  // The party of that name; `share`, at least 1, counts when it is new.
  PartyRef Of(std::string_view name, uint64_t share);

  uint64_t used(Budget budget) const { return used_[static_cast<size_t>(budget)]; }
  size_t parties() const { return parties_.size(); }

  // The party that gives way so that `wants` gets `more`; null when that would make `wants` itself
  // the largest: then it is the one to be refused.
  Party* GivesWay(Budget budget, const Party& wants, uint64_t more) const;
  // Whether both hold the same, measured by their shares.
  static bool HoldTheSame(Budget budget, const Party& one, const Party& other);
  // What the party has held of it for longest, and shortest; null: nothing.
  static Holding* FirstOf(Budget budget, const Party& party) { return party.part(budget).first; }
  static Holding* LastOf(Budget budget, const Party& party) { return party.part(budget).last; }

  void CheckInvariants() const;  // visits everything; for tests

 private:
  friend class Holding;
  friend class PartyRef;
  using Heap = std::vector<Party*>;

  static bool IsLarger(uint64_t used, const Party& one, uint64_t other_used, const Party& other) {
    return used * other.share_ > other_used * one.share_;
  }
  void Change(Party* party, Budget budget, uint64_t from, uint64_t to);
  void Raise(Budget budget, size_t place);
  void Lower(Budget budget, size_t place);
  void Put(Budget budget, size_t place, Party* party);
  void RemoveFromHeap(Budget budget, Party* party);
  void End(Party* party);
  void CheckHeap(Budget budget) const;
  static uint64_t SumOf(Budget budget, const Party& party);

  // Keys are the parties' own names.
  std::unordered_map<std::string_view, std::unique_ptr<Party>, KeyedHash> parties_;
  std::array<Heap, kBudgets> heaps_;  // the largest first; only those that hold something
  std::array<uint64_t, kBudgets> used_{};
};

}  // namespace sluice::broker
