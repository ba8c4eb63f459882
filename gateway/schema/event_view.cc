#include "schema/event_view.h"

#include "event_generated.h"
#include "schema/event_builder.h"
#include "schema/flatbuffers_util.h"

namespace sluice::schema {
namespace {

// The event itself, its readings and its attributes.
constexpr uint32_t kMaxTables = 1 + EventBuilder::kMaxReadings + EventBuilder::kMaxAttributes;
// Event, reading, and one for what a later version may add.
constexpr uint32_t kMaxDepth = 3;

const fb::Event& Root(const void* root) {
  SLUICE_CHECK(root != nullptr);
  return *static_cast<const fb::Event*>(root);
}

Status NoEvent(std::string_view why) {
  return Status::Corruption("these bytes are no event: " + std::string(why));
}

Value ValueOf(const fb::Reading& reading) {
  if (const auto number = reading.number()) return *number;
  if (const auto integer = reading.integer()) return *integer;
  if (const auto truth = reading.truth()) return *truth;
  if (const auto* text = reading.text()) return TextOf(text);
  if (const auto* bytes = reading.bytes()) return ByteSpan(bytes->data(), bytes->size());
  return std::monostate();
}

// A number that a later version added is read as the first of the list.
template <typename Enum>
Enum Known(uint8_t number, Enum last) {
  return number <= static_cast<uint8_t>(last) ? static_cast<Enum>(number) : static_cast<Enum>(0);
}

}  // namespace

Status EventView::Parse(ByteSpan bytes) {
  root_ = nullptr;
  if (bytes.size() > kMaxEventBytes) return NoEvent("too long");
  if (bytes.size() < 8) return NoEvent("too short");
  const ByteSpan aligned = Aligned(bytes, &aligned_);
  flatbuffers::Verifier verifier(aligned.data(), aligned.size(), kMaxDepth, kMaxTables);
  if (!fb::VerifyEventBuffer(verifier)) return NoEvent("its offsets or its identifier are wrong");
  const fb::Event* event = fb::GetEvent(aligned.data());
  if (!event->offset()) return NoEvent("it has no offset");
  root_ = event;
  return Status::Ok();
}

std::string_view EventView::type() const { return TextOf(Root(root_).type()); }
std::string_view EventView::gateway() const { return TextOf(Root(root_).gateway()); }
std::string_view EventView::stream() const { return TextOf(Root(root_).stream()); }
uint64_t EventView::offset() const { return *Root(root_).offset(); }
std::string_view EventView::device() const { return TextOf(Root(root_).device()); }

std::string_view EventView::identity() const {
  const auto* identity = Root(root_).identity();
  return identity == nullptr ? device() : TextOf(identity);
}

WallTime EventView::time() const { return FromUnixNanos(Root(root_).time()); }
WallTime EventView::received() const { return FromUnixNanos(Root(root_).received()); }
std::string_view EventView::topic() const { return TextOf(Root(root_).topic()); }
std::string_view EventView::profile() const { return TextOf(Root(root_).profile()); }
std::string_view EventView::traceparent() const { return TextOf(Root(root_).traceparent()); }

TimeSource EventView::time_source() const {
  return Known(static_cast<uint8_t>(Root(root_).time_source()), TimeSource::kDevice);
}

Severity EventView::severity() const {
  return Known(static_cast<uint8_t>(Root(root_).severity()), Severity::kCritical);
}

std::optional<uint64_t> EventView::sequence() const { return Root(root_).sequence(); }

EventFields EventView::fields() const {
  return {.type = type(),
          .gateway = gateway(),
          .stream = stream(),
          .offset = offset(),
          .device = device(),
          .identity = identity(),
          .time = time(),
          .time_source = time_source(),
          .received = received(),
          .topic = topic(),
          .profile = profile(),
          .severity = severity(),
          .traceparent = traceparent(),
          .sequence = sequence()};
}

size_t EventView::reading_count() const {
  const auto* readings = Root(root_).readings();
  return readings == nullptr ? 0 : readings->size();
}

Reading EventView::reading(size_t i) const {
  SLUICE_CHECK(i < reading_count());
  const fb::Reading& reading = *Root(root_).readings()->Get(static_cast<uint32_t>(i));
  return {.name = TextOf(reading.name()),
          .value = ValueOf(reading),
          .unit = TextOf(reading.unit()),
          .quality = Known(static_cast<uint8_t>(reading.quality()), Quality::kUnreadable)};
}

size_t EventView::attribute_count() const {
  const auto* attributes = Root(root_).attributes();
  return attributes == nullptr ? 0 : attributes->size();
}

Attribute EventView::attribute(size_t i) const {
  SLUICE_CHECK(i < attribute_count());
  const fb::Attribute& attribute = *Root(root_).attributes()->Get(static_cast<uint32_t>(i));
  return {.key = TextOf(attribute.key()), .value = TextOf(attribute.value())};
}

}  // namespace sluice::schema
