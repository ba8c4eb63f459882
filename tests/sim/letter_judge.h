#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/case_file.h"
#include "sim/letters.h"
#include "sim/route_marks.h"
#include "sim/stored_stream.h"
#include "sim/witness.h"

namespace sluice::sim {

// Judges dead letters of events (2):
// - whatever upstream refuses for good and is done with, or is told to consumers as dead-lettered,
//   has a letter that is synced, by the disk's own account;
// - in the calm, when there is room, it is kept soon, however long there was none;
// - a letter says what was refused, by whom and why, and none is of an event that was not;
// - what was synced stays in the stream of dead letters, or a gap there says that it is gone.
class LetterJudge {
 public:
  // The file outlives it.
  explicit LetterJudge(CaseFile& file) : file_(file) {}

  void OnStarted() { started_ = file_.scene().age(); }
  // The stream goes on at `first`.
  void OnAccepted(const std::string& stream, uint64_t first) { marks_.Cut(stream, first); }
  void OnKept(const Letter& letter);
  void OnArrived(const std::string& route, const std::vector<Entry>& entries);
  void OnAcknowledged(const std::string& route, const std::vector<Entry>& entries);
  void OnRefused(const std::string& route, const std::vector<Entry>& entries);
  // Upstream has ended the connection at them, or broken the protocol's rules so that it ended.
  void OnClosed(const std::string& route, const std::vector<Entry>& entries, bool broke_rules);
  // When nothing is pending.
  void LookAtRefused();
  // What is stored, after a start and at the end.
  void Look(const std::vector<StoredStream>& streams);

 private:
  // What one route has made of one offset.
  enum Mark : uint8_t {
    kRefused = 1,  // upstream has refused the event for good
    kPassed = 2,   // it has acknowledged the event, or heard of a gap of another kind
    kKept = 4,     // there is a letter
    kClosed = 8,   // the connection has ended at the event alone
    kBroken = 16,  // and at least once because upstream broke the rules
  };

  void Note(const std::string& route, const Entry& entry, Mark mark);
  void LookAtTold(const std::string& route, const std::vector<Entry>& entries);
  void LookAtDelay(const Letter& letter);
  void LookAtContent(const Letter& letter, uint8_t marks);
  bool IsRight(std::string_view text, uint8_t marks) const;
  void LookAtStored(const StoredStream& letters);
  bool MayPassUntold(const std::string& stream) const;

  CaseFile& file_;
  RouteMarks marks_;
  Duration started_{};  // the scene's age then
  // Events that were refused, by route and offset, and when at last; until upstream has taken them.
  std::map<std::pair<std::string, uint64_t>, Duration> refused_at_;
  // Those that were synced, by their offset: LetterKey, also of one whose offset was given again.
  std::multimap<uint64_t, std::string> kept_;
};

}  // namespace sluice::sim
