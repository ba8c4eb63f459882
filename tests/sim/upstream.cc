#include "sim/upstream.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sim/upstream_link.h"

namespace sluice::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

bool HasTokenThatDividesBy(const std::vector<Entry>& entries, uint32_t number) {
  return number > 0 && std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
           return entry.token != 0 && entry.token % number == 0;
         });
}

}  // namespace

Upstream::Upstream(Scene& scene, std::string name, Witness& witness)
    : scene_(scene),
      name_(std::move(name)),
      witness_(witness),
      random_(scene.RandomFor("upstream " + name_)),
      whims_(scene, random_) {
  Draw();
  BeginEpisodes();
}

Upstream::~Upstream() = default;

void Upstream::Draw() {
  if (scene_.Has(Trouble::kUpstreamLimits)) {
    if (random_.Below(2) == 0) character_.limits.max_in_flight = 1 + random_.Below(4);
    if (random_.Below(2) == 0)
      character_.limits.max_message_bytes =
          300 + random_.Below(random_.Below(2) == 0 ? 2000 : 30'000);
  }
  if (scene_.Has(Trouble::kUpstreamSlow)) {
    character_.answers_after = Between(random_, milliseconds(10), seconds(8));
  }
  if (scene_.Has(Trouble::kRefusals)) {
    const bool nearly_all = random_.Below(8) == 0;
    character_.refuses_every = static_cast<uint32_t>(nearly_all ? 1 + random_.Below(4)  //
                                                                : 20 + random_.Below(400));
  }
  if (scene_.Has(Trouble::kClosesAtMessage)) {
    character_.closes_at_every = 20 + static_cast<uint32_t>(random_.Below(400));
    character_.breaks_rules = random_.Below(2) == 0;
  }
}

void Upstream::BeginEpisodes() {
  whims_.Add(Trouble::kUnreachable, seconds(80),
             [this] { BeUnreachable(Between(random_, seconds(1), minutes(3))); });
  whims_.Add(Trouble::kUpstreamRestarts, seconds(40),
             [this] { BeUnreachable(Between(random_, milliseconds(1), seconds(5))); });
  whims_.Add(Trouble::kTurnsAway, seconds(120), [this] {
    turns_away_until_ = scene_.clock.Now() + Between(random_, seconds(1), minutes(2));
    if (link_ != nullptr) link_->End({"the server ended the connection"});
  });
  whims_.Add(Trouble::kUpstreamSilent, seconds(90), [this] {
    silent_until_ = scene_.clock.Now() + Between(random_, seconds(5), minutes(2));
  });
}

void Upstream::BeUnreachable(Duration duration) {
  unreachable_until_ = std::max(unreachable_until_, scene_.clock.Now() + duration);
  if (link_ != nullptr) link_->End({"connection reset"});
}

std::unique_ptr<forward::Uplink> Upstream::NewUplink(Scheduler* process) {
  return std::make_unique<UpstreamLink>(this, process);
}

void Upstream::Mend() {
  unreachable_until_ = silent_until_ = turns_away_until_ = scene_.clock.Now();
  // Somebody has seen that nothing fits.
  character_.limits.max_message_bytes = std::max<size_t>(character_.limits.max_message_bytes, 1000);
  // What it has not answered it never will; a broker that is well again has forgotten it.
  if (link_ != nullptr) link_->End({"the server has been restarted"});
}

Upstream::Said Upstream::Judge(const std::vector<Entry>& entries) {
  if (scene_.clock.Now() < silent_until_) return Said::kNothing;
  if (!scene_.calm() && HasTokenThatDividesBy(entries, character_.closes_at_every)) {
    return character_.breaks_rules && random_.Below(4) != 0 ? Said::kBreaksRules : Said::kCloses;
  }
  if (HasTokenThatDividesBy(entries, character_.refuses_every)) return Said::kRefused;
  const bool is_gap = std::all_of(entries.begin(), entries.end(),
                                  [](const Entry& entry) { return !entry.gap_reason.empty(); });
  if (is_gap && scene_.Strikes(Trouble::kRefusals, 0.1, random_)) return Said::kRefused;
  // One message that nobody answers, among others that somebody does.
  if (scene_.Strikes(Trouble::kUpstreamSilent, 0.003, random_)) return Said::kNothing;
  if (scene_.Strikes(Trouble::kBusyUpstream, 0.05, random_)) return Said::kBusy;
  if (scene_.Strikes(Trouble::kLostAnswers, 0.02, random_)) return Said::kTakenAndLost;
  return Said::kTaken;
}

}  // namespace sluice::sim
