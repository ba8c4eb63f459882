#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log_limit.h"
#include "base/mutex.h"

namespace sluice {

class Metrics;
class Gauge;

// Worse is greater.
enum class HealthState : uint8_t {
  kOk,
  kDegraded,  // it does its work, but somebody should look before it no longer can
  kFailing,   // a part does not do its work: messages are refused, or nothing can be made durable
};
std::string_view HealthStateName(HealthState state);  // "ok", "degraded", "failing"

// Everything that is wrong with the gateway at the moment, in words. Each part of the program adds
// the conditions that it can be in and raises or clears them; nobody has to ask the parts. Each
// change of a condition's state is one log line (limited, should one flap), and a metric:
//   sluice_health_state                         0 ok, 1 degraded, 2 failing: the worst condition
//   sluice_health_condition{part,condition}     the same, of one
// Safe from any thread. Outlives its conditions.
class Health {
 public:
  // One thing that can be wrong with one part; clear at first and when it is destroyed.
  class Condition {
   public:
    ~Condition();
    Condition(const Condition&) = delete;
    Condition& operator=(const Condition&) = delete;

    // `why` says what is wrong and, if that is not obvious, what to do: "full: 268435456 of
    // 268435456 bytes; publishers are refused". Raising it again in the same state renews the words
    // silently; cheap enough for once a second, not for every message.
    void Raise(HealthState state, std::string_view why);
    void Clear();
    bool raised() const;

   private:
    friend class Health;
    Condition(Health* health, std::string part, std::string name, Gauge* gauge);
    void Set(HealthState state, std::string_view why);

    Health& health_;
    const std::string part_;
    const std::string name_;
    Gauge* const gauge_;  // null without metrics
    HealthState state_ SLUICE_GUARDED_BY(health_.mutex_) = HealthState::kOk;
    std::string why_ SLUICE_GUARDED_BY(health_.mutex_);
    MonotonicTime since_ SLUICE_GUARDED_BY(health_.mutex_){};
    LogLimit log_limit_ SLUICE_GUARDED_BY(health_.mutex_);
    std::list<Condition*>::iterator place_ SLUICE_GUARDED_BY(health_.mutex_);
  };

  struct Problem {
    std::string part;
    std::string condition;
    HealthState state;
    std::string why;
    Duration age;  // since it was raised to this state
  };

  // `metrics` may be null. Both outlive the health.
  explicit Health(const Clock& clock, Metrics* metrics = nullptr);
  Health(const Health&) = delete;
  Health& operator=(const Health&) = delete;

  // `part` is what an operator knows it by: "stream telemetry", "uplink cloud". `name` is a short
  // identifier for the condition: "full", "not_connected".
  std::unique_ptr<Condition> Add(std::string part, std::string name);

  HealthState state() const;
  // The worst first, then in the order in which they were added.
  std::vector<Problem> problems() const;
  // HealthText of both.
  std::string Text() const;

 private:
  void UpdateState() SLUICE_REQUIRES(mutex_);

  const Clock& clock_;
  Metrics* const metrics_;
  Gauge* state_gauge_ = nullptr;
  mutable Mutex mutex_;
  std::list<Condition*> conditions_ SLUICE_GUARDED_BY(mutex_);
  HealthState state_ SLUICE_GUARDED_BY(mutex_) = HealthState::kOk;
};

// One line with the state, then one for each problem.
std::string HealthText(HealthState state, const std::vector<Health::Problem>& problems);

}  // namespace sluice
