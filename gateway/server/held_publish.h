#pragma once

#include "base/byte_buffer.h"
#include "codec/publish.h"

namespace sluice::server {

// A message that found no room, kept with its topic (aliases are gone by then) until it does: one
// per connection, because a connection with one is not read.
class HeldPublish {
 public:
  bool empty() const { return packet_.empty(); }
  void Hold(const codec::Publish& publish, codec::Version version);
  // The message; its views live until Clear.
  codec::Publish View(codec::Version version) const;
  void Clear() { packet_.Release(); }
  size_t bytes() const { return packet_.capacity(); }

 private:
  ByteBuffer packet_;
};

}  // namespace sluice::server
