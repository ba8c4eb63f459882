#include "base/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/label.h"
#include "base/log.h"
#include "base/metrics.h"

namespace sluice {
namespace {

void LogChange(const std::string& part, HealthState state, std::string_view why,
               std::string_view left_out) {
  switch (state) {
    case HealthState::kOk:
      return LogInfo("{}: ok again, was: {}{}", part, why, left_out);
    case HealthState::kDegraded:
      return LogWarn("{}: degraded: {}{}", part, why, left_out);
    case HealthState::kFailing:
      return LogError("{}: failing: {}{}", part, why, left_out);
  }
}

}  // namespace

std::string_view HealthStateName(HealthState state) {
  switch (state) {
    case HealthState::kOk:
      return "ok";
    case HealthState::kDegraded:
      return "degraded";
    case HealthState::kFailing:
      return "failing";
  }
  return "unknown";
}

Health::Condition::Condition(Health* health, std::string part, std::string name, Gauge* gauge)
    : health_(*health), part_(std::move(part)), name_(std::move(name)), gauge_(gauge) {}

Health::Condition::~Condition() {
  if (gauge_ != nullptr) gauge_->Set(0);
  const MutexLock lock(health_.mutex_);
  health_.conditions_.erase(place_);
  health_.UpdateState();
}

void Health::Condition::Raise(HealthState state, std::string_view why) { Set(state, why); }

void Health::Condition::Clear() { Set(HealthState::kOk, {}); }

void Health::Condition::Set(HealthState state, std::string_view why) {
  const MutexLock lock(health_.mutex_);
  if (state == HealthState::kOk && state_ == HealthState::kOk) return;
  const std::string before_why = std::exchange(why_, std::string(why));
  if (state == std::exchange(state_, state)) return;
  since_ = health_.clock_.Now();
  if (gauge_ != nullptr) gauge_->Set(static_cast<int64_t>(state));
  health_.UpdateState();
  if (!log_limit_.Allows(since_)) return;
  LogChange(part_, state, state == HealthState::kOk ? before_why : why, log_limit_.LeftOut());
}

bool Health::Condition::raised() const {
  const MutexLock lock(health_.mutex_);
  return state_ != HealthState::kOk;
}

Health::Health(const Clock& clock, Metrics* metrics) : clock_(clock), metrics_(metrics) {
  if (metrics_ == nullptr) return;
  state_gauge_ = &metrics_->AddGauge("sluice_health_state",
                                     "0 ok, 1 degraded, 2 failing: the worst of all conditions.");
}

std::unique_ptr<Health::Condition> Health::Add(std::string part, std::string name) {
  Gauge* gauge = nullptr;
  if (metrics_ != nullptr) {
    gauge = &metrics_->AddGauge("sluice_health_condition", "0 ok, 1 degraded, 2 failing.",
                                Label("part", part) + "," + Label("condition", name));
  }
  std::unique_ptr<Condition> condition(
      new Condition(this, std::move(part), std::move(name), gauge));
  const MutexLock lock(mutex_);
  condition->health_.mutex_.AssertHeld();  // it is ours
  condition->place_ = conditions_.insert(conditions_.end(), condition.get());
  return condition;
}

void Health::UpdateState() {
  state_ = HealthState::kOk;
  for (const Condition* condition : conditions_) {
    condition->health_.mutex_.AssertHeld();  // it is ours
    state_ = std::max(state_, condition->state_);
  }
  if (state_gauge_ != nullptr) state_gauge_->Set(static_cast<int64_t>(state_));
}

HealthState Health::state() const {
  const MutexLock lock(mutex_);
  return state_;
}

std::vector<Health::Problem> Health::problems() const {
  std::vector<Problem> problems;
  {
    const MutexLock lock(mutex_);
    const MonotonicTime now = clock_.Now();
    for (const Condition* c : conditions_) {
      c->health_.mutex_.AssertHeld();  // it is ours
      if (c->state_ == HealthState::kOk) continue;
      problems.push_back({c->part_, c->name_, c->state_, c->why_, now - c->since_});
    }
  }
  std::stable_sort(problems.begin(), problems.end(),
                   [](const Problem& a, const Problem& b) { return a.state > b.state; });
  return problems;
}

std::string Health::Text() const { return HealthText(state(), problems()); }

std::string HealthText(HealthState state, const std::vector<Health::Problem>& problems) {
  std::string text = fmt::format("{}\n", HealthStateName(state));
  for (const Health::Problem& problem : problems) {
    text += fmt::format("{}: {} for {} s: {}\n", problem.part, HealthStateName(problem.state),
                        std::chrono::duration_cast<std::chrono::seconds>(problem.age).count(),
                        problem.why);
  }
  return text;
}

}  // namespace sluice
