#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "base/scheduler.h"

namespace sluice::sim {

// The loop of one process in simulated time: what it has to do it does on the world's scheduler,
// until it is stopped for a while (SIGSTOP) or ends. Then nothing of it runs any more, whatever was
// posted. One thread.
class ProcessScheduler final : public Scheduler {
 public:
  // `around` runs each of the process's tasks; `clock` is the process's. Everything outlives it.
  ProcessScheduler(Scheduler* world, const Clock& clock,
                   std::function<void(const std::function<void()>&)> around)
      : clock_(clock), life_(std::make_shared<Life>(Life{*world, std::move(around)})) {}
  ~ProcessScheduler() override { End(); }
  ProcessScheduler(const ProcessScheduler&) = delete;
  ProcessScheduler& operator=(const ProcessScheduler&) = delete;

  MonotonicTime Now() const override { return clock_.Now(); }
  void Post(std::function<void()> task) override {
    life_->world.Post([life = life_, task = std::move(task)] { life->Run(task); });
  }
  Timer NewTimer(std::function<void()> callback) override {
    return Timer(new ProcessTimer(life_, std::move(callback)));
  }

  void Pause() { life_->paused = true; }
  // What was due meanwhile is done now, in the order in which it was due.
  void Resume() {
    life_->paused = false;
    for (std::function<void()>& task : std::exchange(life_->held, {})) Post(std::move(task));
  }
  void End() {
    life_->ended = true;
    life_->held.clear();
  }

 private:
  struct Life {
    Scheduler& world;
    const std::function<void(const std::function<void()>&)> around;
    bool paused = false;
    bool ended = false;
    std::deque<std::function<void()>> held = {};

    void Run(const std::function<void()>& task) {
      if (ended) return;
      if (paused) {
        held.push_back(task);
      } else {
        around(task);
      }
    }
  };

  // What is due while the process stands still may be stopped, armed anew or gone before it is its
  // turn.
  class ProcessTimer final : public Timer::Impl {
   public:
    ProcessTimer(const std::shared_ptr<Life>& life, std::function<void()> callback)
        : alarm_(std::make_shared<Alarm>(Alarm{std::move(callback)})),
          timer_(life->world.NewTimer([life, alarm = alarm_] {
            alarm->due = true;
            life->Run([alarm, start = alarm->starts] { alarm->Ring(start); });
          })) {}
    ~ProcessTimer() override { Stop(); }
    void Start(Duration after) override {
      Stop();
      timer_.Start(after);
    }
    void Stop() override {
      ++alarm_->starts;
      alarm_->due = false;
      timer_.Stop();
    }
    bool active() const override { return timer_.active() || alarm_->due; }
    void Release() override { delete this; }

   private:
    struct Alarm {
      const std::function<void()> callback;
      uint64_t starts = 0;
      bool due = false;

      void Ring(uint64_t start) {
        if (start != starts) return;
        due = false;
        callback();
      }
    };
    const std::shared_ptr<Alarm> alarm_;
    Timer timer_;
  };

  const Clock& clock_;
  const std::shared_ptr<Life> life_;
};

}  // namespace sluice::sim
