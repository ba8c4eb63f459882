#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/clock_trust.h"
#include "base/lifetime.h"
#include "base/metrics.h"
#include "base/scheduler.h"
#include "base/status.h"
#include "broker/broker.h"
#include "broker/state_sink.h"
#include "state/store.h"

namespace sluice::server {

struct SavedStateOptions {
  // How long a change waits for others to be written with it, so that a value that changes all the
  // time does not wear out the flash.
  Duration linger = std::chrono::seconds(1);
  // What one transaction may hold; a larger message goes alone. Stops the state from taking as much
  // memory again as the broker's.
  size_t max_batch_bytes = 64 << 10;
};

// Between the broker, which knows what has changed, and the store, which writes it: takes the
// former's changes a batch at a time, when they have waited for `linger` and the latter has written
// the batch before. Loop thread only.
class SavedState final : private broker::StateSink {
 public:
  // Everything outlives it.
  struct Parts {
    Scheduler& scheduler;
    broker::Broker& broker;
    state::Store& store;
    const Clock& clock;
    const ClockTrust& trust;
    Metrics& metrics;
  };

  // Gives the broker what is stored; before anybody is served.
  SavedState(const SavedStateOptions& options, const Parts& parts);
  ~SavedState() override;

  // Nothing waits and nothing is on its way.
  bool idle() const { return parts_.store.idle() && !parts_.broker.has_retained_waiting(); }

  // The orderly end, when the scheduler runs no more: writes what waits, and returns when it is
  // written or can't be. The broker's changes are nobody's afterwards.
  Status Close();

 private:
  void Restore();
  void Restore(const state::RetainedRow& row);
  std::optional<WallTime> Wall() const;
  void WriteSoon();
  void WriteNext();
  // `goes_on`: the next batch follows at once.
  void Write(state::Batch batch, bool goes_on);
  state::Batch Collect();
  // broker::StateSink
  void OnRetainedWaits() override { WriteSoon(); }
  bool has_room() const override { return batch_.bytes() < options_.max_batch_bytes; }
  void RetainedChanged(const broker::RetainedRecord& record) override;
  void RetainedRemoved(std::string_view topic) override;

  const SavedStateOptions options_;
  const Parts parts_;
  std::array<Counter*, 4> read_{};  // by broker::Broker::Restored
  state::Batch batch_;              // that is being collected
  Timer linger_;
  bool closed_ = false;
};

}  // namespace sluice::server
