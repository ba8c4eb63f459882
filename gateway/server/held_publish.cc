#include "server/held_publish.h"

#include "base/status.h"
#include "codec/frame.h"

namespace sluice::server {

void HeldPublish::Hold(const codec::Publish& publish, codec::Version version) {
  packet_.Clear();
  codec::Encode(publish, version, &packet_);
}

codec::Publish HeldPublish::View(codec::Version version) const {
  codec::Frame frame;
  codec::Publish publish;
  // Our own encoding of a message that was valid when it came.
  SLUICE_CHECK(codec::PeekFrame(packet_.view(), codec::kMaxPacketBytes, &frame).state ==
               codec::FrameState::kOk);
  SLUICE_CHECK(codec::Decode(frame, version, &publish).ok());
  return publish;
}

}  // namespace sluice::server
