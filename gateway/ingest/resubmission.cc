#include "ingest/resubmission.h"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "schema/cloudevents.h"

namespace sluice::ingest {
namespace {

using Verdict = Resubmitted::Verdict;
using normalise::Reason;

Resubmitted Rejected(Reason reason, std::string text) {
  return {.verdict = Verdict::kRejected, .rejection = {reason, std::move(text)}};
}

std::optional<uint64_t> Number(std::string_view digits) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

// The offset in "<gateway>/<letters>/<offset>", whatever the gateway was called then.
std::optional<uint64_t> LetterOf(std::string_view id, std::string_view letters) {
  const size_t slash = id.rfind('/');
  if (slash == id.npos) return std::nullopt;
  std::string_view place = id.substr(0, slash);
  if (!place.ends_with(letters)) return std::nullopt;
  place.remove_suffix(letters.size());
  return place.ends_with('/') ? Number(id.substr(slash + 1)) : std::nullopt;
}

// The event as it was, for a new place.
ByteSpan Rebuild(const schema::EventView& original, std::string_view gateway, uint64_t offset,
                 std::string_view letter_id, schema::EventBuilder* builder) {
  builder->Start();
  for (size_t i = 0; i < original.reading_count(); ++i) builder->AddReading(original.reading(i));
  size_t attributes = 1;
  for (size_t i = 0; i < original.attribute_count(); ++i) {
    const schema::Attribute attribute = original.attribute(i);
    // Of the letter that it was replayed of before.
    const bool is_ours =
        attribute.key == normalise::kReplayOf || attribute.key == normalise::kReplayEvents;
    if (is_ours) continue;
    if (++attributes > schema::EventBuilder::kMaxAttributes) break;
    builder->AddAttribute(attribute.key, attribute.value);
  }
  builder->AddAttribute(normalise::kReplayOf, letter_id);
  schema::EventFields fields = original.fields();
  fields.gateway = gateway;
  fields.offset = offset;
  return builder->Finish(fields);
}

}  // namespace

Resubmission::Resubmission(std::string gateway, const Parts& parts)
    : gateway_(std::move(gateway)), parts_(parts), speakers_(parts.access) {}

Resubmitted Resubmission::Resubmit(const schema::EventView& event,
                                   const schema::DeadLetter& letter) {
  if (letter.IsTruncated()) {
    return Rejected(letter.reason, fmt::format("only {} of its {} bytes are kept",
                                               letter.kept.size(), letter.original_bytes));
  }
  letter_id_.clear();
  schema::AppendEventId(event.gateway(), event.stream(), event.offset(), &letter_id_);
  return letter.kind == schema::DeadLetter::Kind::kMessage ? ResubmitMessage(event, letter)
                                                           : ResubmitEvent(event, letter);
}

// Twice where there are several events, so that each says of how many: after a power cut some of
// them may be there and others not.
normalise::Verdict Resubmission::Normalise(const schema::EventView& event,
                                           const schema::DeadLetter& letter,
                                           const journal::Stream& stream,
                                           schema::Rejection* rejection) {
  normalise::Message message{
      .topic = event.topic(),
      .payload = letter.kept,
      .identity = event.identity(),
      .received = event.received(),
      .clock_is_set = event.time_source() != schema::TimeSource::kGatewayUnset,
      .traceparent = event.traceparent(),
      .speakers = &speakers_,
      .replay_of = letter_id_};
  const normalise::Target target{gateway_, stream.name(), stream.next_offset()};
  const normalise::Verdict verdict =
      parts_.normaliser.Normalise(message, target, &events_, rejection);
  if (verdict != normalise::Verdict::kEvents || events_.size() == 1) return verdict;
  message.replay_events = events_.size();
  return parts_.normaliser.Normalise(message, target, &events_, rejection);
}

Resubmitted Resubmission::ResubmitMessage(const schema::EventView& event,
                                          const schema::DeadLetter& letter) {
  journal::Stream* const stream = parts_.stream_of(event.topic());
  if (stream == nullptr) return Rejected(Reason::kNoProfile, "no stream takes its topic any more");
  schema::Rejection rejection;
  switch (Normalise(event, letter, *stream, &rejection)) {
    case normalise::Verdict::kIgnored:
      return {.verdict = Verdict::kIgnored};
    case normalise::Verdict::kRejected:
      return Rejected(rejection.reason, std::move(rejection.text));
    case normalise::Verdict::kEvents:
      break;
  }
  return Append(stream);
}

Resubmitted Resubmission::ResubmitEvent(const schema::EventView& event,
                                        const schema::DeadLetter& letter) {
  if (!original_.Parse(letter.kept).ok() || event.type() == original_.type()) {
    return Rejected(letter.reason, "it is no event that this version of Sluice can read");
  }
  journal::Stream* const stream = parts_.journal.stream(original_.stream());
  if (stream == nullptr || stream->name() == event.stream()) {
    return Rejected(letter.reason, "its stream is not there any more");
  }
  events_.Clear();
  events_.Add(Rebuild(original_, gateway_, stream->next_offset(), letter_id_, &builder_));
  return Append(stream);
}

// Stored now, so that no route calls it too old; what it says of its own time stays.
Resubmitted Resubmission::Append(journal::Stream* stream) {
  spans_.clear();
  for (size_t i = 0; i < events_.size(); ++i) spans_.push_back(events_.event(i));
  Resubmitted done{.stream = stream, .count = spans_.size()};
  const uint64_t wanted = 2 * events_.bytes() + stream->max_bytes() / kShareForDevices;
  if (stream->spare_bytes() < wanted) {
    done.verdict = Verdict::kNoRoom;
    return done;
  }
  const journal::AppendResult result = stream->AppendAll(spans_, parts_.clock.WallNow());
  done.first = result.offset;
  switch (result.verdict) {
    case journal::AppendVerdict::kTooLarge:
      return Rejected(Reason::kPayloadTooLarge,
                      "the event is larger than the stream's max_event_bytes");
    case journal::AppendVerdict::kBusy:
      done.verdict = Verdict::kBusy;
      return done;
    case journal::AppendVerdict::kFull:
    case journal::AppendVerdict::kDropped:
      done.verdict = Verdict::kNoRoom;
      return done;
    case journal::AppendVerdict::kStored:
      done.verdict = Verdict::kAppended;
      return done;
  }
  return done;
}

std::optional<ReplayMark> ReplayOf(const schema::EventView& event, std::string_view letters) {
  std::optional<ReplayMark> mark;
  for (size_t i = 0; i < event.attribute_count(); ++i) {
    const schema::Attribute attribute = event.attribute(i);
    if (attribute.key == normalise::kReplayOf) {
      const auto letter = LetterOf(attribute.value, letters);
      if (!letter) return std::nullopt;
      mark.emplace().letter = *letter;
    } else if (attribute.key == normalise::kReplayEvents && mark) {
      mark->events = Number(attribute.value).value_or(1);
    }
  }
  return mark;
}

}  // namespace sluice::ingest
