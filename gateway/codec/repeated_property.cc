#include "codec/repeated_property.h"

#include "base/status.h"
#include "codec/packet_writer.h"
#include "codec/trusted_reader.h"
#include "codec/varint.h"

namespace sluice::codec {
namespace {

void SkipValue(PropertyType type, ByteReader* in) {
  switch (type) {
    case PropertyType::kByte:
      return SLUICE_CHECK(in->Skip(1));
    case PropertyType::kTwoBytes:
      return SLUICE_CHECK(in->Skip(2));
    case PropertyType::kFourBytes:
      return SLUICE_CHECK(in->Skip(4));
    case PropertyType::kVarint:
      TakeVarint(in);
      return;
    case PropertyType::kTextPair:
      TakeBinary(in);
      [[fallthrough]];
    case PropertyType::kText:
    case PropertyType::kBinary:
      TakeBinary(in);
      return;
  }
}

// Leaves the reader at the value of the next property with this id.
void SeekProperty(ByteReader* in, PropertyId id) {
  for (;;) {
    const PropertyInfo* info = FindProperty(TakeVarint(in));
    SLUICE_CHECK(info != nullptr);
    if (info->id == id) return;
    SkipValue(info->type, in);
  }
}

}  // namespace

void ReadNext(ByteReader* properties, UserProperty* value) {
  SeekProperty(properties, PropertyId::kUserProperty);
  value->name = TakeText(properties);
  value->value = TakeText(properties);
}

void ReadNext(ByteReader* properties, uint32_t* subscription_id) {
  SeekProperty(properties, PropertyId::kSubscriptionIdentifier);
  *subscription_id = TakeVarint(properties);
}

void RepeatedPropertyBuilder::AddUserProperty(std::string_view name, std::string_view value) {
  bytes_.AppendU8(static_cast<uint8_t>(PropertyId::kUserProperty));
  AppendText(name, &bytes_);
  AppendText(value, &bytes_);
  ++user_properties_;
}

void RepeatedPropertyBuilder::AddSubscriptionId(uint32_t id) {
  bytes_.AppendU8(static_cast<uint8_t>(PropertyId::kSubscriptionIdentifier));
  AppendVarint(id, &bytes_);
  ++subscription_ids_;
}

void RepeatedPropertyBuilder::Clear() {
  bytes_.Clear();
  user_properties_ = subscription_ids_ = 0;
}

}  // namespace sluice::codec
