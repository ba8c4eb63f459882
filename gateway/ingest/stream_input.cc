#include "ingest/stream_input.h"

#include <algorithm>
#include <utility>

#include "base/label.h"
#include "codec/topic_match.h"

namespace sluice::ingest {

StreamInput::StreamInput(journal::Stream* stream, std::vector<std::string> topics,
                         const Clock& clock, Metrics& metrics,
                         broker::EventSink::Listener& listener, size_t max_pending_acks)
    : stream_(stream),
      topics_(std::move(topics)),
      max_pending_acks_(max_pending_acks),
      clock_(clock),
      listener_(listener),
      rejected_(metrics.AddCounter("sluice_stream_rejected_total",
                                   "Messages refused because the stream was full.",
                                   Label("stream", stream->name()))),
      busy_(
          metrics.AddCounter("sluice_stream_busy_total",
                             "Times that a message had to wait for memory for uncommitted events.",
                             Label("stream", stream->name()))),
      latency_(metrics.AddHistogram("sluice_acknowledge_seconds",
                                    "From taking a message to its events being acknowledgeable.",
                                    Label("stream", stream->name()))) {
  stream_->AddObserver(this);
}

StreamInput::~StreamInput() { stream_->RemoveObserver(this); }

bool StreamInput::Takes(std::string_view topic) const {
  return std::any_of(topics_.begin(), topics_.end(),
                     [&](const std::string& filter) { return codec::Matches(filter, topic); });
}

bool StreamInput::HasRoom() {
  if (acks_.size() < max_pending_acks_) return true;
  refused_ = true;
  return false;
}

void StreamInput::AcknowledgeWhenSafe(const broker::AckHandle& ack) {
  if (ack.connection.serial == 0) return;
  acks_.Push({stream_->next_offset(), ack, clock_.Now()});
}

void StreamInput::CallWhenSafe(std::function<void()> committed) {
  calls_.emplace_back(stream_->next_offset(), std::move(committed));
}

void StreamInput::CountRefusal(journal::AppendVerdict verdict) {
  (verdict == journal::AppendVerdict::kBusy ? busy_ : rejected_).Add();
}

void StreamInput::OnAcknowledgeable(uint64_t offset) {
  const MonotonicTime now = clock_.Now();
  while (!acks_.empty() && acks_.front().end_offset <= offset) {
    const PendingAck pending = acks_.front();
    acks_.Pop();
    latency_.Observe(now - pending.accepted);
    listener_.OnAcknowledgeable(pending.ack);
  }
  while (!calls_.empty() && calls_.front().first <= offset) {
    const std::function<void()> call = std::move(calls_.front().second);
    calls_.pop_front();
    call();
  }
  if (std::exchange(refused_, false)) listener_.OnSpace();
}

}  // namespace sluice::ingest
