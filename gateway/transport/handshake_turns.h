#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <tuple>

#include "transport/socket_address.h"

namespace sluice::transport {

// In which order handshakes begin when more peers want one than the processor makes: each begins
// with arithmetic of ours that costs the peer nothing. An address that has bought such beginnings
// and finished none comes after every one that has bought fewer; whoever finishes one has his
// address's debt forgiven. Within an address the newest and the oldest take turns: the newest is
// the one that is most surely still there, the oldest must not wait for ever.
//
// Invariants, asserted by CheckInvariants(): addresses for which somebody waits are ranked, each
// once, by what they are now; the others have a debt and stand among the idle, of which there are
// no more than kMaxIdleSources.
//
// Loop thread only; outlives its items.
class HandshakeTurns {
  struct Source;
  using Sources = std::map<SourceAddress, Source>;

 public:
  // Addresses whose debt is remembered although none of theirs waits; the longest unused is
  // forgotten. Stops somebody with many addresses from filling the memory.
  static constexpr size_t kMaxIdleSources = 1024;

  class Item {
   public:
    Item() = default;
    Item(const Item&) = delete;
    Item& operator=(const Item&) = delete;
    ~Item();

   private:
    friend class HandshakeTurns;
    HandshakeTurns* turns_ = nullptr;
    Sources::iterator source_;
    std::list<Item*>::iterator place_;
  };

  void Add(Item* item, const SourceAddress& source);
  bool empty() const { return order_.empty(); }
  // Takes out whose turn it is; its address owes one beginning more. Not when empty().
  Item* Next();
  // A handshake was finished.
  void Forgive(const SourceAddress& source);

  void CheckInvariants() const;  // visits everything; for tests

 private:
  // Debt, then the time of the address's latest newcomer, complemented so that the newest is first.
  using Rank = std::tuple<uint64_t, uint64_t, SourceAddress>;
  struct Source {
    uint64_t debt = 0;
    uint64_t latest = 0;
    bool oldest_next = false;
    std::list<Item*> waiting;  // the longest in front
    std::list<SourceAddress>::iterator idle;
    bool is_idle = false;
  };

  template <typename Change>
  void Update(Sources::iterator source, Change change);
  void Settle(Sources::iterator source);
  static Rank RankOf(const Sources::value_type& source) {
    return {source.second.debt, ~source.second.latest, source.first};
  }

  Sources sources_;
  std::set<Rank> order_;
  std::list<SourceAddress> idle_;  // the longest unused in front
  uint64_t arrivals_ = 0;
};

}  // namespace sluice::transport
