#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/case_file.h"
#include "sim/witness.h"

namespace sluice::sim {

// Judges in which order a route sends (3, 4), so that a consumer that remembers one number sees
// every hole. Upstream is done with an offset when it has acknowledged it or refused it for good.
// - A connection begins no later than at the first offset that upstream is not done with.
// - Then each message begins where the one before it ended; what lies in between, if anything,
//   upstream is done with.
// - A route goes back on a connection only when all it sent is answered: to the first offset of a
//   message that was refused for now, to tell of gaps where something was refused for good, or to
//   where somebody has asked for a replay, once.
// - Ending a connection at a single event, again and again, is a refusal for good; ending it at
//   more, or now and then, is none.
// - A gap has a reason that its stream and route can have.
class RouteJudge {
 public:
  // The file outlives it.
  explicit RouteJudge(CaseFile& file) : file_(file) {}

  // See Witness.
  void OnPublished(const std::string& route, uint64_t connection, size_t unanswered,
                   const std::vector<Entry>& entries);
  void OnAcknowledged(const std::string& route, const std::vector<Entry>& entries);
  void OnRefused(const std::string& route, const std::vector<Entry>& entries, bool for_good);
  // Whether that makes a refusal for good of it.
  bool OnClosed(const std::string& route, const std::vector<Entry>& entries);
  void OnReplay(const std::string& route, uint64_t from) { lines_[route].replay_from = from; }

 private:
  // So often at least before a route may take it for one.
  static constexpr int kClosesThatRefuse = 5;
  // One route, as sent by the newest connection.
  struct Line {
    uint64_t connection = 0;
    uint64_t reach = 0;                        // behind what was sent
    std::vector<uint64_t> refused_firsts;      // of messages that were refused for now
    std::optional<uint64_t> replay_from = {};  // has been asked for, and was not seen yet
    uint64_t done = 0;                         // upstream is done with all that is below
    std::map<uint64_t, int> closes;            // at an event alone, by its offset
  };

  uint64_t Done(Line& line, const StreamBook& book, uint8_t bit);
  bool IsDoneWith(const StreamBook& book, uint8_t bit, uint64_t first, uint64_t end) const;
  void LookAtStep(const std::string& route, Line& line, const StreamBook& book, size_t unanswered,
                  const std::vector<Entry>& entries);
  void LookAtStepBack(const std::string& route, Line& line, const StreamBook& book,
                      size_t unanswered, const std::vector<Entry>& entries);
  void LookAtGap(const std::string& route, const StreamBook& book, const Entry& gap);

  CaseFile& file_;
  std::map<std::string, Line, std::less<>> lines_;
};

}  // namespace sluice::sim
