#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sim/case_file.h"
#include "sim/witness.h"

namespace sluice::sim {

// Judges what local subscribers get, besides what LocalJudge does: with QoS 1 and 2 everything that
// came after their subscription, at least once; what is retained, and no older message than was
// retained when they came. For the calm, in which everybody keeps up.
class ListeningJudge {
 public:
  // The file outlives it.
  explicit ListeningJudge(CaseFile& file) : file_(file) {}

  void OnSent(const SentMessage& message, bool again);
  void OnAnswered(const SentMessage& message);
  void OnAccepted(const StreamBook& book, Token token);
  void OnNewSession(const std::string& client);
  void OnListening(const std::string& client, const std::string& filter, int qos);
  void OnDelivered(const std::string& client, std::string_view topic, std::string_view payload,
                   int qos, bool retained);
  void OnEnded();

  // Who has not got yet what it should; empty: nobody. `metrics` is what the gateway says of
  // itself: what it has dropped it has counted.
  std::string StillWaiting(std::string_view metrics) const;

 private:
  // Orders what happens.
  using Moment = uint64_t;
  struct Subscriber {
    Moment events_since = 0,
           local_since = 0;  // 0: it does not listen to them so that it must get all
    Moment session_since = 0;
    std::vector<bool> has;  // by token
  };
  // One that every listener must get.
  struct Due {
    Moment moment;
    Token token;
    bool is_event;
  };
  struct Topic {
    std::unordered_map<Token, Moment> sent;           // at last
    std::vector<std::pair<Moment, Moment>> retained;  // when it was acknowledged, and sent
  };

  void LookAtRetained(const Subscriber& subscriber, const std::string& client,
                      const SentMessage& message);

  CaseFile& file_;
  Moment now_ = 1;
  std::map<std::string, Subscriber, std::less<>> subscribers_;
  std::map<std::string, Topic, std::less<>> topics_;  // of messages to be retained
  std::vector<Due> due_;                              // in this life of the gateway
  std::vector<Moment> sent_;                          // first, by token
};

}  // namespace sluice::sim
