#include "sim/world.h"

#include <chrono>
#include <utility>

#include "base/log.h"
#include "base/probe.h"
#include "sim/caretaker.h"
#include "sim/disk.h"
#include "sim/fleet.h"
#include "sim/handled_account.h"
#include "sim/journal_account.h"
#include "sim/judges.h"
#include "sim/network.h"
#include "sim/process.h"
#include "sim/scene.h"
#include "sim/subscribers.h"
#include "sim/upstream.h"
#include "sim/weather.h"

namespace sluice::sim {
namespace {

using std::chrono::seconds;

// Tasks at one moment. More is a loop that never comes to rest.
constexpr uint64_t kMaxTasksAtOnce = 200'000;

class World {
 public:
  World(const Plan& plan, bool prints)
      : scene_(plan),
        disk_(scene_),
        network_(scene_),
        judges_(
            scene_, [this](Token token) { return disk_.IsDurable(token); },
            [this](uint64_t letter) { return disk_.IsReplayDurable(letter); }),
        process_({scene_, disk_, network_, judges_,
                  [this](const std::string& name, const uplink_mqtt::MqttOptions& options,
                         Scheduler& process) {
                    return upstreams_.at(name)->NewUplink(options, process);
                  },
                  [this] { LookAfterStart(); }}),
        fleet_(scene_, network_, judges_),
        subscribers_(scene_, network_, judges_),
        weather_(scene_, process_, judges_),
        caretaker_(scene_, process_, disk_, judges_) {
    ResetProbes();
    disk_.SetOnLetter([this](const Letter& letter) { judges_.OnLetterKept(letter); });
    if (prints) scene_.trace.Print();
    for (const Plan::Uplink& uplink : plan.uplinks) {
      upstreams_.emplace(uplink.name,
                         std::make_unique<Upstream>(scene_, network_, uplink, judges_));
    }
  }

  Outcome Live() {
    weather_.Begin();
    caretaker_.Begin();
    process_.Start();
    fleet_.Start();
    subscribers_.Start();
    RunUntil(scene_.age() + scene_.plan.length);
    if (scene_.plan.calms_down) CalmDown();
    Finish();
    return Report();
  }

 private:
  void RunUntil(Duration age) {
    uint64_t tasks = 0;
    while (!scene_.verdict.broken()) {
      if (scene_.scheduler.RunOne()) {
        if (++tasks > kMaxTasksAtOnce) scene_.verdict.Broken(0, "time stands still");
        continue;
      }
      tasks = 0;
      const auto next = scene_.scheduler.NextDeadline();
      const Duration left = age - scene_.age();
      if (!next || *next - scene_.clock.Now() > left) {
        scene_.clock.Advance(left);
        return;
      }
      scene_.clock.Advance(*next - scene_.clock.Now());
    }
  }

  // Nothing bad happens any more. Then all has to be well within a bounded time.
  void CalmDown() {
    scene_.trace.Note("calm");
    scene_.situations.Reached("calm");
    scene_.BeginCalm();
    weather_.Mend();
    disk_.Mend();
    network_.Mend();
    for (const auto& [name, upstream] : upstreams_) upstream->Mend();
    fleet_.BeginCalm();
    subscribers_.BeginCalm();
    caretaker_.BeginCalm();
    const Duration deadline = scene_.age() + Plan::kPatience;
    std::string wrong = "not looked at";
    while (!scene_.verdict.broken() && !wrong.empty() && scene_.age() < deadline) {
      RunUntil(scene_.age() + seconds(1));
      wrong = StillWrong();
      if (!wrong.empty()) RestartIfAdvised();
    }
    if (!wrong.empty()) scene_.verdict.Broken(2, "still after trouble has ended: " + wrong);
  }

  // A stream that could not be opened is tried again at the next start only, as health says.
  void RestartIfAdvised() {
    if (!process_.up() || process_.paused()) return;
    for (const Health::Problem& problem : process_.health().problems()) {
      if (problem.condition == "not_opened") return process_.Restart();
    }
  }

  // Empty: all is well.
  std::string StillWrong() {
    if (!process_.up() || process_.paused()) return "the gateway does not run";
    std::string wrong = fleet_.unsettled();
    if (wrong.empty()) wrong = subscribers_.unsettled();
    if (wrong.empty()) wrong = caretaker_.unsettled();
    if (wrong.empty()) wrong = judges_.StillWrong(process_);
    for (const auto& [name, upstream] : upstreams_) {
      if (wrong.empty()) wrong = upstream->StillWrong();
    }
    return wrong;
  }

  void Finish() {
    if (!scene_.plan.calms_down) CutAndStart();
    process_.Finish();
    RunUntil(scene_.age() + seconds(30));
    if (process_.up()) scene_.verdict.Broken(7, "an orderly end takes more than 30 s");
    for (const auto& [name, upstream] : upstreams_) {
      if (scene_.plan.calms_down && !scene_.verdict.broken()) upstream->JudgeFarewell();
    }
    if (!scene_.verdict.broken()) judges_.AtTheEnd(Stored(), Handled());
  }

  // In the middle of everything; what the next start makes of it is looked at, and nothing is
  // awaited.
  void CutAndStart() {
    process_.End(Witness::End::kPowerCut, seconds(1));
    scene_.BeginCalm();
    weather_.Mend();
    disk_.Mend();
    process_.Start();
    RunUntil(scene_.age() + seconds(20));
    if (!process_.up()) scene_.verdict.Broken(7, "does not start within 20 s of a power cut");
  }

  // A stream that could not be opened is as its last process left it, with a torn tail perhaps;
  // nobody uses it.
  void LookAfterStart() {
    std::vector<StoredStream> stored = Stored();
    for (const Health::Problem& problem : process_.health().problems()) {
      if (problem.condition != "not_opened") continue;
      scene_.situations.Reached("a stream could not be opened");
      std::erase_if(stored, [&](const StoredStream& stream) {
        return problem.part == "stream " + stream.name;
      });
    }
    for (const StoredStream& stream : stored) TellOfLetters(stream);
    judges_.AfterStart(stored, Handled());
  }

  void TellOfLetters(const StoredStream& stream) {
    for (const StoredRun& run : stream.runs) {
      if (!run.letter.empty()) disk_.Found(run.first, run.letter);
    }
  }

  std::vector<StoredStream> Stored() const {
    std::vector<std::string> streams;
    streams.reserve(scene_.plan.streams.size() + 1);
    for (const Plan::Stream& stream : scene_.plan.streams) streams.push_back(stream.name);
    streams.emplace_back("dead-letters");
    return ReadJournal(disk_.medium(), kDataDirectory, streams);
  }

  HandledLetters Handled() const { return ReadHandledLetters(disk_.medium(), kDataDirectory); }

  Outcome Report() {
    Outcome outcome;
    outcome.broken = scene_.verdict.broken();
    outcome.invariant = scene_.verdict.invariant();
    outcome.what = scene_.verdict.what();
    outcome.last = scene_.trace.last();
    outcome.hash = scene_.trace.hash();
    outcome.lived = scene_.age();
    for (const auto& [name, times] : ProbeCounts()) scene_.situations.Reached(name, times);
    outcome.situations = scene_.situations.all();
    return outcome;
  }

  Scene scene_;
  Disk disk_;
  Network network_;
  Judges judges_;
  std::map<std::string, std::unique_ptr<Upstream>> upstreams_;
  Process process_;
  Fleet fleet_;
  Subscribers subscribers_;
  Weather weather_;
  Caretaker caretaker_;
};

}  // namespace

Outcome Live(const Plan& plan, bool prints) {
  SetLogLevel(LogLevel::kOff);
  return World(plan, prints).Live();
}

}  // namespace sluice::sim
