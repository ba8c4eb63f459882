#include "load_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "codec/ack.h"
#include "codec/connack.h"
#include "codec/connect.h"
#include "codec/publish.h"

namespace sluice::bench {

void LatencyRecorder::Add(Duration latency) {
  const auto micros =
      std::clamp<int64_t>(latency.count() / 1000, 0, static_cast<int64_t>(buckets_.size()) - 1);
  ++buckets_[static_cast<size_t>(micros)];
  ++count_;
}

double LatencyRecorder::QuantileMillis(double quantile) const {
  const auto wanted = static_cast<uint64_t>(quantile * static_cast<double>(count_));
  uint64_t seen = 0;
  for (size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen > wanted) return static_cast<double>(i) / 1000.0;
  }
  return 0.0;
}

LoadClient::LoadClient(transport::Loop& loop, Options options, LatencyRecorder* latencies)
    : loop_(loop),
      options_(std::move(options)),
      latencies_(*latencies),
      sent_(size_t{2} * options_.window) {}

void LoadClient::Connect(std::function<void()> ready) {
  on_ready_ = std::move(ready);
  transport::ConnectOptions connect;
  connect.address = options_.address;
  connect.tls = options_.tls;
  connector_ = transport::Connector::Connect(
      loop_, connect, [this](Result<std::unique_ptr<transport::ByteStream>> result) {
        if (!result.ok()) {
          std::fprintf(stderr, "bench-load: %s\n", result.status().ToString().c_str());
          failed_ = true;
          return;
        }
        stream_ = std::move(*result);
        stream_->Start(this);
        codec::Connect packet;
        packet.version = options_.version;
        packet.client_id = options_.client_id;
        codec::Encode(packet, &out_);
        stream_->Write(out_.view());
        out_.Clear();
      });
}

void LoadClient::MakePayload() {
  payload_.clear();
  fmt::format_to(
      std::back_inserter(payload_),
      R"({{"seq":{},"temperature":{:.2f},"humidity":{:.1f},"battery":{},"linkquality":{},"voltage":2985)",
      published_, 20.0 + static_cast<double>(published_ % 500) / 100.0,
      40.0 + static_cast<double>(published_ % 200) / 10.0, 100 - published_ % 50,
      80 + published_ % 100);
  // White space is the cheapest way to an exact size that stays JSON.
  payload_.resize(std::max(options_.payload_bytes, payload_.size() + 1) - 1, ' ');
  payload_.push_back('}');
}

bool LoadClient::Publish() {
  if (!HasRoom()) return false;
  do {
    ++next_id_;
  } while (next_id_ == 0 || SentAt(next_id_) != MonotonicTime());
  MakePayload();
  codec::Publish packet;
  packet.qos = codec::Qos::kAtLeastOnce;
  packet.packet_id = next_id_;
  packet.topic = options_.topic;
  packet.payload = AsBytes(payload_);
  codec::Encode(packet, options_.version, &out_);
  stream_->Write(out_.view());
  out_.Clear();
  SentAt(next_id_) = SystemClock().Now();
  ++in_flight_;
  ++published_;
  return true;
}

size_t LoadClient::OnBytes(ByteSpan bytes) {
  size_t consumed = 0;
  codec::Frame frame;
  while (codec::PeekFrame(bytes.subspan(consumed), codec::kMaxPacketBytes, &frame).state ==
         codec::FrameState::kOk) {
    OnPacket(frame);
    consumed += frame.size;
  }
  while (closed_loop_ && Publish()) {
  }
  return consumed;
}

void LoadClient::OnPacket(const codec::Frame& frame) {
  if (frame.type == codec::PacketType::kConnack) {
    codec::Connack connack;
    failed_ =
        !codec::Decode(frame, options_.version, &connack).ok() || codec::IsError(connack.reason);
    ready_ = !failed_;
    return on_ready_();
  }
  if (frame.type != codec::PacketType::kPuback) return;
  codec::Ack ack;
  if (!codec::Decode(frame, options_.version, &ack).ok()) return;
  latencies_.Add(SystemClock().Now() - SentAt(ack.packet_id));
  SentAt(ack.packet_id) = MonotonicTime();
  --in_flight_;
  ++(codec::IsError(ack.reason) ? refused_ : acknowledged_);
}

void LoadClient::OnClosed(const Status& reason) {
  if (!reason.ok()) std::fprintf(stderr, "bench-load: closed: %s\n", reason.ToString().c_str());
  ready_ = false;
  failed_ = true;
}

}  // namespace sluice::bench
