#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/case_file.h"
#include "sim/listening_judge.h"
#include "sim/order_judge.h"
#include "sim/witness.h"

namespace sluice::sim {

// Judges what becomes of a message between its client and the disk:
// - what is told to be safe is (1), and was accepted before;
// - offsets are given in order, and none twice of which somebody has heard (2, 4);
// - a message becomes what it is: readings events, each under its publisher's own name (9), what is
//   malformed a dead letter, what is forged nothing of the victim's.
class PublishJudge {
 public:
  // All outlive it.
  PublishJudge(CaseFile& file, OrderJudge& order, ListeningJudge& listening)
      : file_(file), order_(order), listening_(listening) {}

  void OnSent(const SentMessage& message, bool again);
  void OnAnswered(const SentMessage& message, uint8_t reason);
  void OnAccepted(const std::string& stream, uint64_t first, uint64_t count, std::string_view topic,
                  std::string_view payload, std::string_view identity);
  // Events of no message but of a dead letter, with these readings.
  void OnReplayed(const std::string& stream, uint64_t first, const std::vector<Token>& readings,
                  uint64_t letter);
  void OnEnded();
  // The stream goes on at `first`.
  void GoOn(StreamBook& book, uint64_t first);

 private:
  void LookAtIdentity(const StreamBook& book, Token token, const Reading& reading,
                      std::string_view topic, std::string_view identity);
  void LookAtSafety(const SentMessage& message);
  void LookAtRefusal(const SentMessage& message, uint8_t reason);

  CaseFile& file_;
  OrderJudge& order_;
  ListeningJudge& listening_;
  std::vector<Token> tokens_;  // of the message at hand
  // Malformed messages without a token.
  uint64_t nameless_letters_ = 0;
  uint64_t nameless_answers_ = 0;
};

}  // namespace sluice::sim
