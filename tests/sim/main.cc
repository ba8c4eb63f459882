// Lives seeds, each a history of the whole gateway in a simulated field, and says which broke a
// promise.
#include <fmt/format.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "sim/plan.h"
#include "sim/report.h"
#include "sim/shrink.h"
#include "sim/world.h"

namespace sluice::sim {
namespace {

struct Settings {
  uint64_t seeds = 100;
  std::optional<uint64_t> seed;
  double hours = 0.1;
  std::optional<std::string> only;
  std::optional<size_t> devices, hubs, subscribers;
  bool no_calm = false;
  bool twice = false;
  bool trace = false;
  bool situations = false;
  bool no_shrink = false;
  std::optional<bool> tls;
};

// "cuts,kill": none but these, of those that the seed has drawn.
TroubleSet TroublesNamed(const std::string& names) {
  TroubleSet set;
  for (size_t begin = 0; begin < names.size();) {
    const size_t end = std::min(names.find(',', begin), names.size());
    const auto trouble = TroubleNamed(names.substr(begin, end - begin));
    if (!trouble) {
      fmt::print(stderr, "there is no trouble '{}'\n", names.substr(begin, end - begin));
      std::exit(2);
    }
    set.set(static_cast<size_t>(*trouble));
    begin = end + 1;
  }
  return set;
}

Plan PlanFor(uint64_t seed, const Settings& settings) {
  Plan plan = Draw(seed);
  plan.length = std::chrono::nanoseconds(static_cast<int64_t>(settings.hours * 3600e9));
  if (settings.only) plan.troubles = TroublesNamed(*settings.only);
  if (settings.devices) plan.devices = *settings.devices;
  if (settings.hubs) plan.hubs = *settings.hubs;
  if (settings.subscribers) plan.subscribers = *settings.subscribers;
  if (settings.no_calm) plan.calms_down = false;
  if (settings.tls) plan.tls = *settings.tls;
  return plan;
}

void PrintOutcome(const Outcome& outcome) {
  for (const std::string& line : outcome.last) fmt::print("{}\n", line);
  fmt::print("broken: invariant {}: {}\n", outcome.invariant, outcome.what);
}

void Complain(const Plan& plan, const Outcome& outcome, const Settings& settings) {
  fmt::print("\nseed {}: invariant {}: {}\n", plan.seed, outcome.invariant, outcome.what);
  if (settings.no_shrink) return PrintOutcome(outcome);
  const Plan smaller = Shrink(plan, outcome);
  PrintOutcome(Live(smaller));
  fmt::print("replay: {}\n", CommandFor(smaller));
}

double CpuSeconds() { return static_cast<double>(clock()) / CLOCKS_PER_SEC; }

int Main(int argc, char** argv) {
  Settings settings;
  CLI::App app("The gateway in a simulated field: each seed is one history, the same every time");
  app.add_option("--seeds", settings.seeds, "how many");
  app.add_option("--seed", settings.seed, "the first; without it a fresh one, and alone just this");
  app.add_option("--hours", settings.hours, "simulated hours of trouble in each");
  app.add_option("--only", settings.only, "no trouble but these, separated by commas");
  app.add_option("--devices", settings.devices, "instead of what the seed draws");
  app.add_option("--hubs", settings.hubs, "likewise");
  app.add_option("--subscribers", settings.subscribers, "likewise");
  app.add_flag("--no-calm", settings.no_calm, "end in the middle of trouble");
  app.add_option("--tls", settings.tls, "whether connections are encrypted, likewise");
  app.add_flag("--twice", settings.twice, "live each seed twice: both must be the same history");
  app.add_flag("--trace", settings.trace, "print what happens");
  app.add_flag("--situations", settings.situations, "print how many seeds reached what is rare");
  app.add_flag("--no-shrink", settings.no_shrink, "print broken seeds as they are");
  CLI11_PARSE(app, argc, argv);
  if (settings.seed && app.count("--seeds") == 0) settings.seeds = 1;
  const uint64_t first = settings.seed ? *settings.seed : std::random_device()() % 1'000'000'000;
  fmt::print("simulate: seeds {} to {}\n", first, first + settings.seeds - 1);

  Report report;
  uint64_t broken = 0;
  double hours = 0;
  for (uint64_t seed = first; seed < first + settings.seeds; ++seed) {
    const Plan plan = PlanFor(seed, settings);
    Outcome outcome = Live(plan, settings.trace);
    if (settings.twice && Live(plan, settings.trace).hash != outcome.hash) {
      outcome.broken = true;
      outcome.what = "the same seed gives two histories";
    }
    report.Add(outcome);
    hours += std::chrono::duration<double, std::ratio<3600>>(outcome.lived).count();
    if (!outcome.broken) continue;
    ++broken;
    Complain(plan, outcome, settings);
  }
  report.Print(settings.situations);
  fmt::print("{:.0f} simulated hours in an hour of CPU, {:.0f} seeds in a minute\n",
             hours * 3600 / CpuSeconds(), static_cast<double>(settings.seeds) * 60 / CpuSeconds());
  fmt::print("simulate: {} seeds, {:.1f} simulated hours, {} broken\n", settings.seeds, hours,
             broken);
  return broken == 0 ? 0 : 1;
}

}  // namespace
}  // namespace sluice::sim

int main(int argc, char** argv) { return sluice::sim::Main(argc, argv); }
