#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/keyed_hash.h"
#include "base/log_limit.h"
#include "base/metrics.h"
#include "base/scheduler.h"
#include "journal/stream.h"
#include "schema/event_builder.h"

namespace sluice::ingest {

struct SilenceOptions {
  std::string gateway;
  // Devices that are watched, about 300 bytes each. Stops a hub that may speak for all from
  // inventing names. At so many the one that has been silent for longest makes room; while none is
  // silent, newcomers are not watched (sluice_silence_unwatched_total).
  size_t max_devices = 10'000;
};

// Notices devices that are silent for longer than their profile allows, and that they are back: an
// event each, device.silent.v1 and device.back.v1, in the stream that their events go to. In memory
// only: after a start a device is watched from its first message on.
//
// Each profile has one period, so its devices stand in the order in which they fall silent: a
// message costs a look-up, and the timer looks at those only whose time has come, kMostAtOnce a
// turn. An event that finds no room in its stream is tried again. Loop thread only.
class SilenceWatch {
 public:
  static constexpr Duration kInterval = std::chrono::seconds(1);
  static constexpr size_t kMostAtOnce = 100;

  // Everything outlives this; so do the streams that Heard is given.
  struct Parts {
    Scheduler& scheduler;
    const Clock& clock;
    Metrics& metrics;
  };
  SilenceWatch(SilenceOptions options, const Parts& parts);
  SilenceWatch(const SilenceWatch&) = delete;
  SilenceWatch& operator=(const SilenceWatch&) = delete;

  // The device has sent something that became events of the stream. `allowed`: that of the profile,
  // always the same, above 0.
  void Heard(journal::Stream& stream, std::string_view profile, Duration allowed,
             std::string_view device);

  // Makes no events any more.
  void Stop();

  size_t watched() const { return devices_; }
  size_t silent() const { return silent_.size(); }
  struct Silent {
    std::string_view device;
    std::string_view profile;
    Duration for_long;
  };
  // Those that have been silent for longest first; views until the next call of anything else.
  std::vector<Silent> LongestSilent(size_t most) const;

 private:
  struct Profile;
  struct Entry {
    std::string device;
    Profile* profile;
    journal::Stream* stream;
    MonotonicTime heard;
    WallTime heard_wall;
    bool is_silent = false;
    bool owes_back = false;  // the event that it is back found no room yet
    Duration silence{};      // with owes_back
  };
  using Entries = std::list<Entry>;
  struct Profile {
    std::string name;
    Duration allowed;
    Entries awake;  // the one that was heard longest ago first
    std::unordered_map<std::string, Entries::iterator, KeyedHash, std::equal_to<>> index;
  };

  Profile& ProfileOf(std::string_view name, Duration allowed);
  bool MakeRoom();
  void Watch(journal::Stream& stream, Profile& profile, std::string_view device);
  void Wake(Profile& profile, Entries::iterator entry);
  void Tick();
  bool TakeOverdue(Profile& profile);
  bool FlushOwed();
  bool Tell(const Entry& entry, std::string_view type, schema::Severity severity, Duration silence);
  void StartTimer(Duration after);
  void ArmFor(const Profile& profile);
  void Arm();
  void Count();

  const SilenceOptions options_;
  const Parts parts_;
  std::map<std::string, Profile, std::less<>> profiles_;  // as many as the configuration has
  Entries silent_;                                        // in the order in which they fell silent
  std::list<Entry*> owed_;
  size_t devices_ = 0;
  bool stopped_ = false;
  schema::EventBuilder builder_;
  LogLimit log_limit_;
  Gauge& watched_gauge_;
  Gauge& silent_gauge_;
  Counter& fell_silent_;
  Counter& unwatched_;
  MonotonicTime due_{};  // when the timer fires
  Timer timer_;
};

}  // namespace sluice::ingest
