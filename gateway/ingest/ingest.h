#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/lifetime.h"
#include "base/log_limit.h"
#include "base/metrics.h"
#include "base/status.h"
#include "broker/access_control.h"
#include "broker/event_sink.h"
#include "forward/dead_letter_sink.h"
#include "ingest/device_state_metrics.h"
#include "ingest/silence_watch.h"
#include "ingest/speakers.h"
#include "ingest/stream_input.h"
#include "journal/journal.h"
#include "normalise/normaliser.h"
#include "schema/event_builder.h"

namespace sluice::ingest {

struct StreamSpec {
  std::string name;
  std::vector<std::string> topics;
};

struct IngestOptions {
  std::string gateway;
  std::vector<StreamSpec> streams;
  std::string dead_letter_stream;  // empty when there is no stream
  // Messages of each stream that may wait for their commit, 48 bytes each. Stops clients, where
  // events are dropped and cost no memory, from filling it while the disk hangs.
  size_t max_pending_acks = StreamInput::kMaxPendingAcks;
};

// Where messages become events: publish → profile → events → journal, and word of them once they
// may be acknowledged. What cannot become an event goes to the dead-letter stream, and is
// acknowledged when it is kept there. Loop thread only; allocates nothing per message in steady
// state.
class Ingest final : public broker::EventSink,
                     public forward::DeadLetterSink,
                     private broker::EventSink::Listener {
 public:
  // Events of this size the dead-letter stream must take: a letter's topic, names and reason
  // without any of the payload.
  static constexpr size_t kMinDeadLetterBytes = 4096;

  // Everything outlives the ingest.
  struct Parts {
    journal::Journal& journal;  // has the streams of the options
    normalise::Normaliser& normaliser;
    const broker::AccessControl& access;  // says who may speak for which device
    const Clock& clock;
    Executor& executor;
    Metrics& metrics;
  };

  // Fails when the dead-letter stream takes no events of kMinDeadLetterBytes.
  static Result<std::unique_ptr<Ingest>> Create(IngestOptions options, const Parts& parts);

  void SetListener(broker::EventSink::Listener* listener) override { listener_ = listener; }
  // A message feeds the first stream that takes its topic.
  broker::Verdict Accept(const broker::InboundPublish& message,
                         const broker::AckHandle& ack) override;
  // For events that an uplink refused for good. A dead letter that is refused itself is only
  // counted: it would make another one, and that the next, for ever.
  bool Store(const forward::DeadLetter& letter, std::function<void()> stored) override;

  // Publishes what a decoder asks of a device; called from the executor, not from within Accept.
  // Null, the default: nobody is asked.
  using Ask = std::function<void(const decode::Request&)>;
  void SetAsk(Ask ask) { ask_ = std::move(ask); }

  // Is told of devices whose profile says how long they may be silent. Null, the default: nobody
  // is.
  void SetSilenceWatch(SilenceWatch* watch) { silence_ = watch; }

  // The stream that takes messages of `topic`; null: none.
  journal::Stream* StreamFor(std::string_view topic);

  // Messages that became dead letters, and the last of them in words.
  uint64_t dead_letters() const { return dead_letter_count_; }
  const std::string& last_dead_letter() const { return last_dead_letter_; }
  bool idle() const override;

 private:
  Ingest(IngestOptions options, const Parts& parts);
  std::unique_ptr<StreamInput> NewInput(const std::string& stream, std::vector<std::string> topics);
  // broker::EventSink::Listener, of the inputs
  void OnAcknowledgeable(const broker::AckHandle& ack) override;
  void OnSpace() override;

  StreamInput* InputFor(std::string_view topic);
  broker::Verdict AppendEvents(StreamInput* input, const normalise::Message& message,
                               const broker::AckHandle& ack);
  broker::Verdict AppendDeadLetter(const normalise::Message& message, const broker::AckHandle& ack);
  void CountDeadLetter(const normalise::Message& message);
  broker::Verdict Refused(StreamInput* input, journal::AppendVerdict verdict);
  void AskDevice();
  void NoteHeard(StreamInput* input);

  const IngestOptions options_;
  const Parts parts_;
  const Speakers speakers_;
  std::vector<std::unique_ptr<StreamInput>> streams_;
  std::unique_ptr<StreamInput> dead_letters_;  // null when there is no stream at all
  broker::EventSink::Listener* listener_ = nullptr;
  normalise::EventList events_;
  normalise::Rejection rejection_;
  schema::EventBuilder dead_letter_builder_;
  std::vector<ByteSpan> spans_;
  Counter& messages_;
  Counter& ignored_;
  std::array<Counter*, schema::kRejectionReasons> dead_letter_counters_;
  std::array<LogLimit, schema::kRejectionReasons> log_limits_;
  uint64_t dead_letter_count_ = 0;
  std::string last_dead_letter_;  // of those that were logged
  Counter& refused_letters_;
  DeviceStateMetrics device_state_;
  Ask ask_;
  SilenceWatch* silence_ = nullptr;
  Lifetime lifetime_;
};

}  // namespace sluice::ingest
