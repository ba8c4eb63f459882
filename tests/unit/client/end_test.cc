// How connections end: the server's word, ours, and what people read.

#include <gmock/gmock.h>

#include "client_fixture.h"
#include "codec/disconnect.h"

namespace sluice::client {
namespace {

using codec::ReasonCode;
using testing::HasSubstr;

class EndTest : public ClientTest {};

TEST_F(EndTest, DisconnectOfTheServerIsTold) {
  Connect();
  codec::Disconnect disconnect{ReasonCode::kServerMoved, {}};
  disconnect.properties.reason_string = "bye";
  disconnect.properties.server_reference = "b.example";
  Send(disconnect);
  EXPECT_EQ(Told(), "end disconnected 9D");
  EXPECT_EQ(Sent(), "");
  EXPECT_EQ(Describe(client->end()),
            "the server ended the connection: Server moved (0x9D), \"bye\"; it names another "
            "server: b.example");
}

TEST_F(EndTest, NormalDisconnectOfTheServerHasItsOwnName) {
  Connect();
  SendHex("E0 00");
  EXPECT_EQ(Describe(client->end()),
            "the server ended the connection: Normal disconnection (0x00)");
}

TEST_F(EndTest, ReasonCodeThatDisconnectDoesNotHaveIsAProtocolError) {
  Connect();
  SendHex("E0 01 85");
  EXPECT_EQ(Told(), "end protocol_error 82");
}

// [MQTT-3.14.2-2]
TEST_F(EndTest, SessionExpiryInADisconnectOfTheServerIsAProtocolError) {
  Connect();
  SendHex("E0 07 00 05 11 00 00 00 01");
  EXPECT_EQ(Told(), "end protocol_error 82");
}

TEST_F(EndTest, DisconnectIsNotForServersOf311) {
  options.version = codec::Version::kV311;
  Connect();
  SendHex("E0 00");
  EXPECT_EQ(Told(), "end protocol_error 82");
  EXPECT_EQ(Sent(), "");  // DISCONNECT would call off the will
}

TEST_F(EndTest, OurDisconnectHasOurReason) {
  Connect();
  Disconnect();
  EXPECT_EQ(SentHex(), "E0 00");
  EXPECT_EQ(Told(), "end local 00");
  Connect();
  Disconnect(ReasonCode::kDisconnectWithWill);
  EXPECT_EQ(SentHex(), "E0 01 04");
  EXPECT_EQ(Told(), "end local 04");
  options.version = codec::Version::kV311;
  Connect();
  Disconnect();
  EXPECT_EQ(SentHex(), "E0 00");
}

TEST_F(EndTest, ReasonThatClientsDoNotHaveBecomesOneTheyHave) {
  Connect();
  Disconnect(ReasonCode::kServerBusy);
  EXPECT_EQ(SentHex(), "E0 01 80");
}

TEST_F(EndTest, ServerIsToldWhichRuleItBroke) {
  Connect();
  SendAck(codec::PacketType::kPuback, 7);
  EXPECT_EQ(Sent(), "DISCONNECT reason=82 {reason_string=an answer to what was not asked}");
  EXPECT_EQ(Describe(client->end()),
            "the server broke a rule of MQTT: an answer to what was not asked");
}

TEST_F(EndTest, NothingIsTakenAfterTheEnd) {
  Connect();
  SendHex("E0 00");
  EXPECT_EQ(client->NextDeadline(), std::nullopt);
  EXPECT_EQ(client->Receive(clock.Now(), AsBytes("\xD0\0"), &out), 0u);
  client->Tick(clock.Now() + std::chrono::hours(1), &out);
  Disconnect();
  CloseStream();
  EXPECT_EQ(Told(), "end disconnected 00");
  EXPECT_EQ(Sent(), "");
}

TEST_F(EndTest, BytesBehindTheEndAreLeft) {
  Connect();
  const uint8_t bytes[] = {0xE0, 0, 0xE0, 0};
  EXPECT_EQ(SendBytes(bytes), 2u);
}

TEST_F(EndTest, ServersWordsArePrintableAndShort) {
  End end{.cause = EndCause::kDisconnected, .reason_string = std::string(10'000, '\n')};
  const std::string text = Describe(end);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_LT(text.size(), 1200u);
}

TEST_F(EndTest, EveryCauseHasANameOfItsOwnAndASentence) {
  std::vector<std::string> texts;
  for (uint8_t cause = 0; cause <= static_cast<uint8_t>(EndCause::kLocal); ++cause) {
    const End end{.cause = static_cast<EndCause>(cause)};
    EXPECT_FALSE(EndCauseName(end.cause).empty());
    for (const std::string& other : texts) EXPECT_NE(other, Describe(end));
    texts.push_back(Describe(end));
  }
  EXPECT_THAT(texts.back(), HasSubstr("disconnected"));
}

}  // namespace
}  // namespace sluice::client
