#include "sim/delivery_judge.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::sim {
namespace {

constexpr std::string_view kEventId = "\"id\":\"gw/";

}  // namespace

// Empty: neither, as a will.
DeliveryJudge::Key DeliveryJudge::KeyOf(std::string_view payload) {
  if (const size_t at = payload.find(kEventId); at != payload.npos) {
    payload.remove_prefix(at + kEventId.size());
    return Key(payload.substr(0, payload.find('"')));
  }
  Key key;
  FindTokens(payload, [&](Token token) { key = TokenText(token); });
  return key;
}

void DeliveryJudge::OnSent(const SentMessage& message) {
  if (message.kind != SentMessage::Kind::kPlain || message.tokens.empty()) return;
  Publishes& publishes = publishes_[message.tokens.front()];
  // In the same session a repetition is known to be one; but who repeats unasked may have the one
  // refused and the other taken, and a twin has a session of its own.
  const Plan& plan = file_.scene().plan;
  const bool each = plan.has(Trouble::kResending) || plan.has(Trouble::kTakeovers);
  const uint32_t session = numbers_[message.client];
  if (publishes.times > 0 && publishes.session == session && !each) return;
  publishes = {session, publishes.times + 1};
}

void DeliveryJudge::OnNewSession(const std::string& client) {
  ++numbers_[client];
  sessions_[client] = {};
}

void DeliveryJudge::OnWritten(const std::string& client, std::string_view payload, int qos,
                              uint16_t id) {
  if (qos == 0) return;
  Session& session = sessions_[client];
  Key key = KeyOf(payload);
  const auto [busy, is_free] = session.busy.try_emplace(id, key);
  if (!is_free && busy->second != key) {
    return file_.Broken(2, "{} is sent {} as {}, which still is {}", client, key, id, busy->second);
  }
  if (key.empty() || session.taken.contains(key)) return;
  session.written.insert(std::move(key));
}

void DeliveryJudge::OnTaken(const std::string& client, std::string_view payload, int qos,
                            bool retained, uint16_t id) {
  if (qos == 0) return;
  Session& session = sessions_[client];
  const Key key = KeyOf(payload);
  session.written.erase(key);
  if (qos == 1) session.busy.erase(id);
  if (qos == 1) return;
  const auto [held, is_new] = session.held.try_emplace(id, key);
  if (!is_new) {
    if (held->second == key) return;
    return file_.Broken(2, "{} gets {} as {}, which still is {}", client, key, id, held->second);
  }
  if (key.empty() || retained) return;
  const uint32_t times = ++session.taken[key];
  if (times <= MayCome(key, payload)) return;
  file_.Broken(2, "{} is sent {} with QoS 2, for the {}. time in one session", client, key, times);
}

void DeliveryJudge::OnReleased(const std::string& client, uint16_t id) {
  Session& session = sessions_[client];
  session.held.erase(id);
  session.busy.erase(id);
}

uint32_t DeliveryJudge::MayCome(const Key& key, std::string_view payload) const {
  if (!key.starts_with('~')) return 1;
  uint32_t times = 0;
  FindTokens(payload, [&](Token token) {
    const auto publishes = publishes_.find(token);
    if (publishes != publishes_.end()) times = std::max(times, publishes->second.times);
  });
  return times;
}

std::string DeliveryJudge::StillOnTheWay() const {
  for (const auto& [client, session] : sessions_) {
    if (session.written.empty()) continue;
    return fmt::format("{} was written {}, and has not got it", client, *session.written.begin());
  }
  return {};
}

}  // namespace sluice::sim
