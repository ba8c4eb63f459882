#include "sim/weather.h"

#include <chrono>

namespace sluice::sim {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Weather::Weather(Scene& scene, Process& process, Witness& witness)
    : scene_(scene),
      process_(process),
      witness_(witness),
      random_(scene.RandomFor("weather")),
      whims_(scene, random_) {}

void Weather::Begin() {
  if (scene_.Has(Trouble::kClock1970)) scene_.clock.SetWall(WallTime(seconds(90)));
  whims_.Add(Trouble::kKill, seconds(60), [this] { process_.End(Witness::End::kKill, Off()); });
  whims_.Add(Trouble::kPowerCut, seconds(60),
             [this] { process_.End(Witness::End::kPowerCut, Off()); });
  whims_.Add(Trouble::kMidway, seconds(40), [this] {
    process_.EndMidway(random_.Below(2) == 0 ? Witness::End::kKill : Witness::End::kPowerCut,
                       Off());
  });
  whims_.Add(Trouble::kStop, seconds(80), [this] { process_.Restart(); });
  whims_.Add(Trouble::kPause, seconds(40),
             [this] { process_.Pause(Between(random_, milliseconds(10), seconds(20))); });
  whims_.Add(Trouble::kClockJumps, seconds(60), [this] { Jump(); });
  whims_.Add(Trouble::kClockWild, seconds(2), [this] {
    scene_.clock.SetWall(scene_.clock.WallNow() + Between(random_, -seconds(5), seconds(9)));
  });
  whims_.Add(Trouble::kReplays, seconds(25), [this] { Replay(); });
}

void Weather::Mend() { scene_.clock.SetWall(scene_.RightTime()); }

Duration Weather::Off() {
  return random_.Below(4) == 0 ? Between(random_, seconds(10), minutes(2))
                               : Between(random_, milliseconds(1), seconds(3));
}

// From anywhere that is still stored.
void Weather::Replay() {
  if (!process_.up() || process_.paused()) return;
  const auto& plan = scene_.plan.routes[random_.Below(scene_.plan.routes.size())];
  forward::Route* const route = process_.gateway().route(plan.name);
  const journal::Stream* const stream = process_.gateway().journal().stream(plan.from);
  if (route == nullptr || stream == nullptr) return;
  const uint64_t first = stream->status().first_offset, cursor = route->books().Cursor();
  if (first >= cursor) return;
  const uint64_t from = first + random_.Below(cursor - first);
  scene_.trace.Note("replay: {} from {}", plan.name, from);
  witness_.OnReplay(plan.name, from);
  route->ReplayFrom(from);
}

void Weather::Jump() {
  const Duration range = random_.Below(2) == 0 ? Duration(minutes(5)) : Duration(hours(24 * 400));
  scene_.trace.Note("clock: jumps");
  scene_.clock.SetWall(scene_.clock.WallNow() + Between(random_, -range, range));
}

}  // namespace sluice::sim
