#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "base/scheduler.h"
#include "base/status.h"
#include "forward/route.h"
#include "journal/journal.h"

namespace sluice::app {

// What somebody wants to have sent once more.
struct ReplayRequest {
  std::string route;
  std::variant<uint64_t, WallTime> from = {};  // an offset, or what was stored then or later
  bool dry_run = false;                        // only say how much it would be
};

// How far that is.
struct ReplayReport {
  uint64_t number = 0;  // since the start; 0: there was none
  bool running = false;
  std::string failed = {};  // why it was not done
  std::string stream = {};
  uint64_t from = 0;                    // the first offset that is sent again
  uint64_t to = 0;                      // the one before which it ends: where the route was
  std::optional<WallTime> oldest = {};  // when the first of them was stored
};

// Sets routes back, as `sluice replay` asks for: finds the offset, tells the route, and waits until
// it has gone back and that is on the disk. One at a time. Loop thread.
class RouteReplay {
 public:
  // The route of that name and its stream; null: there is none.
  using RouteFinder = std::function<forward::Route*(const std::string& name)>;
  // A route that cannot go back for so long has an uplink that answers nothing.
  static constexpr Duration kPatience = std::chrono::seconds(60);

  // All outlive it.
  RouteReplay(journal::Journal& journal, Scheduler& scheduler, RouteFinder find);

  // The number of what is begun. kNotFound for no route, kUnavailable while another is under way.
  Result<uint64_t> Begin(const ReplayRequest& request);
  const ReplayReport& report() const { return report_; }

 private:
  void Find();
  void LookAt(uint64_t offset);
  void OnRead(const journal::ReadResult& result);
  void GoBack();
  void Wait();
  void End(std::string failed = {});

  journal::Journal& journal_;
  Scheduler& scheduler_;
  const RouteFinder find_;
  ReplayRequest request_;
  ReplayReport report_;
  journal::Stream* stream_ = nullptr;
  journal::Cursor* cursor_ = nullptr;
  forward::Route* route_ = nullptr;
  bool finding_ = false;
  std::unique_ptr<journal::Reader> reader_;
  MonotonicTime deadline_{};
  Timer timer_;
  void (RouteReplay::*step_)() = nullptr;  // of the timer
};

}  // namespace sluice::app
