#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/bytes.h"

namespace sluice::transport {

// The frames of a WebSocket (RFC 6455) around bytes, both sides: sans-IO, one thread. Framing,
// masking, control frames and their answers are wslay's, which no header shows. Messages mean
// nothing, as MQTT wants it [MQTT-6.0.0-2]: what arrives is handed out as it comes, whatever the
// frames are, and nothing gathers in here.
class WebSocketCodec {
 public:
  enum class Role : uint8_t { kClient, kServer };
  struct Sinks {
    // Bytes of binary frames, valid during the call.
    std::function<void(ByteSpan)> data;
    // Frames to be sent.
    std::function<void(ByteSpan)> frames;
  };

  // `seed`: of what a client masks its frames with, so that nobody can make it send bytes of his
  // choice to what sits between (section 10.3).
  WebSocketCodec(Role role, uint64_t seed, Sinks sinks);
  ~WebSocketCodec();
  WebSocketCodec(const WebSocketCodec&) = delete;
  WebSocketCodec& operator=(const WebSocketCodec&) = delete;

  // Takes all of `in`, and answers what must be answered. False: the peer has ended it or broken a
  // rule, fault() says how, and nothing more is taken.
  bool Receive(ByteSpan in);
  // As binary frames of at most kMaxFrameBytes.
  void Send(ByteSpan bytes);
  // Says goodbye, and if a fault was found with the code that says of what kind (section 7.4.1);
  // Send has no effect after it.
  void Close();

  // Printable; empty while all is well.
  const std::string& fault() const { return fault_; }
  bool closed_by_peer() const { return closed_by_peer_; }

  // A peer that wants every answer it can get: pings of one call of Receive.
  static constexpr int kMaxPingsAtOnce = 64;
  // Not all servers take frames of any size.
  static constexpr size_t kMaxFrameBytes = 64 * 1024;

 private:
  struct Impl;
  void Judge(int result);

  std::string fault_;
  bool closed_by_peer_ = false;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::transport
