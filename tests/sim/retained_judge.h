#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "sim/case_file.h"
#include "sim/witness.h"

namespace sluice::sim {

// Judges that retained messages outlive the process (docs/state.md): what was synced when it ended
// is there for whoever subscribes after the next start. (What a power cut leaves of a transaction
// that was not synced is there, too, and counts for nothing.) For the calm, and where neither the
// disk nor a bound may have taken it.
class RetainedJudge {
 public:
  // The file outlives it.
  explicit RetainedJudge(CaseFile& file);

  void OnSent(const SentMessage& message, bool again);
  void OnNewSession(const std::string& client) { sessions_[client] = {}; }
  void OnListening(const std::string& client, const std::string& filter);
  void OnDelivered(const std::string& client, std::string_view payload);
  void OnEnded();

  // Who has not got what is retained; empty: nobody. `metrics` is what the gateway says of itself.
  std::string StillWaiting(std::string_view metrics);

 private:
  void LookForSaved();

  struct Last {
    Token token = 0;  // of the message that was sent last
    bool again = false;
    bool saved = false;  // it was synced while the process lived to which it was sent
    bool lost = false;   // it was not when that ended
  };
  struct Session {
    bool listens = false;
    std::set<Token> has;
  };

  CaseFile& file_;
  const bool is_looked_at_;
  std::map<std::string, Last, std::less<>> last_;         // by topic
  std::map<std::string, Token, std::less<>> expected_;    // since the start, by topic
  std::map<std::string, Session, std::less<>> sessions_;  // by client, since the start
};

}  // namespace sluice::sim
