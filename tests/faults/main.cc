// Lives of a journal, cut off at any operation and judged from outside. A life has several streams,
// publishers, an uplink, dead letters, evictions, dropped events, rolls and orderly restarts; each
// end of it is opened, judged, lived on from, judged and cut off once more. A seed is a history.
// With --damage a life ends by SIGKILL and one of its files is damaged: then events may be gone,
// but only into gaps that say so, and no id may come again. (A power cut together with damage to
// the last segment may cost what the floor did not know yet; see FORMAT.md.)

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "base/log.h"
#include "faults/judge.h"
#include "faults/media_damage.h"

namespace sluice::faults {
namespace {

struct Settings {
  uint64_t seed = 1;
  uint64_t states = 600;
  bool damage = false;
  bool lie = false;
  bool verbose = false;
};

struct Totals {
  uint64_t states = 0;
  uint64_t failed = 0;
  uint64_t lives = 0;
  uint64_t operations = 0;
  Judge::Met met;

  void Add(const Judge::Met& more) {
    met.stored += more.stored;
    met.evicted += more.evicted;
    met.dropped += more.dropped;
    met.damaged += more.damaged;
  }
  // What has to happen in so many states; otherwise the lives have become too dull to tell.
  bool saw_enough() const {
    return states < 100 || (met.stored > 0 && met.evicted > 0 && met.dropped > 0);
  }
};

constexpr int kStepsOfLife = 900;
constexpr int kStatesOfLife = 20;
constexpr int kStepsAfterwards = 40;

// One disk that a power cut left, and the world's memory of it.
struct State {
  Disk disk;
  Ledger ledger;
};

State CutOff(const RecordingEnv& env, const Ledger& ledger, bool killed, Random& random) {
  const size_t point = random.Below(env.log().size() + 1);
  State state{killed ? KillAt(env.start(), env.log(), point)
                     : CrashAt(env.start(), env.log(), point, random),
              {}};
  for (const StreamLedger& stream : ledger) state.ledger.push_back(stream.At(point));
  return state;
}

class Trial {
 public:
  Trial(const Settings& settings, Totals* totals) : settings_(settings), totals_(*totals) {}

  // One life, cut off many times; each end is lived on from and cut off again.
  void Run(uint64_t seed) {
    seed_ = seed;
    Random random(seed);
    RecordingEnv env(StartDisk());
    if (settings_.lie) env.LieAboutSyncs();
    Ledger ledger = NewLedger();
    Life life(env, &ledger, random.Next());
    const Status opened = life.Open();
    SLUICE_CHECK(opened.ok());
    life.Live(kStepsOfLife);
    if (!life.complaint().empty()) Fail("while it lived: " + life.complaint());
    ++totals_.lives;
    totals_.operations += env.log().size();
    for (int i = 0; i < kStatesOfLife && totals_.states < settings_.states; ++i) {
      state_ = i;
      GoOn(CutOff(env, ledger, settings_.damage, random), random, true);
    }
  }

 private:
  // The data directory is there, and durable.
  static Disk StartDisk() {
    RecordingEnv env(EmptyDisk());
    SLUICE_CHECK(env.CreateDirectories(kDataDirectory).ok());
    return env.disk();
  }

  void GoOn(State state, Random& random, bool once_more) {
    ++totals_.states;
    std::string damage;
    std::vector<std::pair<Inode, uint64_t>> lost_pages, short_reads;
    if (settings_.damage && once_more) {
      damage = DamageOneFile(kDataDirectory, &state.disk, random, &lost_pages, &short_reads);
    }
    RecordingEnv env(std::move(state.disk));
    for (const auto& [inode, page] : lost_pages) env.LosePage(inode, page);
    for (const auto& [inode, bytes] : short_reads) env.ReadShort(inode, bytes);
    Life life(env, &state.ledger, random.Next());
    const std::string wrong = Examine(&life, &state.ledger);
    if (!wrong.empty()) return Fail(damage.empty() ? wrong : damage + ": " + wrong);
    if (once_more) GoOn(CutOff(env, state.ledger, false, random), random, false);
  }

  // Opens, is judged, lives on, and is judged again.
  std::string Examine(Life* life, Ledger* ledger) {
    const Status opened = life->Open();
    if (!opened.ok()) return "does not start: " + opened.ToString();
    Judge judge(settings_.damage);
    std::string wrong = judge.Examine(life, ledger);
    if (!wrong.empty()) return wrong;
    life->Live(kStepsAfterwards);
    std::vector<size_t> before;
    for (const StreamLedger& stream : *ledger) before.push_back(stream.events.size());
    life->AppendToEach();
    for (size_t i = 0; i < before.size(); ++i) {
      const StreamLedger& stream = (*ledger)[i];
      if (stream.events.size() == before[i]) return stream.name + ": takes nothing any more";
      if (stream.now().told != stream.events.size()) return stream.name + ": commits nothing";
    }
    if (wrong.empty()) wrong = life->complaint();
    if (wrong.empty()) wrong = judge.Examine(life, ledger);
    totals_.Add(judge.met());
    return wrong.empty() ? wrong : "having lived on: " + wrong;
  }

  void Fail(const std::string& why) {
    ++totals_.failed;
    if (totals_.failed <= 10 || settings_.verbose) {
      fmt::print("seed {} state {}: {}\n", seed_, state_, why);
    }
  }

  const Settings& settings_;
  Totals& totals_;
  uint64_t seed_ = 0;
  int state_ = 0;
};

int Main(int argc, char** argv) {
  Settings settings;
  CLI::App app("Crash states and bad media, judged from outside");
  app.add_option("--seed", settings.seed, "the first life's");
  app.add_option("--states", settings.states, "how many to judge");
  app.add_flag("--damage", settings.damage, "SIGKILL instead, and damage one file");
  app.add_flag("--lie", settings.lie, "syncs do nothing: losses must be found");
  app.add_flag("--verbose", settings.verbose, "print every failure");
  CLI11_PARSE(app, argc, argv);
  SetLogLevel(LogLevel::kOff);
  Totals totals;
  Trial trial(settings, &totals);
  for (uint64_t seed = settings.seed; totals.states < settings.states; ++seed) trial.Run(seed);
  fmt::print(
      "{} states of {} lives with {} operations; met {} events, {} evicted, {} dropped, {} "
      "damaged; {} states wrong\n",
      totals.states, totals.lives, totals.operations, totals.met.stored, totals.met.evicted,
      totals.met.dropped, totals.met.damaged, totals.failed);
  return totals.failed == 0 && totals.saw_enough() ? 0 : 1;
}

}  // namespace
}  // namespace sluice::faults

int main(int argc, char** argv) { return sluice::faults::Main(argc, argv); }
