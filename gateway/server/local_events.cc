#include "server/local_events.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/probe.h"
#include "forward/journal_gap.h"
#include "schema/cloudevents.h"
#include "schema/cloudevents_json.h"
#include "server/local_event_reader.h"

namespace sluice::server {
namespace {

// A device's name comes from outside and must not become another level or a wildcard.
void AppendLevel(std::string_view text, std::string* topic) {
  const size_t begin = topic->size();
  *topic += text;
  std::replace_if(
      topic->begin() + static_cast<std::ptrdiff_t>(begin), topic->end(),
      [](char c) { return c == '/' || c == '+' || c == '#' || c == '\0'; }, '_');
}

}  // namespace

LocalEvents::LocalEvents(std::string gateway, broker::Broker& broker, const Clock& clock,
                         Metrics& metrics)
    : gateway_(std::move(gateway)),
      broker_(broker),
      clock_(clock),
      published_(metrics.AddCounter("sluice_local_events_total",
                                    "Events and gaps published to local subscribers.")),
      skipped_(metrics.AddCounter(
          "sluice_local_events_skipped_total",
          "Events that had left their stream before they were read for local subscribers.")),
      unreadable_(metrics.AddCounter("sluice_local_events_unreadable_total",
                                     "Records of a stream that hold no valid event.")) {}

LocalEvents::~LocalEvents() = default;

void LocalEvents::Follow(journal::Stream* stream) {
  readers_.push_back(std::make_unique<LocalEventReader>(this, stream));
}

bool LocalEvents::idle() const {
  return std::all_of(readers_.begin(), readers_.end(),
                     [](const auto& reader) { return reader->idle(); });
}

void LocalEvents::Publish(const journal::Stream& stream, const journal::Record& record) {
  if (record.kind == journal::Record::Kind::kGap) return PublishGap(stream, record);
  PublishEvent(record.payload);
}

void LocalEvents::PublishEvent(ByteSpan event) {
  if (!view_.Parse(event).ok()) return unreadable_.Add();
  if (!NameTopic(view_.device(), view_.type())) return;
  json_.clear();
  schema::AppendEventJson(view_, &json_);
  Send(clock_.Now());
}

void LocalEvents::PublishGap(const journal::Stream& stream, const journal::Record& record) {
  schema::Gap gap = forward::GapOf(record);
  // A hole at the beginning of the stream is what all routes had done with.
  if (record.reason == journal::GapReason::kMissing && gap.first < stream.status().first_offset) {
    SLUICE_PROBE("server: local subscribers come too late for events");
    gap.reason = schema::GapReason::kUnknown;
    skipped_.Add(gap.count());
    if (log_limit_.Allows(clock_.Now())) {
      LogWarn(
          "local subscribers missed events {} to {} of stream {}, which were deleted before they "
          "could be read: the disk is too slow; use a route for what must not be missed{}",
          gap.first, gap.last, stream.name(), log_limit_.LeftOut());
    }
  }
  if (!NameTopic(gateway_, schema::kGapType)) return;
  json_.clear();
  schema::AppendGapJson(gateway_, stream.name(), gap, clock_.WallNow(), &json_);
  Send(clock_.Now());
}

// False when nobody listens to it.
bool LocalEvents::NameTopic(std::string_view device, std::string_view type) {
  topic_ = "events/";
  AppendLevel(device, &topic_);
  topic_ += '/';
  AppendLevel(type, &topic_);
  return broker_.AnyoneListens(topic_);
}

void LocalEvents::Send(MonotonicTime now) {
  codec::Publish publish;
  publish.qos = codec::Qos::kAtLeastOnce;
  publish.topic = topic_;
  publish.payload = AsBytes(json_);
  publish.properties.content_type = schema::kEventJsonContentType;
  publish.properties.payload_format_indicator = 1;
  published_.Add();
  broker_.PublishLocal(now, publish);
}

}  // namespace sluice::server
