#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <set>
#include <tuple>

#include "transport/socket_address.h"

namespace sluice::transport {

// Those who take up room and have not shown yet who they are. When there is none left, who gives
// way? The address with most of them pays, with the one of its members that has kept us waiting
// longest: whoever opens thousands of connections and says nothing displaces himself, and a device
// that comes from elsewhere stays. There is no bound on an address by itself: a site whose five
// hundred devices share one gets them all in as long as nobody else wants the room.
//
// Everything costs the logarithm of the number of addresses. Loop thread only; outlives its
// members.
//
// Invariants, asserted by CheckInvariants(): no address without a member; each address is ranked
// once, by what it is now; size() is the sum; in both lists the longest stands in front.
class Crowd {
  struct Source;
  using Sources = std::map<SourceAddress, Source>;

 public:
  class Member {
   public:
    Member() = default;
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;
    virtual ~Member() { Leave(); }
    // Somebody else needs the room: leave the crowd before this returns.
    virtual void GiveWay() = 0;

    // Keeps us waiting, from now on.
    void Join(Crowd* crowd, const SourceAddress& source);
    // Without effect on who is in no crowd.
    void Leave();
    // Whether it keeps us waiting, from now on, or we it.
    void SetSilent(bool silent);
    bool joined() const { return crowd_ != nullptr; }

   private:
    friend class Crowd;
    Crowd* crowd_ = nullptr;
    Sources::iterator source_;
    bool silent_ = true;
    uint64_t since_ = 0;  // counts changes, so the smaller the longer
    std::list<Member*>::iterator place_;
  };

  Crowd() = default;
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  size_t size() const { return size_; }
  size_t sources() const { return sources_.size(); }
  // How many have come from where most have.
  size_t largest_share() const;
  // Where they have come from.
  const SourceAddress& largest_source() const { return std::get<2>(*order_.rbegin()); }

  // Who gives way: of the address with most members (of several such, the one that has waited
  // longest) the longest silent; if none of its members is silent, the one that waits longest for
  // us, or with `silent_only` nobody. Null when there is nobody.
  Member* FirstToGo(bool silent_only) const;

  void CheckInvariants() const;  // visits everything; for tests

 private:
  // Share, then the age of the oldest member, complemented so that the greatest goes first.
  using Rank = std::tuple<size_t, uint64_t, SourceAddress>;
  struct Source {
    std::list<Member*> silent, busy;  // the longest in front
    const std::list<Member*>& first() const { return silent.empty() ? busy : silent; }
  };

  static Rank RankOf(const Sources::value_type& source);
  static void Check(const std::list<Member*>& members, bool silent,
                    const Sources::value_type& source);
  // Every change of a source goes through here, so that its rank follows.
  template <typename Change>
  void Update(Sources::iterator source, Change change);

  Sources sources_;
  std::set<Rank> order_;
  size_t size_ = 0;
  uint64_t changes_ = 0;
};

}  // namespace sluice::transport
