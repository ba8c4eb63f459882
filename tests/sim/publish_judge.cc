#include "sim/publish_judge.h"

#include <algorithm>

namespace sluice::sim {
namespace {

constexpr uint8_t kFirstFailure = 0x80;
constexpr uint8_t kNotAuthorized = 0x87;
constexpr uint8_t kQuotaExceeded = 0x97;
// Of a dead letter's payload, where events may be no larger than the smallest segments allow.
constexpr size_t kSurelyKept = 3000;

}  // namespace

void PublishJudge::OnSent(const SentMessage& message, bool again) {
  if (!again) file_.Remember(message);
  order_.OnSent(message);
}

void PublishJudge::OnAnswered(const SentMessage& message, uint8_t reason) {
  if (reason >= kFirstFailure) return LookAtRefusal(message, reason);
  if (message.kind == SentMessage::Kind::kPlain) return;
  LookAtSafety(message);
}

void PublishJudge::LookAtSafety(const SentMessage& message) {
  if (message.tokens.empty() && ++nameless_answers_ > nameless_letters_) {
    file_.Broken(1, "{} was told that a malformed message is kept, and no such one was accepted",
                 message.client);
  }
  for (const Token token : message.tokens) {
    Reading& reading = *file_.Find(token);
    if (reading.accepted == 0) {
      return file_.Broken(1, "{} was told that reading {:x} is safe, which was never accepted",
                          message.client, token);
    }
    reading.acknowledged = true;
    const StreamBook& book = file_.books()[reading.stream];
    // What is dropped for want of room has a place, and a gap there: see StoreJudge.
    if (!book.commits() || book.drops() || reading.is_cut || file_.IsDurable(token, reading))
      continue;
    return file_.Broken(1, "{} was told that reading {:x} ({}/{}) is safe, and it is not synced",
                        message.client, token, book.name(), reading.offset);
  }
}

void PublishJudge::LookAtRefusal(const SentMessage& message, uint8_t reason) {
  const bool may_be_refused = message.kind == SentMessage::Kind::kForged;
  if (reason == kNotAuthorized && !may_be_refused) {
    file_.Broken(9, "{} may not publish its own {}", message.client, message.topic);
  } else if (reason != kNotAuthorized && reason != kQuotaExceeded) {
    file_.Broken(10, "{}'s message on {} is refused with {:#x}", message.client, message.topic,
                 reason);
  }
}

void PublishJudge::OnAccepted(const std::string& stream, uint64_t first, uint64_t count,
                              std::string_view topic, std::string_view payload,
                              std::string_view identity) {
  StreamBook* const book = file_.BookOf(stream);
  if (book == nullptr) return file_.Broken(0, "a stream {} that is not configured", stream);
  tokens_.clear();
  FindTokens(payload, [this](Token token) { tokens_.push_back(token); });
  if (!book->takes_letters() && tokens_.size() != count) {
    return file_.Broken(2, "a message of {} readings became {} events at {}/{}", tokens_.size(),
                        count, stream, first);
  }
  if (book->takes_letters() && tokens_.empty()) ++nameless_letters_;
  GoOn(*book, first);
  if (count == 0) file_.Broken(0, "nothing was accepted");
  const bool is_cut = book->takes_letters() && payload.size() > kSurelyKept;
  for (size_t i = 0; i < tokens_.size(); ++i) {
    Reading* const reading = file_.Find(tokens_[i]);
    if (reading == nullptr) {
      return file_.Broken(0, "{} accepted {:x}, which nobody has sent", stream, tokens_[i]);
    }
    LookAtIdentity(*book, tokens_[i], *reading, topic, identity);
    if (i == 0) order_.OnAccepted(tokens_[i], *reading);
    listening_.OnAccepted(*book, tokens_[i]);
    // A letter holds the whole message, and goes by its first reading.
    const bool is_in_letter = book->takes_letters() && i > 0;
    reading->is_cut = is_cut;
    file_.Place(tokens_[i], *reading, *book, is_in_letter ? first : first + i);
    if (!is_in_letter) book->Add(tokens_[i]);
  }
  while (book->end() < first + count) book->Add(0);
}

// In no order with what devices send.
void PublishJudge::OnReplayed(const std::string& stream, uint64_t first,
                              const std::vector<Token>& readings, uint64_t letter) {
  StreamBook& book = *file_.BookOf(stream);
  GoOn(book, first);
  for (const Token token : readings) {
    listening_.OnAccepted(book, token);
    file_.Place(token, *file_.Find(token), book, book.end());
    book.Add(token, letter);
  }
}

// What follows the last one; after a start perhaps what was lost, if nobody has heard of it.
void PublishJudge::GoOn(StreamBook& book, uint64_t first) {
  // What is stored at a start may be damaged, or not to be read just then.
  const bool is_excused = !book.took_any && (file_.may_lose_end() || file_.may_keep_torn_tail());
  if (first < book.end()) {
    if (book.end_is_known && !is_excused) {
      file_.Broken(4, "offset {} of {} is given a second time", first, book.name());
    }
    for (uint64_t i = first; i < book.end(); ++i) {
      const Fate& fate = book.at(i);
      if (fate.seen && !file_.may_lose_end()) {
        file_.Broken(4, "offset {} of {} is given again after a start, and was seen outside", i,
                     book.name());
      }
      if (fate.told && !file_.may_lose_end()) {
        file_.Broken(2, "offset {} of {} is given again, and was told to be letter {}", i,
                     book.name(), fate.replay_of.value_or(0));
      }
      const Reading* const reading = file_.Find(fate.token);
      if (reading == nullptr || !reading->acknowledged || !book.commits()) continue;
      if (fate.replay_of) continue;  // there still is the letter
      if (file_.HasPlaceBelow(fate.token, book, first) || file_.may_lose_end()) continue;
      file_.Broken(1, "reading {:x} was acknowledged, and its offset {}/{} is given again",
                   fate.token, book.name(), i);
    }
  } else if (first > book.end() && book.end_is_known && !book.takes_letters() && !is_excused) {
    file_.Broken(2, "{} goes on at {} instead of {}", book.name(), first, book.end());
  }
  book.SetEnd(first);
  book.end_is_known = true;
  book.took_any = true;
}

void PublishJudge::LookAtIdentity(const StreamBook& book, Token token, const Reading& reading,
                                  std::string_view topic, std::string_view identity) {
  const SentMessage& message = *reading.message;
  if (message.identity != identity) {
    return file_.Broken(9, "reading {:x} of {} is taken for one of {}", token, message.identity,
                        identity);
  }
  if (message.topic != topic) {
    return file_.Broken(9, "reading {:x} on {} is taken for one on {}", token, message.topic,
                        topic);
  }
  constexpr const char* kKinds[] = {"readings", "a malformed message", "a forged message",
                                    "a plain message", "a late product's readings"};
  const bool is_late = message.kind == SentMessage::Kind::kLate;
  const bool is_sound = is_late || message.kind == SentMessage::Kind::kReadings;
  const bool may_be_letter = is_late || message.kind == SentMessage::Kind::kMalformed ||
                             message.kind == SentMessage::Kind::kForged;
  if (book.takes_letters() ? may_be_letter : is_sound) return;
  file_.Broken(message.kind == SentMessage::Kind::kForged ? 9 : 2, "{} of {} on {} went to {}",
               kKinds[static_cast<size_t>(message.kind)], identity, topic, book.name());
}

void PublishJudge::OnEnded() {
  for (StreamBook& book : file_.books()) book.end_is_known = book.took_any = false;
}

}  // namespace sluice::sim
