#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/executor.h"
#include "base/log_limit.h"
#include "base/metrics.h"
#include "broker/event_sink.h"
#include "forward/dead_letter_sink.h"
#include "normalise/normaliser.h"
#include "schema/event_builder.h"
#include "server/intake.h"

namespace sluice::server {

// Where messages become events: publish → profile → events → journal, and the acknowledgement once
// they are committed. What cannot become an event goes to the dead-letter stream and is
// acknowledged when it is committed there. Loop thread only; allocates nothing per message in
// steady state.
class Ingest final : public broker::EventSink, public forward::DeadLetterSink {
 public:
  // Events of this size the dead-letter stream must take: a letter's topic, names and reason
  // without any of the payload.
  static constexpr size_t kMinDeadLetterBytes = 4096;

  // Everything outlives the ingest. `dead_letters` may be null when there is no stream at all.
  // `speakers` says who may speak for which device; what is foreign becomes a dead letter.
  Ingest(std::string gateway, normalise::Normaliser* normaliser,
         std::vector<std::unique_ptr<Intake>> streams, std::unique_ptr<Intake> dead_letters,
         const normalise::SpeakerRules* speakers, const Clock& clock, Executor& executor,
         Metrics& metrics);

  // A message feeds the first stream that takes its topic.
  broker::Verdict Accept(const broker::InboundPublish& message,
                         const broker::AckHandle& ack) override;
  // For events that an uplink refused for good. A dead letter that is refused itself is only
  // counted: it would make another one, and that the next, for ever.
  bool Store(const forward::DeadLetter& letter, std::function<void()> stored) override;

  // Messages that became dead letters, and the last of them in words.
  uint64_t dead_letters() const { return dead_letter_count_; }
  const std::string& last_dead_letter() const { return last_dead_letter_; }
  // Nobody waits for a commit.
  bool idle() const;

 private:
  Intake* IntakeFor(std::string_view topic);
  broker::Verdict AppendEvents(Intake* intake, const normalise::Message& message,
                               const broker::AckHandle& ack);
  broker::Verdict AppendDeadLetter(const normalise::Message& message, const broker::AckHandle& ack);
  void CountDeadLetter(const normalise::Message& message);
  broker::Verdict Refused(Intake* intake, journal::AppendVerdict verdict);

  const std::string gateway_;
  normalise::Normaliser* const normaliser_;
  const std::vector<std::unique_ptr<Intake>> streams_;
  const std::unique_ptr<Intake> dead_letters_;
  const normalise::SpeakerRules* const speakers_;
  const Clock& clock_;
  Executor& executor_;
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
};

}  // namespace sluice::server
