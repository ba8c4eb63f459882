#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "forward/uplink.h"
#include "sim/scene.h"
#include "sim/whims.h"
#include "sim/witness.h"

namespace sluice::sim {

class UpstreamLink;

// What an uplink leads to: a broker with a character, which outlives the gateway's processes. It
// takes messages in their order and answers after a while; which troubles it has the seed has
// drawn. It tells the witness what arrives and what it says. One thread.
class Upstream {
 public:
  Upstream(Scene& scene, std::string name, Witness& witness);
  ~Upstream();
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  // The gateway's end for one process, on whose scheduler its listener is told; gone when that
  // ends.
  std::unique_ptr<forward::Uplink> NewUplink(Scheduler* process);
  // Whatever is broken is well again; what it refuses for good it goes on to refuse.
  void Mend();

 private:
  friend class UpstreamLink;
  struct Character {
    forward::UplinkLimits limits;
    Duration answers_after{};      // at most
    uint32_t refuses_every = 0;    // tokens that divide by it, for good; 0: none
    uint32_t closes_at_every = 0;  // likewise
    bool breaks_rules = false;     // there, instead of ending the connection, now and then
  };
  enum class Said : uint8_t {
    kTaken,
    kTakenAndLost,
    kNothing,
    kRefused,
    kBusy,
    kCloses,
    kBreaksRules
  };

  void Draw();
  bool reachable() const { return scene_.clock.Now() >= unreachable_until_; }
  void BeUnreachable(Duration duration);
  bool turns_away() const { return scene_.clock.Now() < turns_away_until_; }
  void BeginEpisodes();
  Said Judge(const std::vector<Entry>& entries);

  Scene& scene_;
  const std::string name_;
  Witness& witness_;
  Random random_;
  Whims whims_;
  Character character_;
  uint64_t connections_ = 0;      // attempts at one
  UpstreamLink* link_ = nullptr;  // of the process that lives; null: none
  MonotonicTime unreachable_until_{};
  MonotonicTime silent_until_{};
  MonotonicTime turns_away_until_{};
};

}  // namespace sluice::sim
