#include "schema/cloudevents_json.h"

#include "base/json_writer.h"
#include "schema/cloudevents.h"

namespace sluice::schema {
namespace {

// A member whose text is made in place: letters, digits and signs that need no escaping.
template <typename Append>
void MemberInPlace(JsonWriter& json, std::string* out, std::string_view name, Append append) {
  json.Key(name);
  json.Raw("");
  out->push_back('"');
  append(out);
  out->push_back('"');
}

void WriteText(JsonWriter& json, std::string_view name, std::string_view text) {
  if (!text.empty()) json.Member(name, text);
}

void WriteTime(JsonWriter& json, std::string* out, std::string_view name, WallTime time) {
  MemberInPlace(json, out, name, [time](std::string* o) { AppendRfc3339(time, o); });
}

struct ValueWriter {
  JsonWriter& json;
  std::string* out;

  void operator()(std::monostate) const {
    json.Key("value");
    json.Null();
  }
  void operator()(ByteSpan bytes) const {
    MemberInPlace(json, out, "value_base64", [bytes](std::string* o) { AppendBase64(bytes, o); });
  }
  template <typename T>
  void operator()(T value) const {
    json.Member("value", value);
  }
};

void WriteReading(JsonWriter& json, std::string* out, const Reading& reading) {
  json.BeginObject();
  json.Member("name", reading.name);
  std::visit(ValueWriter{json, out}, reading.value);
  WriteText(json, "unit", reading.unit);
  if (reading.quality != Quality::kGood) json.Member("quality", QualityName(reading.quality));
  json.EndObject();
}

void WriteReadings(JsonWriter& json, std::string* out, const EventView& event) {
  json.Key("readings");
  json.BeginArray();
  for (size_t i = 0; i < event.reading_count(); ++i) WriteReading(json, out, event.reading(i));
  json.EndArray();
}

void WriteData(JsonWriter& json, std::string* out, const EventView& event) {
  json.Key("data");
  json.BeginObject();
  WriteTime(json, out, "received", event.received());
  json.Member("time_source", TimeSourceName(event.time_source()));
  WriteText(json, "topic", event.topic());
  json.Member("identity", event.identity());
  WriteText(json, "profile", event.profile());
  if (event.severity() != Severity::kInfo) {
    json.Member("severity", SeverityName(event.severity()));
  }
  if (const auto sequence = event.sequence()) json.Member("sequence", *sequence);
  WriteReadings(json, out, event);
  WriteAttributes(event, &json);
  json.EndObject();
}

// Ids, sources, times and sequences are made of characters that JSON does not escape; see
// cloudevents.h.
void WriteContext(JsonWriter& json, std::string* out, const EventView& event) {
  json.Member("specversion", "1.0");
  MemberInPlace(json, out, "id", [&](std::string* o) {
    AppendEventId(event.gateway(), event.stream(), event.offset(), o);
  });
  MemberInPlace(json, out, "source",
                [&](std::string* o) { AppendSource(event.gateway(), event.stream(), o); });
  json.Member("type", event.type());
  WriteTime(json, out, "time", event.time());
  json.Member("subject", event.device());
  MemberInPlace(json, out, "sequence", [&](std::string* o) { AppendSequence(event.offset(), o); });
  WriteText(json, "traceparent", event.traceparent());
  json.Member("datacontenttype", "application/json");
}

}  // namespace

void AppendBase64(ByteSpan bytes, std::string* out) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = bytes.size() - i;
    const uint32_t group = static_cast<uint32_t>(bytes[i]) << 16 |
                           (left > 1 ? static_cast<uint32_t>(bytes[i + 1]) << 8 : 0) |
                           (left > 2 ? bytes[i + 2] : 0);
    out->push_back(kAlphabet[group >> 18]);
    out->push_back(kAlphabet[group >> 12 & 63]);
    out->push_back(left > 1 ? kAlphabet[group >> 6 & 63] : '=');
    out->push_back(left > 2 ? kAlphabet[group & 63] : '=');
  }
}

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
  WriteContext(json, out, event);
  WriteData(json, out, event);
  json.EndObject();
}

void AppendGapJson(std::string_view gateway, std::string_view stream, const Gap& gap, WallTime time,
                   std::string* out) {
  JsonWriter json(out);
  json.BeginObject();
  json.Member("specversion", "1.0");
  MemberInPlace(json, out, "id", [&](std::string* o) { AppendGapId(gateway, stream, gap, o); });
  MemberInPlace(json, out, "source", [&](std::string* o) { AppendSource(gateway, stream, o); });
  json.Member("type", kGapType);
  WriteTime(json, out, "time", time);
  MemberInPlace(json, out, "sequence", [&](std::string* o) { AppendSequence(gap.first, o); });
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

void BatchJsonWriter::Start(std::string* out) {
  out_ = out;
  entries_ = 0;
  out_->assign("[");
}

void BatchJsonWriter::AddEvent(const EventView& event) {
  Separate();
  AppendEventJson(event, out_);
}

void BatchJsonWriter::AddGap(std::string_view gateway, std::string_view stream, const Gap& gap,
                             WallTime time) {
  Separate();
  AppendGapJson(gateway, stream, gap, time, out_);
}

void BatchJsonWriter::Finish() { out_->push_back(']'); }

void BatchJsonWriter::Separate() {
  if (entries_++ > 0) out_->push_back(',');
}

Status AppendBatchJson(const BatchView& batch, WallTime time, std::string* out) {
  EventView event;
  out->push_back('[');
  for (size_t i = 0; i < batch.size(); ++i) {
    if (i > 0) out->push_back(',');
    const BatchView::Entry entry = batch.entry(i);
    if (const auto* gap = std::get_if<Gap>(&entry)) {
      AppendGapJson(batch.gateway(), batch.stream(), *gap, time, out);
      continue;
    }
    SLUICE_RETURN_IF_ERROR(event.Parse(std::get<ByteSpan>(entry)));
    AppendEventJson(event, out);
  }
  out->push_back(']');
  return Status::Ok();
}

}  // namespace sluice::schema
