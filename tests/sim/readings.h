#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "sim/witness.h"

namespace sluice::sim {

// All messages of a history, each at its place for good, and the numbers of all readings.
class Messages {
 public:
  SentMessage* New() { return &messages_.emplace_back(); }
  Token NewToken() { return ++tokens_; }

 private:
  std::deque<SentMessage> messages_;
  Token tokens_ = 0;
};

// {"t":21.5,"token":"~0000002a~"}
std::string ReadingPayload(Random& random, Token token);
// {"device":"hub-1-a","list":[{"t":1.5,"token":"~0000002b~"},…]}
std::string HubPayload(Random& random, std::string_view device, const std::vector<Token>& tokens);
// Of which no event can be made, of one kind or another; most of them hold the token.
std::string MalformedPayload(Random& random, Token token);

}  // namespace sluice::sim
