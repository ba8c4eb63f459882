#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::client {

// Which topics of ours are abbreviated [MQTT-3.3.2-9]: those that come again. A topic's place is
// its hash; a topic gets the place's alias when it comes a second time with no other of that place
// in between, so that topics that come once cost nothing and take nothing away. At most
// Options::max_topic_aliases names of kMaxAliasedTopicBytes are held; in steady state nothing is
// allocated.
class OutboundAliases {
 public:
  struct Use {
    uint16_t alias = 0;      // 0: none
    bool announced = false;  // the topic itself is left out
  };

  explicit OutboundAliases(size_t maximum) : places_(maximum) {}

  // What a PUBLISH with this topic should carry.
  Use Find(std::string_view topic);
  // It went out with an alias that was not announced.
  void Announce(uint16_t alias, std::string_view topic);

 private:
  struct Place {
    std::string topic;     // that the server knows by the alias; empty: none
    size_t candidate = 0;  // the hash of the topic that came last without one
  };
  std::vector<Place> places_;  // index: alias - 1
};

// The topics that the server abbreviates [MQTT-3.3.2-7].
class InboundAliases {
 public:
  explicit InboundAliases(uint16_t maximum) : maximum_(maximum) {}

  bool IsLegal(uint16_t alias) const { return alias != 0 && alias <= maximum_; }
  // IsLegal(alias). Replaces what the alias meant.
  void Set(uint16_t alias, std::string_view topic);
  // The name, valid until the next Set; empty if the alias has not been set.
  std::string_view Get(uint16_t alias) const;

 private:
  uint16_t maximum_;
  std::vector<std::string> names_;  // index: alias - 1; as long as the largest alias seen
};

}  // namespace sluice::client
