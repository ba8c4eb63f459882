#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <string_view>

#include "broker/limits.h"
#include "broker/message.h"

namespace sluice::broker {

// The last retained message of every topic, bounded in bytes. Ordered by topic, so that a filter
// looks at the topics with its literal beginning only, and so that handing them out can stop
// anywhere and go on later. Loop thread only. What has expired is dropped when it is met
// [MQTT-3.3.2-5].
class RetainedStore {
 public:
  RetainedStore(const Limits& limits, Counters* counters);

  // Replaces the topic's message [MQTT-3.3.1-5]; one without payload removes it [MQTT-3.3.1-6] and
  // is not kept itself [MQTT-3.3.1-7]. Refused or made room for when the bound is reached; never
  // fails.
  void Store(const MessageRef& message, MonotonicTime now);

  // The first message whose topic is after `after` (empty: from the beginning) and matches the
  // valid `filter`; nothing when there is none.
  MessageRef Next(std::string_view filter, std::string_view after, MonotonicTime now);

  size_t size() const { return by_topic_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    MessageRef message;
    std::list<std::string_view>::iterator age;
  };
  using ByTopic = std::map<std::string_view, Entry>;  // keys are the messages' own topics

  static size_t CostOf(const Message& message);
  bool MakeRoom(size_t bytes, MonotonicTime now);
  void DropExpired(MonotonicTime now);
  ByTopic::iterator Erase(ByTopic::iterator entry);

  const size_t max_bytes_;
  const OverflowPolicy policy_;
  Counters& counters_;
  ByTopic by_topic_;
  std::list<std::string_view> by_age_;  // oldest first
  size_t bytes_ = 0;
};

}  // namespace sluice::broker
