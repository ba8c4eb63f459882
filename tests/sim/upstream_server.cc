#include "sim/upstream_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "sim/upstream.h"
#include "sim/upstream_session.h"

namespace sluice::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using uplink_mqtt::DialCause;

// What a broker of either version says to somebody whom it does not take.
constexpr auto kRefusals5 =
    std::to_array<uint8_t>({0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x87, 0x88, 0x89,
                            0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9f});
constexpr uint64_t kRefusals311 = 5;  // from 1

bool HasTokenThatDividesBy(const std::vector<Entry>& entries, uint32_t number) {
  return number > 0 && std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
           return entry.token != 0 && entry.token % number == 0;
         });
}

}  // namespace

UpstreamServer::UpstreamServer(Upstream& upstream, size_t index, std::shared_ptr<StatusView> view)
    : upstream_(upstream),
      index_(index),
      host_(HostOf(upstream.plan(), index)),
      view_(std::move(view)),
      scene_(upstream.scene()),
      random_(scene_.RandomFor("server " + host_)),
      whims_(scene_, random_) {
  Draw();
  BeginEpisodes();
}

UpstreamServer::~UpstreamServer() = default;

// A version 3.1.1 cannot say its terms, and refuse nothing but the connection.
void UpstreamServer::Draw() {
  const bool is_v5 = upstream_.plan().mqtt_version == mqtt::kV5;
  if (scene_.Has(Trouble::kMindsStatus)) {
    constexpr std::array kAll = {Minds::kBirth, Minds::kEndsAtBirth, Minds::kWill};
    minds_ = kAll[random_.Below(kAll.size())];
    if (!is_v5 && minds_ == Minds::kBirth) minds_ = Minds::kEndsAtBirth;
  }
  if (!is_v5) return;
  if (random_.Below(2) == 0) terms_.alias_maximum = static_cast<uint16_t>(1 + random_.Below(8));
  if (random_.Below(3) == 0) terms_.keep_alive = static_cast<uint16_t>(2 + random_.Below(40));
  if (random_.Below(3) == 0) terms_.maximum_qos = 1;
  terms_.retain_available = random_.Below(12) > 0;
  if (!scene_.Has(Trouble::kUpstreamLimits)) return;
  if (random_.Below(2) == 0) terms_.receive_maximum = static_cast<uint16_t>(1 + random_.Below(4));
  if (random_.Below(2) == 0) {
    constexpr std::array<uint64_t, 3> kSpreads = {500, 2500, 30'000};
    const uint64_t spread = kSpreads[random_.Below(kSpreads.size())];
    terms_.packet_maximum = static_cast<uint32_t>(300 + random_.Below(spread));
  }
}

void UpstreamServer::BeginEpisodes() {
  whims_.Add(Trouble::kUnreachable, seconds(80), [this] {
    unreachable_until_ = scene_.clock.Now() + Between(random_, seconds(1), minutes(3));
    scene_.trace.Note("{}: cannot be reached", host_);
    EndSessions(false);
  });
  whims_.Add(Trouble::kUpstreamRestarts, seconds(40), [this] { Restart(); });
  whims_.Add(Trouble::kTurnsAway, seconds(120), [this] { TurnAway(); });
  whims_.Add(Trouble::kUpstreamSilent, seconds(90), [this] {
    silent_until_ = scene_.clock.Now() + Between(random_, seconds(5), minutes(2));
    deaf_ = random_.Below(2) == 0;
    scene_.trace.Note("{}: {}", host_, deaf_ ? "hears nobody" : "answers no message");
  });
  whims_.Add(Trouble::kUpstreamNonsense, seconds(60), [this] {
    if (view_->session != nullptr && random_.Below(2) == 0) return view_->session->SayNonsense();
    greets_with_nonsense_ = 1 + static_cast<int>(random_.Below(3));
  });
}

void UpstreamServer::Restart() {
  scene_.trace.Note("{}: restarts", host_);
  unreachable_until_ = std::max(unreachable_until_,
                                scene_.clock.Now() + Between(random_, milliseconds(1), seconds(5)));
  const std::string before = view_->retained;
  const bool orderly = random_.Below(2) == 0;
  EndSessions(orderly);
  if (orderly || view_->session != nullptr) return;
  // Nobody has saved what came of it.
  view_->retained = random_.Below(2) == 0 ? before : "";
  view_->may_be_stale = true;
}

void UpstreamServer::TurnAway() {
  turns_away_until_ = scene_.clock.Now() + Between(random_, seconds(1), minutes(2));
  const bool is_v5 = upstream_.plan().mqtt_version == mqtt::kV5;
  turns_away_with_ = is_v5 ? kRefusals5[random_.Below(kRefusals5.size())]
                           : static_cast<uint8_t>(1 + random_.Below(kRefusals311));
  if (is_v5 && random_.Below(6) == 0) turns_away_with_ = 0;
  scene_.trace.Note("{}: turns the gateway away with {:#x}", host_, turns_away_with_);
  EndSessions(true);
}

void UpstreamServer::EndSessions(bool orderly) {
  for (const auto& session : sessions_) {
    orderly ? session->End(UpstreamSession::FarewellCode(random_)) : session->Vanish();
  }
}

DialCause UpstreamServer::Ring() {
  if (scene_.clock.Now() >= unreachable_until_) return DialCause::kNone;
  constexpr std::array kCauses = {DialCause::kTimeout,     DialCause::kTimeout, DialCause::kRefused,
                                  DialCause::kUnreachable, DialCause::kLookup,  DialCause::kTls};
  return kCauses[random_.Below(kCauses.size())];
}

void UpstreamServer::Accept(std::unique_ptr<transport::ByteStream> stream,
                            std::shared_ptr<Conversation> conversation,
                            std::optional<std::string> password) {
  sessions_.push_back(std::make_unique<UpstreamSession>(*this, std::move(conversation),
                                                        std::move(password), std::move(stream)));
}

void UpstreamServer::OnProcessEnded() {
  for (const auto& session : sessions_) session->OnProcessEnded();
}

void UpstreamServer::Forget(UpstreamSession* session) {
  sessions_.remove_if([session](const auto& known) { return known.get() == session; });
}

// Somebody has seen that nothing fits. What it has not answered it never will; a broker that is
// well again has forgotten it.
void UpstreamServer::Mend() {
  unreachable_until_ = silent_until_ = turns_away_until_ = scene_.clock.Now();
  greets_with_nonsense_ = 0;
  constexpr uint32_t kRoomForAnEvent = 2000;
  if (terms_.packet_maximum > 0) {
    terms_.packet_maximum = std::max(terms_.packet_maximum, kRoomForAnEvent);
  }
  scene_.trace.Note("{}: has been mended", host_);
  EndSessions(true);
}

mqtt::Connack UpstreamServer::Greeting() {
  mqtt::Connack connack = terms_;
  if (!turns_away()) return connack;
  if (turns_away_with_ > 0) return {.reason = turns_away_with_};
  connack.maximum_qos = 0;
  return connack;
}

bool UpstreamServer::turns_away() const { return scene_.clock.Now() < turns_away_until_; }
bool UpstreamServer::is_silent() const { return scene_.clock.Now() < silent_until_; }
bool UpstreamServer::is_deaf() const { return deaf_ && is_silent(); }

bool UpstreamServer::greets_with_nonsense() {
  if (greets_with_nonsense_ == 0) return false;
  --greets_with_nonsense_;
  return true;
}

UpstreamServer::Said UpstreamServer::Judge(const std::string& route,
                                           const std::vector<Entry>& entries, size_t bytes) {
  if (is_silent()) return Said::kNothing;
  const Upstream::Character& character = upstream_.character();
  const bool closes = HasTokenThatDividesBy(entries, character.closes_at_every) ||
                      (character.closes_above > 0 && bytes > character.closes_above) ||
                      route == character.closes_at_route;
  if (!scene_.calm() && closes) {
    return character.breaks_rules && random_.Below(4) != 0 ? Said::kBreaksRules : Said::kCloses;
  }
  const bool is_v5 = upstream_.plan().mqtt_version == mqtt::kV5;
  if (HasTokenThatDividesBy(entries, character.refuses_every)) return Said::kRefused;
  const bool is_gap = std::all_of(entries.begin(), entries.end(),
                                  [](const Entry& entry) { return !entry.gap_reason.empty(); });
  if (is_v5 && is_gap && scene_.Strikes(Trouble::kRefusals, 0.1, random_)) return Said::kRefused;
  // One message that nobody answers, among others that somebody does.
  if (scene_.Strikes(Trouble::kUpstreamSilent, 0.003, random_)) return Said::kNothing;
  if (is_v5 && scene_.Strikes(Trouble::kBusyUpstream, 0.05, random_)) return Said::kBusy;
  if (scene_.Strikes(Trouble::kLostAnswers, 0.02, random_)) return Said::kTakenAndLost;
  return Said::kTaken;
}

}  // namespace sluice::sim
