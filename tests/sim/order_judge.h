#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "sim/case_file.h"
#include "sim/witness.h"

namespace sluice::sim {

// Judges in which order messages are accepted: a client's in that in which it sent them, as often
// as it sent them at most (3); and that one of QoS 2 is accepted once in a session (2).
class OrderJudge {
 public:
  // The file outlives it.
  explicit OrderJudge(CaseFile& file) : file_(file) {}

  void OnSent(const SentMessage& message);
  // What the gateway remembers of the client begins anew.
  void OnNewSession(const std::string& client);
  // Before the reading's place is noted.
  void OnAccepted(Token token, Reading& reading);

 private:
  // Of one client. A client's later connection ends its earlier one, so all of them are one line.
  struct Line {
    std::vector<const SentMessage*> sent;  // also again
    size_t next = 0;                       // what is before was accepted, or never will be
    uint32_t session = 0;                  // 0: nobody has told of sessions
  };

  CaseFile& file_;
  std::map<std::string, Line, std::less<>> lines_;
};

}  // namespace sluice::sim
