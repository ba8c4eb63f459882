#pragma once

#include <optional>
#include <vector>

#include "app/pace.h"
#include "base/clock.h"
#include "base/scheduler.h"
#include "journal/journal.h"

namespace sluice::app {

// How fast streams take events, grow and are emptied by their routes. Loop thread.
class StreamPaces {
 public:
  // Both outlive it.
  StreamPaces(Scheduler& scheduler, const journal::Journal& journal);

  // Of a stream of the journal, per second; nothing in the first ten seconds.
  std::optional<double> Accepted(const journal::Stream& stream) const;
  std::optional<double> Grown(const journal::Stream& stream) const;  // bytes
  std::optional<double> Passed(const journal::Stream& stream, const journal::Cursor& cursor) const;

 private:
  struct Entry {
    const journal::Stream* stream;
    Pace accepted, stored_bytes;
    std::vector<Pace> passed;  // by cursor, in the stream's order
  };
  void Note();
  const Entry& Of(const journal::Stream& stream) const;

  Scheduler& scheduler_;
  std::vector<Entry> entries_;
  Timer timer_;
};

}  // namespace sluice::app
