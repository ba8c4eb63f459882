#include "server/local_events.h"

#include <algorithm>

#include "schema/cloudevents_json.h"

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

void LocalEvents::Publish(ByteSpan event) {
  if (!enabled_ || broker_->subscriptions() == 0 || !view_.Parse(event).ok()) return;
  topic_ = "events/";
  AppendLevel(view_.device(), &topic_);
  topic_ += '/';
  AppendLevel(view_.type(), &topic_);
  if (!broker_->AnyoneListens(topic_)) return;
  json_.clear();
  schema::AppendEventJson(view_, &json_);
  codec::Publish publish;
  publish.qos = codec::Qos::kAtLeastOnce;
  publish.topic = topic_;
  publish.payload = AsBytes(json_);
  publish.properties.content_type = "application/cloudevents+json";
  publish.properties.payload_format_indicator = 1;
  broker_->PublishLocal(clock_.Now(), publish);
}

}  // namespace sluice::server
