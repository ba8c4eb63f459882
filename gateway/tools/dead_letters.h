#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "journal/handled_marks.h"
#include "journal/record.h"
#include "journal/replay_notes.h"
#include "schema/dead_letter.h"
#include "schema/event_view.h"

namespace sluice::tools {

// A dead letter that is stored; views that are valid while it is visited. A record that is no
// letter this version can read is one of reason "unreadable", with `event` null, so that it can be
// seen and purged like any other.
struct Letter {
  uint64_t offset = 0;
  const schema::EventView* event = nullptr;
  schema::DeadLetter content = {};
  WallTime time = {};  // when it became one
  bool handled = false;
  // What came of its last replay, if it is as it was: it failed again or nobody knows.
  const journal::ReplayNotes::Note* replay = nullptr;

  std::string_view device() const { return event == nullptr ? "" : event->device(); }
  std::string_view identity() const { return event == nullptr ? "" : event->identity(); }
  std::string_view topic() const { return event == nullptr ? "" : event->topic(); }
};

inline constexpr std::string_view kUnreadable = "unreadable";

// Which letters are meant; what is empty or absent says nothing.
struct LetterFilter {
  std::vector<std::string> reasons = {};  // one of them
  std::optional<std::string> device = {};
  std::string topic = {};              // an MQTT filter
  std::optional<WallTime> since = {};  // then or later
  std::optional<WallTime> until = {};  // before
  bool handled = true;                 // those that are handled, too

  bool Passes(const Letter& letter) const;
  // Whether it says anything of a letter's content.
  bool empty() const;
};

// The letters of a data directory, beside a running gateway or not; committed ones only.
class DeadLetters {
 public:
  using LetterVisitor = std::function<void(const Letter&)>;
  using GapVisitor = std::function<void(const journal::Record&)>;

  DeadLetters(const Env& env, std::string directory);

  // Not OK when nobody can know which letters are handled, or being replayed; then none counts as
  // handled.
  const Status& marks_status() const { return marks_status_; }
  // All letters that pass, the oldest first, and the gaps of letters that are gone.
  Status Visit(const LetterFilter& filter, const LetterVisitor& on_letter,
               const GapVisitor& on_gap) const;

 private:
  void Note(Letter* letter) const;

  const Env& env_;
  const std::string directory_;
  journal::HandledMarks marks_;
  journal::ReplayNotes replays_;
  Status marks_status_;
};

}  // namespace sluice::tools
