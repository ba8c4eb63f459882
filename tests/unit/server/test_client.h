#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_buffer.h"
#include "transport/connector.h"
#include "wire/packet.h"

namespace sluice::server {

// An MQTT client that says what it is told to and remembers what it is sent. It
// answers nothing by itself.
class TestClient : public transport::StreamHandler {
 public:
  explicit TestClient(codec::Version version) : version_(version) {}

  void Connect(transport::Loop& loop, const std::string& address);
  // Speaks on a stream that is connected.
  void Attach(std::unique_ptr<transport::ByteStream> stream);
  bool connected() const { return stream_ != nullptr; }

  // Sends one packet.
  template <typename Packet>
  void Send(const Packet& packet) {
    ByteBuffer bytes;
    codec::Encode(packet, version_, &bytes);
    SendBytes(bytes.view());
  }
  void SendBytes(ByteSpan bytes) { stream_->Write(bytes); }
  void Publish(std::string_view topic, std::string_view payload, codec::Qos qos,
               uint16_t packet_id = 0);
  void Release(uint16_t packet_id);
  void Subscribe(std::string_view filter, codec::Qos qos = codec::Qos::kAtMostOnce);

  // From now on takes nothing that it is sent, until it takes again.
  void StopReading() { stream_->PauseReading(); }
  void ReadAgain() { stream_->ResumeReading(); }
  void Vanish() { stream_->Close(); }

  // The packets that came since the last call, "PUBACK id=7; PUBACK id=8 reason=97" (see
  // wire/describe.h).
  std::string Take();
  const std::string& packets() const { return packets_; }
  size_t packet_count() const { return packet_count_; }
  // The other side has ended the connection.
  bool closed() const { return closed_.has_value(); }
  codec::Version version() const { return version_; }

  // Whether packets are remembered as text; a benchmark or a count of allocations wants none.
  bool describe = true;

 private:
  size_t OnBytes(ByteSpan bytes) override;
  void OnClosed(const Status& reason) override { closed_ = reason; }

  const codec::Version version_;
  std::unique_ptr<transport::Connector> connector_;
  std::unique_ptr<transport::ByteStream> stream_;
  std::string packets_;
  size_t packet_count_ = 0;
  std::optional<Status> closed_;
};

}  // namespace sluice::server
