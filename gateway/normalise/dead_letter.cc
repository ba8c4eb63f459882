#include "normalise/dead_letter.h"

#include "normalise/device_name.h"

namespace sluice::normalise {

ByteSpan BuildDeadLetter(const Message& message, const Rejection& rejection,
                         std::string_view profile, const Target& target, size_t max_payload_bytes,
                         schema::EventBuilder* builder) {
  const schema::RejectedMessage rejected{
      .topic = message.topic,
      .payload = message.payload,
      .device = IsDeviceName(message.identity) ? message.identity : target.gateway,
      .identity = message.identity,
      .received = message.received,
      .time_source =
          message.clock_is_set ? schema::TimeSource::kGateway : schema::TimeSource::kGatewayUnset,
      .profile = profile,
      .traceparent = message.traceparent};
  return schema::BuildDeadLetter(rejected, rejection,
                                 {target.gateway, target.stream, target.next_offset},
                                 max_payload_bytes, builder);
}

}  // namespace sluice::normalise
