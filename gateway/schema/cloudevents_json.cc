#include "schema/cloudevents_json.h"

#include "base/base64.h"
#include "base/json_writer.h"
#include "base/rfc3339.h"
#include "schema/cloudevents.h"

namespace sluice::schema {
namespace {

void WriteText(JsonWriter& json, std::string_view name, std::string_view text) {
  if (!text.empty()) json.Member(name, text);
}

void WriteTime(JsonWriter& json, std::string_view name, WallTime time) {
  json.MemberFrom(name, [time](std::string* o) { AppendRfc3339(time, o); });
}

struct ValueWriter {
  JsonWriter& json;

  void operator()(std::monostate) const {
    json.Key("value");
    json.Null();
  }
  void operator()(ByteSpan bytes) const {
    json.MemberFrom("value_base64", [bytes](std::string* o) { AppendBase64(bytes, o); });
  }
  template <typename T>
  void operator()(T value) const {
    json.Member("value", value);
  }
};

void WriteReading(JsonWriter& json, const Reading& reading) {
  json.BeginObject();
  json.Member("name", reading.name);
  std::visit(ValueWriter{json}, reading.value);
  WriteText(json, "unit", reading.unit);
  if (reading.quality != Quality::kGood) json.Member("quality", QualityName(reading.quality));
  json.EndObject();
}

void WriteReadings(JsonWriter& json, const EventView& event) {
  json.Key("readings");
  json.BeginArray();
  for (size_t i = 0; i < event.reading_count(); ++i) WriteReading(json, event.reading(i));
  json.EndArray();
}

void WriteData(JsonWriter& json, const EventView& event) {
  json.Key("data");
  json.BeginObject();
  WriteTime(json, "received", event.received());
  json.Member("time_source", TimeSourceName(event.time_source()));
  WriteText(json, "topic", event.topic());
  json.Member("identity", event.identity());
  WriteText(json, "profile", event.profile());
  if (event.severity() != Severity::kInfo) {
    json.Member("severity", SeverityName(event.severity()));
  }
  if (const auto sequence = event.sequence()) json.Member("sequence", *sequence);
  WriteReadings(json, event);
  WriteAttributes(event, &json);
  json.EndObject();
}

// Ids, sources, times and sequences are made of characters that JSON does not escape; see
// cloudevents.h.
void WriteContext(JsonWriter& json, const EventView& event) {
  json.Member("specversion", "1.0");
  json.MemberFrom("id", [&](std::string* o) {
    AppendEventId(event.gateway(), event.stream(), event.offset(), o);
  });
  json.MemberFrom("source",
                  [&](std::string* o) { AppendSource(event.gateway(), event.stream(), o); });
  json.Member("type", event.type());
  WriteTime(json, "time", event.time());
  json.Member("subject", event.device());
  json.MemberFrom("sequence", [&](std::string* o) { AppendSequence(event.offset(), o); });
  WriteText(json, "traceparent", event.traceparent());
  json.Member("datacontenttype", "application/json");
}

}  // namespace

void WriteAttributes(const EventView& event, JsonWriter* json) {
  if (event.attribute_count() == 0) return;
  json->Key("attributes");
  json->BeginObject();
  for (size_t i = 0; i < event.attribute_count(); ++i) {
    const Attribute attribute = event.attribute(i);
    json->Member(attribute.key, attribute.value);
  }
  json->EndObject();
}

void AppendEventJson(const EventView& event, std::string* out) {
  JsonWriter json(out);
  json.BeginObject();
  WriteContext(json, event);
  WriteData(json, event);
  json.EndObject();
}

void AppendGapJson(std::string_view gateway, std::string_view stream, const Gap& gap, WallTime time,
                   std::string* out) {
  JsonWriter json(out);
  json.BeginObject();
  json.Member("specversion", "1.0");
  json.MemberFrom("id", [&](std::string* o) { AppendGapId(gateway, stream, gap, o); });
  json.MemberFrom("source", [&](std::string* o) { AppendSource(gateway, stream, o); });
  json.Member("type", kGapType);
  WriteTime(json, "time", time);
  json.MemberFrom("sequence", [&](std::string* o) { AppendSequence(gap.first, o); });
  json.Member("datacontenttype", "application/json");
  json.Key("data");
  json.BeginObject();
  json.Member("first", gap.first);
  json.Member("last", gap.last);
  json.Member("count", gap.count());
  json.Member("reason", GapReasonName(gap.reason));
  json.EndObject();
  json.EndObject();
}

}  // namespace sluice::schema
