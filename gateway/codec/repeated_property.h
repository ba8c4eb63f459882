#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "codec/lazy_list.h"
#include "codec/property_table.h"

namespace sluice::codec {

struct UserProperty {
  std::string_view name;
  std::string_view value;
  bool operator==(const UserProperty&) const = default;
};

// Moves to the next property with the wanted id and reads it. The reader stands on well-formed
// properties, among which there is at least one more such.
void ReadNext(ByteReader* properties, UserProperty* value);
void ReadNext(ByteReader* properties, uint32_t* subscription_id);

// The properties that a packet may carry several times, in the order of the wire [MQTT-3.3.2-18].
// What a list views are all the properties of the packet, its own among them.
using UserProperties = LazyList<UserProperty, ReadNext>;
using SubscriptionIds = LazyList<uint32_t, ReadNext>;

// Builds repeated properties for packets to be encoded; reusable, allocates only to grow.
// The views that it gives are valid until it is changed or destroyed.
class RepeatedPropertyBuilder {
 public:
  // Each part at most kMaxFieldBytes long and well-formed UTF-8.
  void AddUserProperty(std::string_view name, std::string_view value);
  // 1 <= id <= kMaxVarint.
  void AddSubscriptionId(uint32_t id);
  void Clear();

  UserProperties user_properties() const { return {bytes_.view(), user_properties_}; }
  SubscriptionIds subscription_ids() const { return {bytes_.view(), subscription_ids_}; }

 private:
  ByteBuffer bytes_;
  size_t user_properties_ = 0;
  size_t subscription_ids_ = 0;
};

}  // namespace sluice::codec
