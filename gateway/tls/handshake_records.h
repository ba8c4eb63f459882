#pragma once

#include <cstddef>

#include "base/byte_buffer.h"
#include "base/bytes.h"

namespace sluice::tls {

// Messages of a handshake may be spread over several records (RFC 5246, section 6.2.1; RFC 8446,
// section 5.1), and must be when a device with little memory has asked for records of 512 bytes
// (RFC 6066, section 4): its certificate is larger. mbedTLS 2.28 neither takes nor sends them so,
// and 3.6 no ClientHello. So this stands in front of it, until the peer encrypts: from there on
// only Finished is left, which is short.

// The length of the record at the front of `bytes`, with its header; 0 if not all of it has come.
// What cannot be a record ends where `bytes` do.
size_t RecordBytes(ByteSpan bytes);

// Puts incoming messages together. One thread.
class HandshakeJoiner {
 public:
  // The largest message with its head, which has to fit into one record. Stops a peer from feeding
  // us memory with a message that never ends.
  static constexpr size_t kMaxMessageBytes = 16 * 1024;

  // Takes one whole record.
  void Take(ByteSpan record);
  // What mbedTLS may see of it: whole messages, or whatever came where no joining helps.
  ByteBuffer& joined() { return joined_; }

 private:
  void PassOn(ByteSpan record);

  ByteBuffer joined_;
  ByteBuffer pending_;  // the beginning of a message whose rest is still to come
  bool over_ = false;   // the peer encrypts, or does what mbedTLS shall refuse
};

// Whether a ClientHello begins at the front of `records`.
bool IsClientHello(ByteSpan records);

// Appends `records`, which are whole, to `out`, those of the handshake in pieces of at most
// `max_payload` bytes. False: we encrypt from here on.
bool AppendInPieces(ByteSpan records, size_t max_payload, ByteBuffer* out);

}  // namespace sluice::tls
