#include "schema/event_builder.h"

#include <vector>

#include "base/status.h"
#include "event_generated.h"
#include "schema/flatbuffers_util.h"

namespace sluice::schema {
namespace {

// The children of a reading have to be in the buffer before its table is begun.
struct ReadingParts {
  flatbuffers::Offset<flatbuffers::String> name, unit, text;
  flatbuffers::Offset<flatbuffers::Vector<uint8_t>> bytes;
};

ReadingParts MakeParts(flatbuffers::FlatBufferBuilder& fbb, const Reading& reading) {
  ReadingParts parts;
  parts.name = MakeText(fbb, reading.name);
  parts.unit = MakeOptionalText(fbb, reading.unit);
  if (const auto* text = std::get_if<std::string_view>(&reading.value)) {
    parts.text = MakeText(fbb, *text);
  } else if (const auto* bytes = std::get_if<ByteSpan>(&reading.value)) {
    static constexpr uint8_t kNothing = 0;
    parts.bytes = fbb.CreateVector(bytes->empty() ? &kNothing : bytes->data(), bytes->size());
  }
  return parts;
}

flatbuffers::Offset<fb::Reading> MakeReading(flatbuffers::FlatBufferBuilder& fbb,
                                             const Reading& reading) {
  const ReadingParts parts = MakeParts(fbb, reading);
  fb::ReadingBuilder table(fbb);  // widest members first: least padding
  if (const auto* number = std::get_if<double>(&reading.value)) table.add_number(*number);
  if (const auto* integer = std::get_if<int64_t>(&reading.value)) table.add_integer(*integer);
  table.add_name(parts.name);
  if (!parts.unit.IsNull()) table.add_unit(parts.unit);
  if (!parts.text.IsNull()) table.add_text(parts.text);
  if (!parts.bytes.IsNull()) table.add_bytes(parts.bytes);
  if (const auto* truth = std::get_if<bool>(&reading.value)) table.add_truth(*truth);
  table.add_quality(static_cast<fb::Quality>(reading.quality));
  return table.Finish();
}

}  // namespace

struct EventBuilder::Impl {
  flatbuffers::FlatBufferBuilder fbb{1024};
  std::vector<flatbuffers::Offset<fb::Reading>> readings;
  std::vector<flatbuffers::Offset<fb::Attribute>> attributes;
};

EventBuilder::EventBuilder() : impl_(std::make_unique<Impl>()) {
  impl_->readings.reserve(kMaxReadings);
  impl_->attributes.reserve(kMaxAttributes);
}

EventBuilder::~EventBuilder() = default;

void EventBuilder::Start() {
  impl_->fbb.Clear();
  impl_->readings.clear();
  impl_->attributes.clear();
}

void EventBuilder::AddReading(const Reading& reading) {
  SLUICE_CHECK(impl_->readings.size() < kMaxReadings);
  impl_->readings.push_back(MakeReading(impl_->fbb, reading));
}

void EventBuilder::AddAttribute(std::string_view key, std::string_view value) {
  SLUICE_CHECK(impl_->attributes.size() < kMaxAttributes);
  auto& fbb = impl_->fbb;
  const auto key_text = MakeText(fbb, key);
  impl_->attributes.push_back(fb::CreateAttribute(fbb, key_text, MakeText(fbb, value)));
}

size_t EventBuilder::reading_count() const { return impl_->readings.size(); }

ByteSpan EventBuilder::Finish(const EventFields& fields) {
  auto& fbb = impl_->fbb;
  const bool is_hub = !fields.identity.empty() && fields.identity != fields.device;
  const auto type = MakeText(fbb, fields.type);
  const auto gateway = MakeText(fbb, fields.gateway);
  const auto stream = MakeText(fbb, fields.stream);
  const auto device = MakeText(fbb, fields.device);
  const auto identity = MakeOptionalText(fbb, is_hub ? fields.identity : std::string_view());
  const auto topic = MakeOptionalText(fbb, fields.topic);
  const auto profile = MakeOptionalText(fbb, fields.profile);
  const auto traceparent = MakeOptionalText(fbb, fields.traceparent);
  const auto readings = fbb.CreateVector(impl_->readings.data(), impl_->readings.size());
  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<fb::Attribute>>> attributes;
  if (!impl_->attributes.empty()) {
    attributes = fbb.CreateVector(impl_->attributes.data(), impl_->attributes.size());
  }

  fb::EventBuilder table(fbb);  // widest members first: least padding
  table.add_offset(fields.offset);
  table.add_time(ToUnixNanos(fields.time));
  table.add_received(ToUnixNanos(fields.received));
  if (fields.sequence) table.add_sequence(*fields.sequence);
  table.add_type(type);
  table.add_gateway(gateway);
  table.add_stream(stream);
  table.add_device(device);
  table.add_identity(identity);
  table.add_topic(topic);
  table.add_profile(profile);
  table.add_traceparent(traceparent);
  table.add_readings(readings);
  table.add_attributes(attributes);
  table.add_time_source(static_cast<fb::TimeSource>(fields.time_source));
  table.add_severity(static_cast<fb::Severity>(fields.severity));
  fb::FinishEventBuffer(fbb, table.Finish());
  return {fbb.GetBufferPointer(), fbb.GetSize()};
}

}  // namespace sluice::schema
