#include "sim/local_judge.h"

#include <charconv>

namespace sluice::sim {
namespace {

constexpr std::string_view kEvents = "events/";

// "a/b/c": "b" is level 1.
std::string_view Level(std::string_view topic, size_t level) {
  for (; level > 0; --level) {
    const size_t slash = topic.find('/');
    if (slash == topic.npos) return {};
    topic.remove_prefix(slash + 1);
  }
  return topic.substr(0, topic.find('/'));
}

}  // namespace

void LocalJudge::OnDelivered(const std::string& client, std::string_view topic,
                             std::string_view payload) {
  if (topic.starts_with(kEvents)) {
    LookAtEvent(client, topic, payload);
  } else {
    LookAtMessage(client, topic, payload);
  }
}

void LocalJudge::LookAtEvent(const std::string& client, std::string_view topic,
                             std::string_view payload) {
  FindTokens(payload, [&](Token token) {
    Reading* const reading = file_.Find(token);
    if (reading == nullptr || reading->accepted == 0) {
      return file_.Broken(8, "{} sees an event of {:x}, which was never accepted", client, token);
    }
    if (!file_.IsDurable(token, *reading)) {
      return file_.Broken(8, "{} sees the event of {:x}, which is not synced", client, token);
    }
    if (Level(topic, 1) != reading->device()) {
      return file_.Broken(9, "{} sees a reading of {} on {}", client, reading->device(), topic);
    }
    LookAtId(token, payload);
  });
}

// The id is "<gateway>/<stream>/<offset>".
void LocalJudge::LookAtId(Token token, std::string_view payload) {
  constexpr std::string_view kId = "\"id\":\"gw/";
  const size_t at = payload.find(kId);
  if (at == payload.npos) return file_.Broken(4, "the event of {:x} has no id", token);
  std::string_view id = payload.substr(at + kId.size());
  id = id.substr(0, id.find('"'));
  const size_t slash = id.find('/');
  StreamBook* const book = file_.BookOf(id.substr(0, slash));
  uint64_t offset = 0;
  if (slash != id.npos) std::from_chars(id.data() + slash + 1, id.data() + id.size(), offset);
  if (book == nullptr || offset >= book->end() || book->at(offset).token != token) {
    return file_.Broken(4, "the event of {:x} has the id {}", token, id);
  }
  Fate& fate = book->at(offset);
  fate.seen = true;
  if (!fate.replay_of || file_.IsReplayDurable(*fate.replay_of)) return;
  file_.Broken(8, "the replay {} of letter {} is seen, and is not synced", id, *fate.replay_of);
}

void LocalJudge::LookAtMessage(const std::string& client, std::string_view topic,
                               std::string_view payload) {
  FindTokens(payload, [&](Token token) {
    const Reading* const reading = file_.Find(token);
    if (reading == nullptr) {
      return file_.Broken(0, "{} is sent {:x}, which nobody has", client, token);
    }
    if (reading->message->topic != topic) {
      file_.Broken(9, "{} is sent {:x} on {} instead of {}", client, token, topic,
                   reading->message->topic);
    }
  });
}

}  // namespace sluice::sim
