#include "tools/event_line.h"

#include <variant>

#include "base/base64.h"
#include "base/json_writer.h"
#include "base/rfc3339.h"
#include "schema/cloudevents.h"
#include "schema/cloudevents_json.h"

namespace sluice::tools {
namespace {

struct ValueWriter {
  JsonWriter& json;
  void operator()(std::monostate) const {
    json.Key("value");
    json.Null();
  }
  void operator()(ByteSpan bytes) const {
    std::string text;
    AppendBase64(bytes, &text);
    json.Member("value_base64", std::string_view(text));
  }
  template <typename T>
  void operator()(T value) const {
    json.Member("value", value);
  }
};

void WriteReading(const schema::Reading& reading, JsonWriter* json) {
  json->BeginObject();
  json->Member("name", reading.name);
  std::visit(ValueWriter{*json}, reading.value);
  json->Member("unit", reading.unit);
  json->Member("quality", schema::QualityName(reading.quality));
  json->EndObject();
}

void WriteTime(std::string_view key, WallTime time, JsonWriter* json) {
  std::string text;
  AppendRfc3339(time, &text);
  json->Member(key, std::string_view(text));
}

void WriteId(const schema::EventView& event, JsonWriter* json) {
  std::string id;
  schema::AppendEventId(event.gateway(), event.stream(), event.offset(), &id);
  json->Member("id", std::string_view(id));
  json->Member("gateway", event.gateway());
  json->Member("stream", event.stream());
  json->Member("offset", event.offset());
}

// Where the event comes from, and from when it is.
void WriteOrigin(const schema::EventView& event, JsonWriter* json) {
  json->Member("device", event.device());
  json->Member("identity", event.identity());
  json->Member("topic", event.topic());
  if (!event.profile().empty()) json->Member("profile", event.profile());
  WriteTime("time", event.time(), json);
  json->Member("time_source", schema::TimeSourceName(event.time_source()));
  WriteTime("received", event.received(), json);
  if (event.sequence()) json->Member("sequence", *event.sequence());
  if (!event.traceparent().empty()) json->Member("traceparent", event.traceparent());
}

}  // namespace

void AppendEventLine(const schema::EventView& event, std::string* out) {
  JsonWriter json(out);
  json.BeginObject();
  WriteId(event, &json);
  json.Member("type", event.type());
  json.Member("severity", schema::SeverityName(event.severity()));
  WriteOrigin(event, &json);
  json.Key("readings");
  json.BeginArray();
  for (size_t i = 0; i < event.reading_count(); ++i) WriteReading(event.reading(i), &json);
  json.EndArray();
  schema::WriteAttributes(event, &json);
  json.EndObject();
  out->push_back('\n');
}

void AppendGapLine(std::string_view gateway, std::string_view stream, uint64_t first, uint64_t last,
                   std::string_view reason, std::string* out) {
  JsonWriter json(out);
  json.BeginObject();
  json.Key("gap");
  json.BeginObject();
  json.Member("gateway", gateway);
  json.Member("stream", stream);
  json.Member("first", first);
  json.Member("last", last);
  json.Member("count", last - first + 1);
  json.Member("reason", reason);
  json.EndObject();
  json.EndObject();
  out->push_back('\n');
}

}  // namespace sluice::tools
