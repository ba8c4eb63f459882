#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/byte_buffer.h"
#include "base/clock.h"
#include "codec/frame.h"
#include "transport/byte_stream.h"
#include "transport/connector.h"
#include "transport/loop.h"

namespace sluice::bench {

// Latencies in buckets of a microsecond, up to ten seconds.
class LatencyRecorder {
 public:
  void Add(Duration latency);
  double QuantileMillis(double quantile) const;
  uint64_t count() const { return count_; }

 private:
  std::vector<uint32_t> buckets_ = std::vector<uint32_t>(10'000'000);
  uint64_t count_ = 0;
};

// One simulated device: publishes at QoS 1 with a bounded window and times each acknowledgement. As
// cheap as it can be, because it shares the machine with what it measures.
class LoadClient final : public transport::StreamHandler {
 public:
  struct Options {
    std::string address;
    std::shared_ptr<tls::Context> tls;
    std::string client_id;
    std::string topic;
    uint16_t window = 20;
    size_t payload_bytes = 128;
    codec::Version version = codec::Version::kV311;
  };

  LoadClient(transport::Loop& loop, Options options, LatencyRecorder* latencies);

  void Connect(std::function<void()> ready);
  // Publishes one message if the window has room.
  bool Publish();
  bool HasRoom() const { return ready_ && in_flight_ < options_.window; }
  // In closed-loop mode every acknowledgement is answered with further messages, up to the window.
  void PublishWithoutPause(bool on) { closed_loop_ = on; }

  uint64_t published() const { return published_; }
  uint64_t acknowledged() const { return acknowledged_; }
  uint64_t refused() const { return refused_; }
  bool failed() const { return failed_; }

 private:
  size_t OnBytes(ByteSpan bytes) override;
  void OnClosed(const Status& reason) override;
  void OnPacket(const codec::Frame& frame);
  void MakePayload();
  MonotonicTime& SentAt(uint16_t packet_id) { return sent_[packet_id % sent_.size()]; }

  transport::Loop& loop_;
  const Options options_;
  LatencyRecorder& latencies_;
  std::unique_ptr<transport::Connector> connector_;
  std::unique_ptr<transport::ByteStream> stream_;
  std::function<void()> on_ready_;
  ByteBuffer out_;
  std::string payload_;
  std::vector<MonotonicTime> sent_;  // a ring by packet id; zero: free
  uint16_t next_id_ = 0;
  uint32_t in_flight_ = 0;
  bool ready_ = false, closed_loop_ = false, failed_ = false;
  uint64_t published_ = 0, acknowledged_ = 0, refused_ = 0;
};

}  // namespace sluice::bench
