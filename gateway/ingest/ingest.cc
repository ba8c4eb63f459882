#include "ingest/ingest.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/label.h"
#include "base/log.h"
#include "ingest/refused_event.h"

namespace sluice::ingest {
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
                                      Label("reason", name));
  }
  return counters;
}

}  // namespace

Result<std::unique_ptr<Ingest>> Ingest::Create(IngestOptions options, const Parts& parts) {
  if (!options.dead_letter_stream.empty()) {
    const journal::Stream* letters = parts.journal.stream(options.dead_letter_stream);
    SLUICE_CHECK(letters != nullptr);
    if (letters->max_event_bytes() < kMinDeadLetterBytes) {
      return Status::InvalidArgument(
          fmt::format("stream {}: its segments are too small for dead letters; they need 32 KiB",
                      letters->name()));
    }
  }
  return std::unique_ptr<Ingest>(new Ingest(std::move(options), parts));
}

Ingest::Ingest(IngestOptions options, const Parts& parts)
    : options_(std::move(options)),
      parts_(parts),
      speakers_(parts.access),
      messages_(parts.metrics.AddCounter("sluice_ingest_messages_total",
                                         "Messages taken into a stream.")),
      ignored_(parts.metrics.AddCounter("sluice_ingest_ignored_total",
                                        "Messages that their profile says hold no reading.")),
      dead_letter_counters_(DeadLetterCounters(parts.metrics)),
      refused_letters_(
          parts.metrics.AddCounter("sluice_ingest_dead_letters_refused_total",
                                   "Dead letters that an uplink refused; not kept a second time.")),
      device_state_(parts.metrics) {
  for (const StreamSpec& spec : options_.streams) {
    streams_.push_back(NewInput(spec.name, spec.topics));
  }
  if (!options_.dead_letter_stream.empty())
    dead_letters_ = NewInput(options_.dead_letter_stream, {});
}

std::unique_ptr<StreamInput> Ingest::NewInput(const std::string& name,
                                              std::vector<std::string> topics) {
  journal::Stream* const stream = parts_.journal.stream(name);
  SLUICE_CHECK(stream != nullptr);
  broker::EventSink::Listener& listener = *this;
  return std::make_unique<StreamInput>(stream, std::move(topics), parts_.clock, parts_.metrics,
                                       listener, options_.max_pending_acks);
}

void Ingest::OnAcknowledgeable(const broker::AckHandle& ack) {
  if (listener_ != nullptr) listener_->OnAcknowledgeable(ack);
}

void Ingest::OnSpace() {
  if (listener_ != nullptr) listener_->OnSpace();
}

StreamInput* Ingest::InputFor(std::string_view topic) {
  for (const auto& input : streams_) {
    if (input->Takes(topic)) return input.get();
  }
  return nullptr;
}

journal::Stream* Ingest::StreamFor(std::string_view topic) {
  StreamInput* const input = InputFor(topic);
  return input == nullptr ? nullptr : &input->stream();
}

broker::Verdict Ingest::Accept(const broker::InboundPublish& inbound,
                               const broker::AckHandle& ack) {
  StreamInput* const input = InputFor(inbound.publish.topic);
  if (input == nullptr) return broker::Verdict::kIgnored;
  const normalise::Message message{
      .topic = inbound.publish.topic,
      .payload = inbound.publish.payload,
      .identity = inbound.identity,
      .received = parts_.clock.WallNow(),
      .now = parts_.clock.Now(),
      .clock_is_set = parts_.clock.WallIsSet(),
      .traceparent = TraceparentOf(inbound.publish),
      .speakers = &speakers_,
  };
  const normalise::Target target{options_.gateway, input->stream().name(),
                                 input->stream().next_offset()};
  const auto verdict = parts_.normaliser.Normalise(message, target, &events_, &rejection_);
  AskDevice();
  switch (verdict) {
    case normalise::Verdict::kEvents: {
      const broker::Verdict taken = AppendEvents(input, message, ack);
      if (taken == broker::Verdict::kAccepted && !inbound.is_will) NoteHeard(input);
      return taken;
    }
    case normalise::Verdict::kRejected:
      return AppendDeadLetter(message, ack);
    case normalise::Verdict::kIgnored:
      ignored_.Add();
      return broker::Verdict::kIgnored;
  }
  return broker::Verdict::kIgnored;
}

void Ingest::AskDevice() {
  device_state_.Update(parts_.normaliser);
  auto request = parts_.normaliser.TakeRequest();
  if (!request || !ask_) return;
  parts_.executor.Post([this, watch = lifetime_.watch(), request = std::move(*request)] {
    if (!watch.over()) ask_(request);
  });
}

// Who has sent what was appended.
void Ingest::NoteHeard(StreamInput* input) {
  const Duration allowed = parts_.normaliser.silent_after();
  if (silence_ == nullptr || allowed == Duration::zero()) return;
  for (size_t i = 0; i < events_.size(); ++i) {
    if (i > 0 && events_.device(i) == events_.device(i - 1)) continue;
    silence_->Heard(input->stream(), rejection_.profile, allowed, events_.device(i));
  }
}

broker::Verdict Ingest::AppendEvents(StreamInput* input, const normalise::Message& message,
                                     const broker::AckHandle& ack) {
  if (!input->HasRoom()) return Refused(input, journal::AppendVerdict::kBusy);
  spans_.clear();
  for (size_t i = 0; i < events_.size(); ++i) spans_.push_back(events_.event(i));
  const journal::AppendResult result = input->stream().AppendAll(spans_, message.received);
  if (result.verdict == journal::AppendVerdict::kTooLarge) {
    rejection_.reason = normalise::Reason::kPayloadTooLarge;
    rejection_.text = "the event is larger than the stream's max_event_bytes";
    return AppendDeadLetter(message, ack);
  }
  if (result.verdict == journal::AppendVerdict::kFull ||
      result.verdict == journal::AppendVerdict::kBusy) {
    return Refused(input, result.verdict);
  }
  messages_.Add();
  input->AcknowledgeWhenSafe(ack);
  return broker::Verdict::kAccepted;
}

broker::Verdict Ingest::AppendDeadLetter(const normalise::Message& message,
                                         const broker::AckHandle& ack) {
  if (!dead_letters_->HasRoom()) {
    return Refused(dead_letters_.get(), journal::AppendVerdict::kBusy);
  }
  journal::Stream& stream = dead_letters_->stream();
  const normalise::Target target{options_.gateway, stream.name(), stream.next_offset()};
  const size_t kept =
      std::min(message.payload.size(), parts_.normaliser.limits().max_dead_letter_bytes);
  const ByteSpan letter = BuildWithin(stream.max_event_bytes(), kept, [&](size_t max_kept) {
    return normalise::BuildDeadLetter(message, rejection_, rejection_.profile, target, max_kept,
                                      &dead_letter_builder_);
  });
  const journal::AppendVerdict verdict = stream.Append(letter, message.received).verdict;
  if (verdict != journal::AppendVerdict::kStored && verdict != journal::AppendVerdict::kDropped) {
    return Refused(dead_letters_.get(), verdict);
  }
  CountDeadLetter(message);
  dead_letters_->AcknowledgeWhenSafe(ack);
  return broker::Verdict::kAccepted;
}

// A limit for each reason, so that one device's rubbish does not hide what another is told.
void Ingest::CountDeadLetter(const normalise::Message& message) {
  const auto reason = static_cast<size_t>(rejection_.reason);
  dead_letter_counters_[reason]->Add();
  ++dead_letter_count_;
  LogLimit& limit = log_limits_[reason];
  if (!limit.Allows(parts_.clock.Now())) return;
  last_dead_letter_ = fmt::format(
      "({}): {} from {}: {}", schema::DeadLetterReasonName(rejection_.reason),
      Printable(message.topic), Printable(message.identity), Printable(rejection_.text, 768));
  LogWarn("dead letter {}{}", last_dead_letter_, limit.LeftOut());
}

broker::Verdict Ingest::Refused(StreamInput* input, journal::AppendVerdict verdict) {
  input->CountRefusal(verdict);
  return verdict == journal::AppendVerdict::kBusy ? broker::Verdict::kBusy : broker::Verdict::kFull;
}

bool Ingest::Store(const forward::DeadLetter& letter, std::function<void()> stored) {
  journal::Stream& stream = dead_letters_->stream();
  if (letter.stream == stream.name()) {
    refused_letters_.Add();
    parts_.executor.Post(std::move(stored));
    return true;
  }
  const normalise::Target target{options_.gateway, stream.name(), stream.next_offset()};
  const ByteSpan event =
      BuildWithin(stream.max_event_bytes(), letter.event.size(), [&](size_t max_kept) {
        return BuildRefusedEvent(letter, target, max_kept, parts_.clock, &dead_letter_builder_);
      });
  const journal::AppendVerdict verdict = stream.Append(event, parts_.clock.WallNow()).verdict;
  if (verdict != journal::AppendVerdict::kStored && verdict != journal::AppendVerdict::kDropped) {
    dead_letters_->CountRefusal(verdict);
    return false;
  }
  dead_letters_->CallWhenSafe(std::move(stored));
  return true;
}

bool Ingest::idle() const {
  return (!dead_letters_ || dead_letters_->idle()) &&
         std::all_of(streams_.begin(), streams_.end(),
                     [](const auto& input) { return input->idle(); });
}

}  // namespace sluice::ingest
