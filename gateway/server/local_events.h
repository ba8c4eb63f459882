#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/log_limit.h"
#include "base/metrics.h"
#include "broker/broker.h"
#include "journal/record.h"
#include "journal/stream.h"
#include "schema/event_view.h"

namespace sluice::server {

class LocalEventReader;

// Publishes committed events to local subscribers as CloudEvents JSON under
// `events/<device>/<type>`, and gaps under `events/<gateway>/sluice.gap.v1`: nobody sees an event
// whose offset a power cut may give to another one.
//
// It reads the streams as routes do, from the journal, but keeps no cursor: a subscriber gets what
// is committed while it is subscribed. Nothing is read while nobody listens to anything below
// `events`. Memory: one read for each stream, however far subscribers lag; what has left the stream
// before it was read is a gap, counted by sluice_local_events_skipped_total. What a subscriber does
// not take waits in its own queue with the broker, within that queue's bounds. Loop thread only.
class LocalEvents {
 public:
  // Of one read. Also how long the loop is kept: about 100 events.
  static constexpr size_t kReadBytes = 32 << 10;

  // Everything outlives this.
  LocalEvents(std::string gateway, broker::Broker& broker, const Clock& clock, Metrics& metrics);
  ~LocalEvents();
  LocalEvents(const LocalEvents&) = delete;
  LocalEvents& operator=(const LocalEvents&) = delete;

  // From what is committed next on. The stream outlives this. Not to be called from within an
  // observer of the stream, like the destructor.
  void Follow(journal::Stream* stream);
  // Everything that is committed has been published, or nobody listens.
  bool idle() const;

 private:
  friend class LocalEventReader;

  bool AnyoneListens() const { return broker_.AnyoneListensBelow("events"); }
  void Publish(const journal::Stream& stream, const journal::Record& record);
  void PublishEvent(ByteSpan event);
  void PublishGap(const journal::Stream& stream, const journal::Record& record);
  bool NameTopic(std::string_view device, std::string_view type);
  void Send(MonotonicTime now);

  const std::string gateway_;
  broker::Broker& broker_;
  const Clock& clock_;
  std::vector<std::unique_ptr<LocalEventReader>> readers_;
  schema::EventView view_;
  std::string topic_;
  std::string json_;
  LogLimit log_limit_;
  Counter& published_;
  Counter& skipped_;
  Counter& unreadable_;
};

}  // namespace sluice::server
