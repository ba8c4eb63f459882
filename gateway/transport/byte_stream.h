#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "base/status.h"
#include "tls/peer_certificate.h"
#include "transport/socket_address.h"

namespace sluice::transport {

// What is known of the other end, and verified where it can be: the evidence by which others decide
// who that is.
struct PeerInfo {
  std::string address = {};   // "192.0.2.7:50123", "[2001:db8::7]:50123", "process 7 of uid 1000"
  SourceAddress source = {};  // all that tells strangers apart
  std::string tls_version = {};  // "TLSv1.2"; empty on a plaintext listener
  std::string cipher = {};
  std::optional<tls::PeerCertificate> certificate = {};  // verified; none if none was shown
  std::string psk_name = {};  // of the pre-shared key that it has proven to have; empty: none
  bool resumed = false;       // by session ticket
  bool is_local = false;      // has come through a Unix socket
};

// What a connection is reckoned as while there is no room for another (see Admission).
enum class Standing : uint8_t {
  kSilent,    // a newcomer that keeps us waiting, from now on; what it is at first
  kBusy,      // a newcomer that waits for us
  kAdmitted,  // has shown who it is and stays; for good
};

// The user of a stream. All calls on the loop thread, never from inside a call to the stream.
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;
  // `bytes` are all that wait, valid during the call. Returns how many were consumed from their
  // front; the stream keeps the rest and shows it again, with what follows, when more arrives or
  // reading is resumed. A handler that leaves limits.max_input_bytes lying without pausing is
  // closed.
  virtual size_t OnBytes(ByteSpan bytes) = 0;
  // The output not yet taken by the system has passed the high mark, and later the low one: stop
  // writing what can wait, go on.
  virtual void OnOutputHigh() {}
  virtual void OnOutputLow() {}
  // The last call, exactly one per stream, also after Close: OK when we closed it, kUnavailable
  // when the peer did, kIoError when the network did, kResourceExhausted at a limit. The stream may
  // be destroyed in it.
  virtual void OnClosed(const Status& reason) = 0;
};

// A connected stream of bytes, TCP or TLS over it. Owned by whoever accepted it; loop thread only.
//
// Destroying it closes the connection at once and silences it. That is allowed in OnClosed and
// outside its callbacks, not in OnBytes, OnOutputHigh or OnOutputLow: use Close there.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  // First. `handler` must outlive the stream or its OnClosed. Bytes begin to arrive after it
  // returns. Once more when the stream is handed on (see StreamUpgrade): the new handler is shown
  // what the one before has left.
  virtual void Start(StreamHandler* handler) = 0;

  // Copies `bytes` to the output, which leaves once per iteration of the loop: a hundred small
  // answers to one read are one send. Ignored after Close, CloseAfterFlush or a failure. Past
  // limits.max_output_bytes the stream closes with kResourceExhausted.
  virtual void Write(ByteSpan bytes) = 0;
  // The same without the copy: where output gathers, to be appended to, and nothing else done with
  // the stream, until EndWrite. Null where that is not possible, or nothing may be written any
  // more: then use Write.
  virtual ByteBuffer* BeginWrite() { return nullptr; }
  virtual void EndWrite() {}
  // Bytes written that the system has not taken yet.
  virtual size_t output_bytes() const = 0;
  // The output has passed its high mark and not come down to the low one since, as of this moment:
  // within one iteration of the loop the handler is told only at its end. What can wait must not be
  // written now; OnOutputLow follows.
  virtual bool output_high() const = 0;

  // Counted: reading goes on when every pause has had its resume. Takes effect at once, except for
  // what OnBytes is being shown: consume less of it.
  virtual void PauseReading() = 0;
  virtual void ResumeReading() = 0;

  // The peer has closed or lost its side, although what it sent before may not have been read yet.
  // For streams that are paused, which notice nothing by themselves. A system call.
  virtual bool peer_has_left() const = 0;

  // Only for streams that a listener accepted; without effect on others.
  virtual void SetStanding(Standing) {}

  // A proxy at the other end has said who really comes. Likewise, and before anybody has wrapped
  // the stream into another.
  virtual void SetPeerAddress(const sockaddr_storage&) {}

  // No more bytes are delivered; sends what is written, says goodbye (TLS close_notify, TCP FIN),
  // gives the peer limits.close_linger to take it and close its side, then OnClosed(OK).
  virtual void CloseAfterFlush() = 0;
  // Drops what is not sent yet. OnClosed(reason) follows, later, from the loop.
  virtual void Close(Status reason = Status::Ok()) = 0;

  virtual const PeerInfo& peer() const = 0;
};

}  // namespace sluice::transport
