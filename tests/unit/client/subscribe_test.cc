#include "client_fixture.h"
#include "codec/suback.h"
#include "codec/unsuback.h"

namespace sluice::client {
namespace {

class SubscribeTest : public BothVersions {
 protected:
  void SendSuback(uint16_t packet_id, const std::vector<uint8_t>& reasons) {
    Send(codec::Suback{packet_id, reasons, {}});
  }
  void SendUnsuback(uint16_t packet_id, const std::vector<uint8_t>& reasons) {
    Send(codec::Unsuback{packet_id, reasons, {}});
  }
};
SLUICE_BOTH_VERSIONS(SubscribeTest);

TEST_P(SubscribeTest, SubscribeIsAnsweredFilterByFilter) {
  Connect();
  EXPECT_EQ(Subscribe(5, {"a", "b/#"}), RequestResult::kSent);
  EXPECT_EQ(SentHex(), is_v5() ? "82 0D 00 01 00 00 01 61 01 00 03 62 2F 23 01"
                               : "82 0C 00 01 00 01 61 01 00 03 62 2F 23 01");
  SendSuback(1, {1, 0x80});
  EXPECT_EQ(Told(), "subscribed 5 01 80");
}

TEST_P(SubscribeTest, UnsubscribeIsAnswered) {
  Connect();
  EXPECT_EQ(Unsubscribe(6, {"a"}), RequestResult::kSent);
  EXPECT_EQ(Sent().substr(0, 11), "UNSUBSCRIBE");
  SendUnsuback(1, {0x11});
  EXPECT_EQ(Told(), is_v5() ? "unsubscribed 6 11" : "unsubscribed 6");
}

TEST_P(SubscribeTest, SubscriptionIdentifierIsSentWhereThereIsOne) {
  Connect();
  Subscribe(5, {"a"}, 300);
  EXPECT_EQ(Sent().find("300") != std::string::npos, is_v5());
}

TEST_P(SubscribeTest, WhatIsNoFilterIsNotSent) {
  Connect();
  EXPECT_EQ(Subscribe(1, {}), RequestResult::kBadFilter);    // [MQTT-3.8.3-2]
  EXPECT_EQ(Unsubscribe(1, {}), RequestResult::kBadFilter);  // [MQTT-3.10.3-2]
  for (const std::string filter : {"", "a#", "#/a", "\xFF", "$share/g"}) {
    EXPECT_EQ(Subscribe(1, {filter}), RequestResult::kBadFilter) << filter;
    EXPECT_EQ(Unsubscribe(1, {filter}), RequestResult::kBadFilter) << filter;
  }
  EXPECT_EQ(Sent(), "");
}

TEST_P(SubscribeTest, RequestsAreBounded) {
  Connect();
  for (size_t i = 0; i < OutboundWindow::kMaxRequests; ++i) {
    EXPECT_EQ(Subscribe(1, {"a"}), RequestResult::kSent);
  }
  EXPECT_EQ(Subscribe(1, {"a"}), RequestResult::kTooMany);
  EXPECT_EQ(Unsubscribe(1, {"a"}), RequestResult::kTooMany);
  SendSuback(1, {0});
  EXPECT_EQ(Unsubscribe(1, {"a"}), RequestResult::kSent);
}

TEST_P(SubscribeTest, RequestsAndPublishesShareIdentifiersButNotTheWindow) {
  options.max_in_flight = 1;
  Connect();
  EXPECT_EQ(Publish(codec::Qos::kAtLeastOnce, 1), PublishResult::kSent);
  EXPECT_EQ(Subscribe(2, {"a"}), RequestResult::kSent);
  SendSuback(2, {0});
  SendAck(codec::PacketType::kPuback, 1);
  EXPECT_EQ(Told(), "subscribed 2 00; acked 1");
}

// [MQTT-3.8.4-6] [MQTT-3.11.3-1]
TEST_P(SubscribeTest, WrongNumberOfReasonsIsAProtocolError) {
  Connect();
  Subscribe(5, {"a", "b"});
  SendSuback(1, {0});
  EXPECT_EQ(Told(), "end protocol_error 82");
  Connect();
  Unsubscribe(5, {"a", "b"});
  SendUnsuback(1, {0});
  EXPECT_EQ(Told(), is_v5() ? "end protocol_error 82" : "unsubscribed 5");
}

TEST_P(SubscribeTest, AnswerToAnotherQuestionIsAProtocolError) {
  Connect();
  Unsubscribe(5, {"a"});
  SendSuback(1, {0});
  EXPECT_EQ(Told(), "end protocol_error 82");
  Connect();
  Subscribe(5, {"a"});
  SendUnsuback(1, {0});
  EXPECT_EQ(Told(), "end protocol_error 82");
  Connect();
  SendSuback(1, {0});
  EXPECT_EQ(Told(), "end protocol_error 82");
  Connect();
  Subscribe(5, {"a"});
  SendAck(codec::PacketType::kPuback, 1);
  EXPECT_EQ(Told(), "end protocol_error 82");
}

TEST_P(SubscribeTest, RequestThatIsNotAnsweredIsTheEnd) {
  options.ack_timeout = std::chrono::seconds(5);
  Connect();
  Subscribe(5, {"a"});
  Wait(std::chrono::seconds(5));
  EXPECT_EQ(Told(), "end ack_timeout 80");
}

}  // namespace
}  // namespace sluice::client
