#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "broker/limits.h"
#include "broker/message.h"
#include "broker/retained_changes.h"
#include "broker/share.h"

namespace sluice::broker {

// The last retained message of every topic, bounded in bytes. Ordered by topic, so that a filter
// looks at the topics with its literal beginning only, and so that handing them out can stop
// anywhere and go on later. Loop thread only. What has expired is dropped when it is met
// [MQTT-3.3.2-5].
//
// Invariants, asserted by CheckInvariants(): bytes() is the sum of what the messages cost, at most
// the bound, and each publisher holds what his cost; those that expire, and only they, stand in the
// order of expiry too.
class RetainedStore {
 public:
  // `shares` outlives the store.
  RetainedStore(const Limits& limits, Shares* shares, Counters* counters);

  // Replaces the topic's message [MQTT-3.3.1-5]; one without payload removes it [MQTT-3.3.1-6] and
  // is not kept itself [MQTT-3.3.1-7]. `publisher` holds what it costs. When the bound is reached
  // the party that holds most loses its oldest ones; if that is the publisher, the policy decides
  // between its oldest and this one. Returns the party that gave way to the publisher, if any.
  // What is not `stored` does not outlive the process.
  PartyRef Store(const MessageRef& message, MonotonicTime now, const PartyRef& publisher,
                 bool stored = true);

  // The first message whose topic is after `*after` (empty: from the beginning) and matches the
  // valid `filter`, and its topic in `*after`; nothing when there is none. Looks at no more than
  // `*looks` messages, which it counts down; when none is left, nothing means that the search goes
  // on behind `*after`. Stops a filter such as "+/x" from walking through all that is stored.
  MessageRef Next(std::string_view filter, std::string* after, MonotonicTime now, size_t* looks);

  // Who stores what changes from now on; see RetainedChanges.
  void SetSink(StateSink* sink) { changes_.SetSink(sink); }
  // Gives the sink what waits, as far as it has room. `wall` is the time of `now`, if that is
  // known.
  void HandOver(MonotonicTime now, std::optional<WallTime> wall, StateSink* sink);
  // Everything has to be handed over again. It is, among what changes, a slice at a time.
  void HandOverAll() {
    if (!by_topic_.empty()) again_after_.emplace();
  }
  bool has_waiting() const { return again_after_ || !changes_.empty(); }
  size_t waiting() const { return changes_.size(); }
  // Stores a message that comes from where it was stored; it does not wait. False when there was no
  // room for it; then its removal waits.
  bool Restore(const MessageRef& message, MonotonicTime now, const PartyRef& holder);
  // There is a stored message that nobody wants any more; its removal waits.
  void Discard(std::string_view topic) { changes_.OnlyStored(topic); }

  size_t size() const { return by_topic_.size(); }
  size_t bytes() const { return bytes_; }

  void CheckInvariants() const;  // visits everything; for tests

 private:
  struct Entry {
    MessageRef message;
    Holding cost;
    RetainedChanges::Mark mark;
    bool stored = true;  // or to be
  };
  using ByTopic = std::map<std::string_view, Entry>;  // keys are the messages' own topics

  static size_t CostOf(const Message& message);
  // Null when there is no room.
  Entry* Put(const MessageRef& message, MonotonicTime now, const PartyRef& publisher,
             PartyRef* gave_way);
  void SliceAgain();
  bool MakeRoom(size_t bytes, MonotonicTime now, const PartyRef& publisher, PartyRef* gave_way);
  void DropExpired(MonotonicTime now);
  void Evict(const Holding* of);
  ByTopic::iterator Erase(ByTopic::iterator entry);
  ByTopic::iterator Forget(ByTopic::iterator entry);

  const size_t max_bytes_;
  const OverflowPolicy policy_;
  Shares& shares_;
  Counters& counters_;
  ByTopic by_topic_;
  // Of those that expire; a store that is full must not be searched for them.
  std::set<std::pair<MonotonicTime, std::string_view>> by_expiry_;
  size_t bytes_ = 0;
  RetainedChanges changes_;
  std::optional<std::string> again_after_;  // how far HandOverAll has got
};

}  // namespace sluice::broker
