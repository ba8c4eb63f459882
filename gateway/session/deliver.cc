#include <algorithm>

#include "base/status.h"
#include "codec/ack.h"
#include "codec/publish.h"
#include "session/session.h"

namespace sluice::session {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;
using codec::Version;

DeliverResult Session::Deliver(MonotonicTime now, const codec::Publish& message, Output* out) {
  if (!connected()) return DeliverResult::kClosed;
  codec::Publish publish = message;
  publish.dup = false;  // [MQTT-3.3.1-1]
  publish.packet_id = 0;
  publish.properties.topic_alias.reset();
  const DeliverResult result =
      publish.qos == Qos::kAtMostOnce ? SendOnce(publish, out) : SendAndKeep(now, &publish, out);
  if (result == DeliverResult::kTooLarge) counters_.outbound_too_large.Add();
  if (result == DeliverResult::kWindowFull) counters_.outbound_window_full.Add();
  return result;
}

DeliverResult Session::SendOnce(const codec::Publish& publish, Output* out) {
  return codec::EncodeWithin(publish, version_, client_max_packet_bytes_, &out->bytes)
             ? DeliverResult::kSent
             : DeliverResult::kTooLarge;  // [MQTT-3.1.2-25]
}

DeliverResult Session::SendAndKeep(MonotonicTime now, codec::Publish* publish, Output* out) {
  OutboundWindow& window = state_->outbound;
  const size_t most = std::min(limits_.max_outbound_in_flight, client_receive_maximum_);
  if (!window.HasRoom(most, limits_.max_outbound_bytes)) {
    return DeliverResult::kWindowFull;
  }
  SLUICE_CHECK(window.FirstUnsent() == nullptr);  // Else the client's window would be full.
  OutboundMessage& kept = window.Append(publish->qos, now);
  publish->packet_id = kept.packet_id;
  codec::Encode(*publish, Version::kV5, &kept.frame);
  window.Commit();
  const DeliverResult result = SendOnce(*publish, out);
  if (result == DeliverResult::kSent) {
    window.MarkFirstUnsentAsSent();
  } else {
    window.Erase(&kept);
  }
  return result;
}

// What a resumed session had in flight goes out again, in order [MQTT-4.4.0-1] [MQTT-4.6.0-1],
// never more of it than the client takes at a time [MQTT-3.3.4-9].
void Session::SendUnsent(MonotonicTime now, Output* out) {
  OutboundWindow& window = state_->outbound;
  while (window.sent() < client_receive_maximum_) {
    OutboundMessage* message = window.FirstUnsent();
    if (message == nullptr) return;
    if (Resend(now, *message, out)) {
      counters_.redelivered.Add();
      window.MarkFirstUnsentAsSent();
      continue;
    }
    counters_.outbound_too_large.Add();
    out->actions.push_back(DeliveryFinished{message->packet_id, ReasonCode::kPacketTooLarge});
    window.Erase(message);
  }
}

bool Session::Resend(MonotonicTime now, const OutboundMessage& message, Output* out) {
  if (message.stage == OutboundStage::kReleased) {
    codec::EncodeAck(PacketType::kPubrel, message.packet_id, ReasonCode::kSuccess, version_,
                     &out->bytes);
    return true;
  }
  codec::Frame frame;
  codec::Publish publish;
  const codec::FramePeek peek =
      codec::PeekFrame(message.frame.view(), codec::kMaxPacketBytes, &frame);
  SLUICE_CHECK(peek.state == codec::FrameState::kOk);
  SLUICE_CHECK(codec::Decode(frame, Version::kV5, &publish).ok());
  publish.dup = true;                                               // [MQTT-3.3.1-1]
  if (auto& expiry = publish.properties.message_expiry_interval) {  // [MQTT-3.3.2-6]
    const auto waited = std::chrono::duration_cast<std::chrono::seconds>(now - message.accepted_at);
    *expiry -= static_cast<uint32_t>(std::clamp<int64_t>(waited.count(), 0, *expiry));
  }
  return codec::EncodeWithin(publish, version_, client_max_packet_bytes_, &out->bytes);
}

}  // namespace sluice::session
