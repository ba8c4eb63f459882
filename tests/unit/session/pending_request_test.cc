#include "session/pending_request.h"

#include <algorithm>

#include "part_fixture.h"

namespace sluice::session {
namespace {

using codec::ReasonCode;
using codec::Version;

class PendingRequestTest : public PartTest {
 protected:
  void TearDown() override { pending.CheckInvariants(); }
  // The packet arrives in `input`, which the caller may then spoil.
  codec::Verdict Keep() {
    input.Clear();
    codec::Encode(connect, &input);
    codec::Frame frame;
    EXPECT_EQ(codec::PeekFrame(input.view(), codec::kMaxPacketBytes, &frame).state,
              codec::FrameState::kOk);
    return pending.KeepConnect(frame);
  }
  void SpoilInput() { std::fill_n(input.data(), input.size(), uint8_t{'?'}); }
  Fault Subscribe(uint16_t packet_id, const std::vector<std::string>& filters) {
    for (const std::string& filter : filters) subscriptions.Add({.filter = filter});
    subscribe = {packet_id, subscriptions.list(), {}};
    return pending.OnSubscribe(subscribe, &out);
  }
  Fault Unsubscribe(uint16_t packet_id, const std::vector<std::string>& filters) {
    for (const std::string& filter : filters) unsubscriptions.Add(filter);
    unsubscribe = {packet_id, unsubscriptions.list(), {}};
    return pending.OnUnsubscribe(unsubscribe, &out);
  }

  PendingRequest pending{terms, capabilities};
  ByteBuffer input;
  codec::SubscriptionListBuilder subscriptions;
  codec::UnsubscriptionListBuilder unsubscriptions;
  codec::Subscribe subscribe;
  codec::Unsubscribe unsubscribe;
};

TEST_F(PendingRequestTest, NothingIsDueAtFirst) { EXPECT_FALSE(pending.due()); }

TEST_F(PendingRequestTest, ConnectOutlivesTheInput) {
  connect.client_id = "device-7";
  connect.user_name = "user";
  connect.password = AsBytes("secret");
  connect.will.emplace().topic = "will";
  connect.properties.authentication_method = "SCRAM-SHA-256";
  EXPECT_TRUE(Keep().ok());
  SpoilInput();
  EXPECT_EQ(pending.connect().client_id, "device-7");
  EXPECT_EQ(pending.connect().user_name, "user");
  EXPECT_TRUE(std::ranges::equal(*pending.connect().password, AsBytes("secret")));
  EXPECT_EQ(pending.connect().will->topic, "will");
  EXPECT_EQ(pending.connect().properties.authentication_method, "SCRAM-SHA-256");
}

TEST_F(PendingRequestTest, ConnectIsDueUntilItIsFinished) {
  EXPECT_TRUE(Keep().ok());
  EXPECT_TRUE(pending.due() && pending.connect_due());
  pending.CheckInvariants();
  pending.FinishConnect();
  EXPECT_FALSE(pending.due());
}

TEST_F(PendingRequestTest, UnreadableConnectStillHasAVersionToAnswerIn) {
  const std::vector<uint8_t> body = {0, 4, 'M', 'Q', 'T', 'T', 3};
  codec::Frame frame;
  frame.type = codec::PacketType::kConnect;
  frame.body = body;
  EXPECT_EQ(pending.KeepConnect(frame).reason, ReasonCode::kUnsupportedProtocolVersion);
  EXPECT_EQ(pending.connect().version, Version::kV311);
}

TEST_F(PendingRequestTest, EndOfTheConnectionEndsEveryRequest) {
  EXPECT_TRUE(Keep().ok());
  pending.Clear();
  EXPECT_FALSE(pending.due());
  EXPECT_FALSE(Subscribe(1, {"a"}));
  pending.Clear();
  EXPECT_FALSE(pending.due());
}

TEST_F(PendingRequestTest, OnlyItsOwnAnswerEndsARequest) {
  EXPECT_FALSE(Unsubscribe(3, {"a", "b"}));
  EXPECT_EQ(Said(), "unsubscribe #3 a b");
  const ReasonCode codes[] = {ReasonCode::kSuccess, ReasonCode::kNoSubscriptionExisted};
  EXPECT_FALSE(pending.AcceptSubscribe(3, codes, &out));
  EXPECT_FALSE(pending.AcceptUnsubscribe(4, codes, &out));
  EXPECT_TRUE(pending.due());
  EXPECT_EQ(Said(), "");
  EXPECT_FALSE(pending.AcceptUnsubscribe(3, codes, &out));
  EXPECT_FALSE(pending.due());
  EXPECT_FALSE(pending.AcceptUnsubscribe(3, codes, &out));  // Once is enough.
  EXPECT_EQ(Said(), "UNSUBACK 3 00 11");
}

TEST_F(PendingRequestTest, ConnectIsNoAnswerToFilters) {
  EXPECT_TRUE(Keep().ok());
  const ReasonCode code[] = {ReasonCode::kSuccess};
  EXPECT_FALSE(pending.AcceptSubscribe(0, code, &out));
  EXPECT_TRUE(pending.connect_due());
}

}  // namespace
}  // namespace sluice::session
