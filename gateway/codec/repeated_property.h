#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "codec/property_table.h"

namespace sluice::codec {

struct UserProperty {
  std::string_view name;
  std::string_view value;
  bool operator==(const UserProperty&) const = default;
};

// Moves to the next property with the wanted id and reads it. The reader stands on well-formed
// properties, among which there is at least one more such.
void NextRepeated(ByteReader* properties, UserProperty* value);
void NextRepeated(ByteReader* properties, uint32_t* subscription_id);

// The properties of one id that a packet may carry several times, read lazily: a packet of the
// greatest legal size can hold tens of millions of them, so nothing is ever built from them. Order
// is that of the wire [MQTT-3.3.2-18]. A view: valid as long as the bytes that it was decoded or
// built from.
template <typename Value>
class RepeatedProperty {
 public:
  class Iterator {
   public:
    using value_type = Value;
    using difference_type = std::ptrdiff_t;

    Iterator(ByteSpan section, size_t left) : reader_(section), left_(left) { Load(); }
    const Value& operator*() const { return value_; }
    const Value* operator->() const { return &value_; }
    Iterator& operator++() {
      --left_;
      Load();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return left_ == 0; }

   private:
    void Load() {
      if (left_ > 0) NextRepeated(&reader_, &value_);
    }
    ByteReader reader_;
    size_t left_;
    Value value_{};
  };

  RepeatedProperty() = default;
  // `section` is a run of well-formed properties of any id, `count` of them of ours.
  RepeatedProperty(ByteSpan section, size_t count) : section_(section), count_(count) {}

  Iterator begin() const { return {section_, count_}; }
  std::default_sentinel_t end() const { return {}; }
  size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }

 private:
  ByteSpan section_;
  size_t count_ = 0;
};

using UserProperties = RepeatedProperty<UserProperty>;
using SubscriptionIds = RepeatedProperty<uint32_t>;

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
