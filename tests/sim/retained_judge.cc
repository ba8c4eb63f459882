#include "sim/retained_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sim/counter_judge.h"

namespace sluice::sim {
namespace {

// What may take what is stored, or keep it from being read or served.
constexpr std::array kExcuses{
    Trouble::kWriteErrors, Trouble::kSyncErrors, Trouble::kDirectoryErrors,
    Trouble::kOpenErrors,  Trouble::kReadErrors, Trouble::kBadPages,
    Trouble::kRot,         Trouble::kFullDisk,   Trouble::kSmallBounds,
};

bool MayBeLookedAt(const Plan& plan) {
  return plan.state && std::none_of(kExcuses.begin(), kExcuses.end(),
                                    [&](Trouble trouble) { return plan.has(trouble); });
}

}  // namespace

RetainedJudge::RetainedJudge(CaseFile& file)
    : file_(file), is_looked_at_(MayBeLookedAt(file.scene().plan)) {}

void RetainedJudge::OnSent(const SentMessage& message, bool again) {
  LookForSaved();
  if (!is_looked_at_ || !message.retain || message.tokens.empty()) return;
  last_[message.topic] = {.token = message.tokens.front(), .again = again};
  expected_.erase(message.topic);
}

void RetainedJudge::OnListening(const std::string& client, const std::string& filter) {
  LookForSaved();
  if (filter == "local/#") sessions_[client].listens = true;
}

void RetainedJudge::OnDelivered(const std::string& client, std::string_view payload) {
  if (!is_looked_at_) return;
  FindTokens(payload, [&](Token token) { sessions_[client].has.insert(token); });
}

void RetainedJudge::LookForSaved() {
  if (!is_looked_at_) return;
  for (auto& [topic, last] : last_) {
    if (last.saved || last.lost) continue;
    Reading* const reading = file_.Find(last.token);
    last.saved = reading != nullptr && file_.IsDurable(last.token, *reading);
  }
}

// What was sent again may have come before what is synced, or behind it.
void RetainedJudge::OnEnded() {
  sessions_.clear();
  expected_.clear();
  for (auto& [topic, last] : last_) {
    last.lost = !last.saved;
    if (last.saved && !last.again) expected_.emplace(topic, last.token);
  }
}

std::string RetainedJudge::StillWaiting(std::string_view metrics) {
  if (SumOf(metrics, "sluice_broker_queue_dropped_total") > 0) return {};
  for (const auto& [client, session] : sessions_) {
    if (!session.listens) continue;
    for (const auto& [topic, token] : expected_) {
      file_.scene().situations.Reached("a retained message outlives the process");
      if (session.has.contains(token)) continue;
      return fmt::format("{} has not got what is retained on {}, {:x}", client, topic, token);
    }
  }
  return {};
}

}  // namespace sluice::sim
