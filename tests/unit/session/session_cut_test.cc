// Every conversation, with the stream cut at every byte and the packets handed over a byte at a
// time.

#include "describe.h"
#include "session_fixture.h"

namespace sluice::session {
namespace {

using codec::Qos;
using codec::Version;

class CutTest : public BothVersions {
 protected:
  // CONNECT with a will, publishes of every QoS, a release, a subscription, a ping, DISCONNECT.
  std::vector<uint8_t> Conversation() const {
    return FromHex(
        IsV5()
            ? "10 1A 00 04 'MQTT' 05 06 00 0A 05 11 00 00 00 05 00 01 'c' 00 00 01 'w' 00 01 'g' "
              "30 05 00 01 't' 00 'x' 32 07 00 01 't' 00 01 00 'x' 34 07 00 01 't' 00 02 00 'x' "
              "62 02 00 02 82 07 00 03 00 00 01 't' 00 C0 00 E0 00"
            : "10 13 00 04 'MQTT' 04 06 00 0A 00 01 'c' 00 01 'w' 00 01 'g' "
              "30 04 00 01 't' 'x' 32 06 00 01 't' 00 01 'x' 34 06 00 01 't' 00 02 'x' "
              "62 02 00 02 82 06 00 03 00 01 't' 00 C0 00 E0 00");
  }
  // Feeds bytes as they come and plays an owner that answers everything at once.
  size_t Feed(ByteSpan bytes) {
    size_t taken = 0;
    while (const size_t n = session->Receive(clock.Now(), bytes.subspan(taken), &out)) {
      taken += n;
      AnswerAll();
    }
    AnswerAll();
    return taken;
  }
  void AnswerAll() {
    for (const Action& action : out.actions) said += Describe(action) + "\n";
    const std::vector<Action> actions = std::move(out.actions);
    out.actions.clear();
    for (const Action& action : actions) Answer(action);
    session->CheckInvariants();
  }
  void Answer(const Action& action) {
    if (std::holds_alternative<ConnectRequested>(action)) {
      session->AcceptConnect(clock.Now(), answer, &state, &out);
      AnswerAll();
    } else if (const auto* publish = std::get_if<PublishReceived>(&action)) {
      session->Acknowledge(publish->publish->packet_id, codec::ReasonCode::kSuccess, &out);
    } else if (std::holds_alternative<SubscribeRequested>(action)) {
      const codec::ReasonCode granted[] = {codec::ReasonCode::kGrantedQos0};
      session->AcceptSubscribe(3, granted, &out);
    }
  }
  void Fresh() {
    Open();
    said.clear();
    state.Clear();
    out.Clear();
  }
  std::string said;
};
SLUICE_BOTH_VERSIONS(CutTest);

TEST_P(CutTest, WholeConversationIsUnderstood) {
  Fresh();
  const std::vector<uint8_t> bytes = Conversation();
  EXPECT_EQ(Feed(bytes), bytes.size());
  EXPECT_EQ(Sent(), "CONNACK; PUBACK 1; PUBREC 2; PUBCOMP 2; SUBACK 3 00; PINGRESP");
  EXPECT_EQ(said,
            "stop connect\nconnect c\nstart keep-alive 15000ms\npublish t=x q0\n"
            "publish t=x q1 #1\npublish t=x q2 #2\nsubscribe #3 t\nstop keep-alive\n" +
                std::string(IsV5() ? "close client 00 will=cancelled expiry=5\n"
                                   : "close client 00 will=cancelled expiry=0\n"));
}

TEST_P(CutTest, PacketsMayComeAByteAtATime) {
  Fresh();
  const std::vector<uint8_t> bytes = Conversation();
  size_t taken = 0;
  for (size_t end = 1; end <= bytes.size(); ++end) {
    taken += Feed(ByteSpan(bytes).subspan(taken, end - taken));
  }
  EXPECT_EQ(taken, bytes.size());
  EXPECT_EQ(Sent(), "CONNACK; PUBACK 1; PUBREC 2; PUBCOMP 2; SUBACK 3 00; PINGRESP");
}

TEST_P(CutTest, StreamMayEndAtEveryByte) {
  const std::vector<uint8_t> bytes = Conversation();
  for (size_t end = 0; end < bytes.size(); ++end) {
    Fresh();
    EXPECT_LE(Feed(ByteSpan(bytes).first(end)), end);
    EXPECT_FALSE(session->closed()) << end;
    const bool was_connected = session->connected();
    CloseStream();
    const std::string will = was_connected ? "due" : "none";
    EXPECT_NE(Asked().find("close stream 80 will=" + will), std::string::npos) << end;
  }
}

TEST_P(CutTest, EveryByteMayBeWrong) {
  const std::vector<uint8_t> bytes = Conversation();
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (const int flip : {0x01, 0x80, 0xFF}) {
      Fresh();
      std::vector<uint8_t> wrong = bytes;
      wrong[i] ^= static_cast<uint8_t>(flip);
      EXPECT_LE(Feed(wrong), wrong.size());
      Sent();  // What is sent stays well-formed.
    }
  }
}

}  // namespace
}  // namespace sluice::session
