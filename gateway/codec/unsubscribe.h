#pragma once

#include <cstdint>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "codec/frame.h"
#include "codec/lazy_list.h"
#include "codec/properties.h"

namespace sluice::codec {

// One filter of an UNSUBSCRIBE.
struct Unsubscription {
  std::string_view filter;
};
void ReadEntry(ByteReader* in, Unsubscription* out);

using UnsubscriptionList = LazyList<Unsubscription, ReadEntry>;

// UNSUBSCRIBE (section 3.10). A view: valid as long as the packet's bytes.
struct Unsubscribe {
  uint16_t packet_id = 0;
  UnsubscriptionList filters;
  Properties properties;  // MQTT 5 only
};

Verdict Decode(const Frame& frame, Version version, Unsubscribe* out);
Verdict Validate(const Unsubscribe& packet, Version version, Sender sender = Sender::kClient);
void Encode(const Unsubscribe& packet, Version version, ByteBuffer* out);

// Builds the list of a packet to be encoded; the list is valid until the next Add or Clear.
class UnsubscriptionListBuilder {
 public:
  void Add(std::string_view filter);
  void Clear();
  UnsubscriptionList list() const { return {bytes_.view(), count_}; }

 private:
  ByteBuffer bytes_;
  size_t count_ = 0;
};

}  // namespace sluice::codec
