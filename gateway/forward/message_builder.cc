#include "forward/message_builder.h"

#include <algorithm>

#include "base/probe.h"

namespace sluice::forward {
namespace {

constexpr size_t kNoLimit = SIZE_MAX;
// Of a batch: what the protocol adds, content type, and its properties but for the source.
constexpr size_t kEnvelopeBytes = 160;

}  // namespace

MessageBuilder::MessageBuilder(const RouteOptions& options, Expiry& expiry)
    : options_(options),
      expiry_(expiry),
      single_(options.max_batch_events <= 1),
      encoder_(options.format == Format::kJson ? MakeJsonEncoder(options, single_)
                                               : MakeFlatBuffersEncoder(options, single_)),
      max_message_bytes_(kNoLimit) {
  if (!options_.topic.per_event()) {
    options_.topic.RenderForGap(options_.gateway, options_.stream, &candidate_topic_);
  }
}

MessageBuilder::~MessageBuilder() = default;

void MessageBuilder::Clear() {
  encoder_->Clear();
  gap_.reset();
  contents_ = {};
  payload_bytes_ = 0;
  finished_ = false;
}

MessageBuilder::Added MessageBuilder::Add(const SourceRecord& record, WallTime now) {
  if (record.is_gap) return AddGap(record, record.reason);
  if (expiry_.IsExpired(record, now)) {
    SLUICE_PROBE("forward: an event expires");
    return AddGap(record, schema::GapReason::kExpired);
  }
  return AddEvent(record, now);
}

bool MessageBuilder::full() const {
  if (single_) return contents_.events == 1;
  return contents_.entries >= std::min(options_.max_batch_events, max_entries_) ||
         payload_bytes_ >= options_.max_batch_bytes;
}

MessageBuilder::Added MessageBuilder::AddEvent(const SourceRecord& record, WallTime now) {
  if (full() || (single_ && gap_)) return Added::kStartsNextMessage;
  const bool parse = encoder_->needs_view() || options_.topic.per_event() || single_;
  if (parse && !view_.Parse(record.event).ok()) return IfAlone(Added::kUnreadable);
  if (options_.topic.per_event()) options_.topic.Render(view_.fields(), &candidate_topic_);
  if (candidate_topic_.size() > TopicTemplate::kMaxTopicBytes) return IfAlone(Added::kTopicTooLong);
  if (!TakesTopic()) return Added::kStartsNextMessage;

  const size_t size =
      encoder_->PrepareEvent(record.event, view_) + (gap_ ? MessageEncoder::GapBytes(options_) : 0);
  if (!Fits(size)) return IfAlone(Added::kTooLarge);
  if (size > options_.max_batch_bytes && !empty()) return Added::kStartsNextMessage;
  FlushGap(now);
  encoder_->CommitEvent(record.first, record.event);
  payload_bytes_ = size;
  Extend(record);
  ++contents_.events;
  ++contents_.entries;
  return Added::kAdded;
}

MessageBuilder::Added MessageBuilder::AddGap(const SourceRecord& record, schema::GapReason reason) {
  if (options_.topic.per_event()) {
    options_.topic.RenderForGap(options_.gateway, options_.stream, &candidate_topic_);
  }
  if (!empty() && payload_bytes_ + OverheadBytes() > max_message_bytes_) {
    return Added::kStartsNextMessage;
  }
  const bool grows = gap_ && gap_->reason == reason;
  if (!TakesTopic()) return Added::kStartsNextMessage;
  if (!grows && !empty() && (full() || gap_ || single_)) return Added::kStartsNextMessage;
  if (grows) {
    gap_->last = record.last;
  } else {
    gap_ = schema::Gap{record.first, record.last, reason};
    ++contents_.entries;
  }
  Extend(record);
  (reason == schema::GapReason::kExpired ? contents_.expired : contents_.evicted) += record.count();
  return Added::kAdded;
}

// Among others an event leaves room for a gap behind it; alone it counts as it is.
bool MessageBuilder::Fits(size_t payload_bytes) {
  if (!empty()) return payload_bytes + OverheadBytes() <= max_message_bytes_;
  OutgoingMessage message;
  message.topic = candidate_topic_;
  message.content_type = single_ ? schema::kEventContentType : schema::kBatchContentType;
  message.properties = single_ ? attributes_.Render(view_.fields()) : Properties();
  return payload_bytes + message.WireBytes() <= max_message_bytes_;
}

bool MessageBuilder::GapFits(WallTime now) {
  Clear();
  SourceRecord record;
  record.first = record.last = UINT64_MAX - 1;  // with all its digits
  record.is_gap = true;
  record.reason = schema::GapReason::kDeadLettered;
  AddGap(record, record.reason);
  const bool fits = Finish(now).WireBytes() <= max_message_bytes_;
  Clear();
  return fits;
}

// What a packet holds at most besides its events, with a gap at its end.
size_t MessageBuilder::OverheadBytes() const {
  const size_t source = options_.gateway.size() + options_.stream.size();
  return kEnvelopeBytes + candidate_topic_.size() + source + MessageEncoder::GapBytes(options_);
}

MessageBuilder::Added MessageBuilder::IfAlone(Added answer) const {
  return empty() ? answer : Added::kStartsNextMessage;
}

// A message has one topic: the first record's.
bool MessageBuilder::TakesTopic() {
  if (empty()) {
    topic_ = candidate_topic_;
    return true;
  }
  return !options_.topic.per_event() || candidate_topic_ == topic_;
}

void MessageBuilder::Extend(const SourceRecord& record) {
  if (empty()) {
    contents_.first = record.first;
    contents_.stored = record.appended;
  }
  contents_.end = record.end();
}

void MessageBuilder::FlushGap(WallTime now) {
  if (gap_) encoder_->AddGap(*gap_, now);
  gap_.reset();
}

OutgoingMessage MessageBuilder::Finish(WallTime now) {
  if (!finished_) {
    FlushGap(now);
    payload_ = encoder_->Finish();
    finished_ = true;
  }
  OutgoingMessage message;
  message.topic = topic_;
  message.payload = payload_;
  message.content_type = encoder_->content_type();
  message.is_text = encoder_->is_text();
  message.properties = Properties();
  message.key = IsSingleEvent() ? view_.fields().device : batch_properties_[1].value;
  return message;
}

// A single event carries its CloudEvents attributes; a batch says whose it is and where it begins.
std::span<const UserProperty> MessageBuilder::Properties() {
  if (IsSingleEvent()) return attributes_.Render(view_.fields());
  property_text_.clear();
  schema::AppendSource(options_.gateway, options_.stream, &property_text_);
  const size_t source_bytes = property_text_.size();
  schema::AppendSequence(contents_.first, &property_text_);
  const std::string_view text = property_text_;
  batch_properties_ = {{{"specversion", "1.0"},
                        {"source", text.substr(0, source_bytes)},
                        {"sequence", text.substr(source_bytes)}}};
  return batch_properties_;
}

}  // namespace sluice::forward
