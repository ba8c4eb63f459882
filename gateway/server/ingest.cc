#include "server/ingest.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "server/refused_event.h"

namespace sluice::server {
namespace {

// W3C trace context has 55 characters; later versions may add some. What is longer is none, and
// would make events as large as the peer likes.
constexpr size_t kMaxTraceparentBytes = 128;

// MQTT 5 user property by which W3C trace context travels.
std::string_view TraceparentOf(const codec::Publish& publish) {
  for (const auto& property : publish.properties.user_properties) {
    if (property.name == "traceparent" && property.value.size() <= kMaxTraceparentBytes) {
      return property.value;
    }
  }
  return {};
}

// Builds a letter that fits its stream: `build` gets the most bytes of the payload to keep and
// returns the letter. The rest of a letter is bounded; see Ingest::kMinDeadLetterBytes.
template <typename Build>
ByteSpan BuildWithin(size_t max_letter_bytes, size_t payload_bytes, Build build) {
  const ByteSpan whole = build(payload_bytes);
  if (whole.size() <= max_letter_bytes) return whole;
  constexpr size_t kNoteBytes = 128;  // what says that something was cut
  const size_t excess = whole.size() - max_letter_bytes + kNoteBytes;
  return build(payload_bytes > excess ? payload_bytes - excess : 0);
}

std::array<Counter*, schema::kRejectionReasons> DeadLetterCounters(Metrics& metrics) {
  std::array<Counter*, schema::kRejectionReasons> counters{};
  for (size_t i = 0; i < counters.size(); ++i) {
    const auto name = schema::DeadLetterReasonName(static_cast<normalise::Reason>(i));
    counters[i] = &metrics.AddCounter("sluice_ingest_dead_letters_total",
                                      "Messages that could not become an event, by reason.",
                                      fmt::format("reason=\"{}\"", name));
  }
  return counters;
}

}  // namespace

Ingest::Ingest(std::string gateway, normalise::Normaliser* normaliser,
               std::vector<std::unique_ptr<Intake>> streams, std::unique_ptr<Intake> dead_letters,
               const normalise::SpeakerRules* speakers, const Clock& clock, Executor& executor,
               Metrics& metrics)
    : gateway_(std::move(gateway)),
      normaliser_(normaliser),
      streams_(std::move(streams)),
      dead_letters_(std::move(dead_letters)),
      speakers_(speakers),
      clock_(clock),
      executor_(executor),
      messages_(
          metrics.AddCounter("sluice_ingest_messages_total", "Messages taken into a stream.")),
      ignored_(metrics.AddCounter("sluice_ingest_ignored_total",
                                  "Messages that their profile says hold no reading.")),
      dead_letter_counters_(DeadLetterCounters(metrics)),
      refused_letters_(
          metrics.AddCounter("sluice_ingest_dead_letters_refused_total",
                             "Dead letters that an uplink refused; not kept a second time.")) {}

Intake* Ingest::IntakeFor(std::string_view topic) {
  for (const auto& intake : streams_) {
    if (intake->Takes(topic)) return intake.get();
  }
  return nullptr;
}

broker::Verdict Ingest::Accept(const broker::InboundPublish& inbound,
                               const broker::AckHandle& ack) {
  Intake* const intake = IntakeFor(inbound.publish.topic);
  if (intake == nullptr) return broker::Verdict::kIgnored;
  const normalise::Message message{
      .topic = inbound.publish.topic,
      .payload = inbound.publish.payload,
      .identity = inbound.identity,
      .received = clock_.WallNow(),
      .clock_is_set = clock_.WallIsSet(),
      .traceparent = TraceparentOf(inbound.publish),
      .speakers = speakers_,
  };
  const normalise::Target target{gateway_, intake->stream().name(), intake->stream().next_offset()};
  switch (normaliser_->Normalise(message, target, &events_, &rejection_)) {
    case normalise::Verdict::kEvents:
      return AppendEvents(intake, message, ack);
    case normalise::Verdict::kRejected:
      return AppendDeadLetter(message, ack);
    case normalise::Verdict::kIgnored:
      ignored_.Add();
      return broker::Verdict::kIgnored;
  }
  return broker::Verdict::kIgnored;
}

broker::Verdict Ingest::AppendEvents(Intake* intake, const normalise::Message& message,
                                     const broker::AckHandle& ack) {
  if (!intake->HasRoom()) return Refused(intake, journal::AppendVerdict::kBusy);
  spans_.clear();
  for (size_t i = 0; i < events_.size(); ++i) spans_.push_back(events_.event(i));
  const journal::AppendResult result = intake->stream().AppendAll(spans_, message.received);
  if (result.verdict == journal::AppendVerdict::kTooLarge) {
    rejection_.reason = normalise::Reason::kPayloadTooLarge;
    rejection_.text = "the event is larger than the stream's max_event_bytes";
    return AppendDeadLetter(message, ack);
  }
  if (result.verdict == journal::AppendVerdict::kFull ||
      result.verdict == journal::AppendVerdict::kBusy) {
    return Refused(intake, result.verdict);
  }
  messages_.Add();
  intake->AcknowledgeWhenCommitted(ack);
  return broker::Verdict::kAccepted;
}

broker::Verdict Ingest::AppendDeadLetter(const normalise::Message& message,
                                         const broker::AckHandle& ack) {
  if (!dead_letters_->HasRoom()) {
    return Refused(dead_letters_.get(), journal::AppendVerdict::kBusy);
  }
  journal::Stream& stream = dead_letters_->stream();
  const normalise::Target target{gateway_, stream.name(), stream.next_offset()};
  const size_t kept = std::min(message.payload.size(), normaliser_->limits().max_dead_letter_bytes);
  const ByteSpan letter = BuildWithin(stream.max_event_bytes(), kept, [&](size_t max_kept) {
    return normalise::BuildDeadLetter(message, rejection_, normaliser_->Match(message.topic),
                                      target, max_kept, &dead_letter_builder_);
  });
  const journal::AppendVerdict verdict = stream.Append(letter, message.received).verdict;
  if (verdict != journal::AppendVerdict::kStored && verdict != journal::AppendVerdict::kDropped) {
    return Refused(dead_letters_.get(), verdict);
  }
  CountDeadLetter(message);
  dead_letters_->AcknowledgeWhenCommitted(ack);
  return broker::Verdict::kAccepted;
}

// A limit for each reason, so that one device's rubbish does not hide what another is told.
void Ingest::CountDeadLetter(const normalise::Message& message) {
  const auto reason = static_cast<size_t>(rejection_.reason);
  dead_letter_counters_[reason]->Add();
  ++dead_letter_count_;
  LogLimit& limit = log_limits_[reason];
  if (!limit.Allows(clock_.Now())) return;
  last_dead_letter_ = fmt::format(
      "({}): {} from {}: {}", schema::DeadLetterReasonName(rejection_.reason),
      Printable(message.topic), Printable(message.identity), Printable(rejection_.text, 768));
  LogWarn("dead letter {}{}", last_dead_letter_, limit.LeftOut());
}

broker::Verdict Ingest::Refused(Intake* intake, journal::AppendVerdict verdict) {
  intake->CountRefusal(verdict);
  return verdict == journal::AppendVerdict::kBusy ? broker::Verdict::kBusy : broker::Verdict::kFull;
}

bool Ingest::Store(const forward::DeadLetter& letter, std::function<void()> stored) {
  journal::Stream& stream = dead_letters_->stream();
  if (letter.stream == stream.name()) {
    refused_letters_.Add();
    executor_.Post(std::move(stored));
    return true;
  }
  const normalise::Target target{gateway_, stream.name(), stream.next_offset()};
  const ByteSpan event =
      BuildWithin(stream.max_event_bytes(), letter.event.size(), [&](size_t max_kept) {
        return BuildRefusedEvent(letter, target, max_kept, clock_, &dead_letter_builder_);
      });
  const journal::AppendVerdict verdict = stream.Append(event, clock_.WallNow()).verdict;
  if (verdict != journal::AppendVerdict::kStored && verdict != journal::AppendVerdict::kDropped) {
    dead_letters_->CountRefusal(verdict);
    return false;
  }
  dead_letters_->CallWhenCommitted(std::move(stored));
  return true;
}

bool Ingest::idle() const {
  return (!dead_letters_ || dead_letters_->idle()) &&
         std::all_of(streams_.begin(), streams_.end(),
                     [](const auto& intake) { return intake->idle(); });
}

}  // namespace sluice::server
