#include "sim/expiry_judge.h"

#include <algorithm>
#include <chrono>

namespace sluice::sim {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

// `clock_trust_after` in the configuration of this world.
constexpr Duration kTrustAfter = seconds(30);
// Steps that no gateway notices, and what it takes from reckoning to arriving.
constexpr Duration kSlack = seconds(10);
// No date before that is one (2024-01-01).
constexpr WallTime kFirstDate{seconds(1'704'067'200)};

int64_t Milliseconds(Duration duration) { return duration_cast<milliseconds>(duration).count(); }

}  // namespace

ExpiryJudge::ExpiryJudge(CaseFile& file) : file_(file) {
  for (const Plan::Route& route : file.scene().plan.routes) {
    if (route.max_age.count() == 0) continue;
    max_ages_.emplace(route.name, route.max_age);
    streams_.insert(route.from);
  }
}

bool ExpiryJudge::IsDated() const { return file_.scene().clock.WallNow() > kFirstDate; }

void ExpiryJudge::OnAccepted(const std::string& stream, uint64_t first, uint64_t count) {
  if (!streams_.contains(stream)) return;
  std::vector<Birth>& births = births_[stream];
  births.resize(first);
  births.resize(first + count, {file_.scene().age(), run_, IsDated()});
}

void ExpiryJudge::OnEnded(Witness::End how) {
  if (how == Witness::End::kPowerCut) booted_ = file_.scene().age();
}

void ExpiryJudge::OnArrived(const std::string& route, const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    if (entry.gap_reason != "expired") continue;
    if (!max_ages_.contains(route)) {
      return file_.Broken(2, "{} lets {}/{} expire, and it allows any age", route, entry.stream,
                          entry.first);
    }
    LookAtClock(route);
    for (uint64_t i = entry.first; i <= entry.last; ++i) LookAtAge(route, entry.stream, i);
  }
}

void ExpiryJudge::LookAtClock(const std::string& route) {
  if (!IsDated()) return file_.Broken(2, "{} lets events expire while it is 1970", route);
  const Duration up = file_.scene().age() - booted_;
  if (!clock_may_be_wrong() || up >= kTrustAfter) return;
  file_.Broken(2, "{} lets events expire {} ms after the machine has booted", route,
               Milliseconds(up));
}

void ExpiryJudge::LookAtAge(const std::string& route, const std::string& stream, uint64_t offset) {
  const std::vector<Birth>& births = births_[stream];
  if (offset >= births.size() || births[offset].run == 0) return;
  const Birth& birth = births[offset];
  if (!birth.dated) {
    return file_.Broken(2, "{} lets {}/{} expire, which was accepted in 1970", route, stream,
                        offset);
  }
  // What the clock did before the gateway started it cannot know.
  if (clock_may_be_wrong() && birth.run != run_) return;
  // A step ends the trust; when it is back, what is older than that may have any age.
  const Duration max_age = max_ages_.find(route)->second;
  const Duration least = clock_may_be_wrong() ? std::min(max_age, kTrustAfter) - kSlack : max_age;
  const Duration age = file_.scene().age() - birth.age;
  if (age >= least) return;
  file_.Broken(2, "{} lets {}/{} expire after {} ms, and it allows {} ms", route, stream, offset,
               Milliseconds(age), Milliseconds(max_age));
}

}  // namespace sluice::sim
