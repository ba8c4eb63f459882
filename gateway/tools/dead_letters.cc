#include "tools/dead_letters.h"

#include <algorithm>
#include <utility>

#include "codec/topic_match.h"
#include "config/stream.h"
#include "journal/handled_store.h"
#include "journal/inspect.h"

namespace sluice::tools {
namespace {

Letter Read(const journal::Record& record, schema::EventView* view) {
  Letter letter{.offset = record.offset, .time = FromUnixNanos(record.time_unix_ns)};
  std::optional<schema::DeadLetter> content;
  if (view->Parse(record.payload).ok()) content = schema::ReadDeadLetter(*view);
  if (content) {
    letter.event = view;
    letter.content = *content;
    letter.time = view->time();
  } else {
    letter.content.reason_name = kUnreadable;
    letter.content.text = "no dead letter that this version of Sluice can read";
    letter.content.kept = record.payload;
    letter.content.original_bytes = record.payload.size();
  }
  return letter;
}

}  // namespace

bool LetterFilter::Passes(const Letter& letter) const {
  const bool reason_fits =
      reasons.empty() ||
      std::find(reasons.begin(), reasons.end(), letter.content.reason_name) != reasons.end();
  return reason_fits && (handled || !letter.handled) && (!device || *device == letter.device()) &&
         (topic.empty() || codec::Matches(topic, letter.topic())) &&
         (!since || letter.time >= *since) && (!until || letter.time < *until);
}

bool LetterFilter::empty() const {
  return reasons.empty() && !device && topic.empty() && !since && !until;
}

DeadLetters::DeadLetters(const Env& env, std::string directory)
    : env_(env), directory_(std::move(directory)) {
  auto marks = journal::LoadHandled(env_, directory_, config::kDeadLetterStream);
  // That there is no stream at all is told by the visit.
  if (marks.ok()) {
    marks_ = std::move(marks).value();
  } else if (marks.status().code() != StatusCode::kNotFound) {
    marks_status_ = marks.status();
  }
  auto replays = journal::LoadReplayNotes(env_, directory_, config::kDeadLetterStream);
  if (replays.ok()) {
    replays_ = std::move(replays).value();
  } else if (marks_status_.ok()) {
    marks_status_ = replays.status();
  }
}

// A letter that failed again has the reason of that time.
void DeadLetters::Note(Letter* letter) const {
  if (letter->handled) return;
  letter->replay = replays_.Find(letter->offset);
  const bool failed =
      letter->replay != nullptr && letter->replay->what == journal::ReplayNotes::What::kFailed;
  if (failed && !letter->replay->why.empty()) letter->content.reason_name = letter->replay->why;
}

Status DeadLetters::Visit(const LetterFilter& filter, const LetterVisitor& on_letter,
                          const GapVisitor& on_gap) const {
  schema::EventView view;
  return journal::VisitRecords(env_, directory_, config::kDeadLetterStream, 0,
                               [&](const journal::Record& record) {
                                 if (record.kind == journal::Record::Kind::kGap) {
                                   on_gap(record);
                                   return true;
                                 }
                                 Letter letter = Read(record, &view);
                                 letter.handled = marks_.Contains(letter.offset);
                                 Note(&letter);
                                 if (filter.Passes(letter)) on_letter(letter);
                                 return true;
                               });
}

}  // namespace sluice::tools
