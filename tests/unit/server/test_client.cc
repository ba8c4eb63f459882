#include "test_client.h"

#include <gtest/gtest.h>

#include <utility>

#include "wire/describe.h"

namespace sluice::server {

void TestClient::Connect(transport::Loop& loop, const std::string& address) {
  connector_ = transport::Connector::Connect(
      loop, {.address = address}, [this](Result<std::unique_ptr<transport::ByteStream>> result) {
        ASSERT_TRUE(result.ok()) << result.status().ToString();
        Attach(std::move(result).value());
      });
}

void TestClient::Attach(std::unique_ptr<transport::ByteStream> stream) {
  stream_ = std::move(stream);
  stream_->Start(this);
}

void TestClient::Publish(std::string_view topic, std::string_view payload, codec::Qos qos,
                         uint16_t packet_id) {
  codec::Publish publish;
  publish.topic = topic;
  publish.payload = AsBytes(payload);
  publish.qos = qos;
  publish.packet_id = packet_id;
  Send(publish);
}

void TestClient::Release(uint16_t packet_id) {
  Send(codec::Ack{.type = codec::PacketType::kPubrel, .packet_id = packet_id, .properties = {}});
}

void TestClient::Subscribe(std::string_view filter, codec::Qos qos) {
  codec::SubscriptionListBuilder list;
  list.Add({.filter = filter, .maximum_qos = qos});
  codec::Subscribe subscribe;
  subscribe.packet_id = 1;
  subscribe.subscriptions = list.list();
  Send(subscribe);
}

std::string TestClient::Take() { return std::exchange(packets_, {}); }

size_t TestClient::OnBytes(ByteSpan bytes) {
  size_t consumed = 0;
  for (codec::Frame frame;
       codec::PeekFrame(bytes.subspan(consumed), codec::kMaxPacketBytes, &frame).state ==
       codec::FrameState::kOk;
       consumed += frame.size) {
    ++packet_count_;
    if (!describe) continue;
    codec::Packet packet;
    EXPECT_TRUE(codec::Decode(frame, version_, &packet).ok());
    EXPECT_TRUE(codec::Validate(packet, version_, codec::Sender::kServer).ok());
    packets_ += (packets_.empty() ? "" : "; ") + test::Describe(packet);
  }
  return consumed;
}

}  // namespace sluice::server
