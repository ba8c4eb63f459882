#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/ring.h"
#include "broker/event_sink.h"
#include "journal/stream.h"

namespace sluice::ingest {

// The way into one stream: which topics feed it, and who waits until what it took may be
// acknowledged. Loop thread only.
class StreamInput final : public journal::StreamObserver {
 public:
  // 768 KiB of them.
  static constexpr size_t kMaxPendingAcks = 16 * 1024;

  // `stream` and `listener` outlive the input. `topics` are valid MQTT filters; none: only Append
  // feeds the stream. `max_pending_acks` may wait for a commit: where events are dropped they cost
  // the journal no memory, so nothing else bounds them while the disk hangs.
  StreamInput(journal::Stream* stream, std::vector<std::string> topics, const Clock& clock,
              Metrics& metrics, broker::EventSink::Listener& listener,
              size_t max_pending_acks = kMaxPendingAcks);
  ~StreamInput() override;
  StreamInput(const StreamInput&) = delete;
  StreamInput& operator=(const StreamInput&) = delete;

  journal::Stream& stream() { return *stream_; }
  bool Takes(std::string_view topic) const;

  // Whether one more message may wait; after a no Listener::OnSpace follows.
  bool HasRoom();
  // After something was appended: acknowledges when all of it may be. Remembers nothing of
  // those whom nobody has to tell (QoS 0).
  void AcknowledgeWhenSafe(const broker::AckHandle& ack);
  // The same for somebody who is no client.
  void CallWhenSafe(std::function<void()> committed);

  void CountRefusal(journal::AppendVerdict verdict);
  bool idle() const { return acks_.empty() && calls_.empty(); }
  uint64_t rejected() const { return rejected_.value(); }

 private:
  void OnAcknowledgeable(uint64_t offset) override;
  void OnCommitted(uint64_t) override {}
  void OnSpace() override { listener_.OnSpace(); }

  // A message whose events are appended and not acknowledgeable yet.
  struct PendingAck {
    uint64_t end_offset = 0;  // acknowledge when everything below may be
    broker::AckHandle ack;
    MonotonicTime accepted;
  };

  journal::Stream* const stream_;
  const std::vector<std::string> topics_;
  const size_t max_pending_acks_;
  const Clock& clock_;
  broker::EventSink::Listener& listener_;
  Ring<PendingAck> acks_;                                         // in the order of their offsets
  bool refused_ = false;                                          // by HasRoom
  std::deque<std::pair<uint64_t, std::function<void()>>> calls_;  // with the offset each waits for
  Counter& rejected_;
  Counter& busy_;
  Histogram& latency_;
};

}  // namespace sluice::ingest
