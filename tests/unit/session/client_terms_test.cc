#include "session/client_terms.h"

#include "part_fixture.h"

namespace sluice::session {
namespace {

using codec::ReasonCode;
using codec::Version;

class ClientTermsTest : public PartTest {
 protected:
  codec::Properties Connack(const ConnectAnswer& answer = {}) const {
    codec::Connack connack;
    terms.FillConnack(answer, &connack);
    return connack.properties;
  }
};

TEST_F(ClientTermsTest, UnsaidMaximaAreTheLargest) {
  Bind();
  EXPECT_EQ(terms.receive_maximum(), 65'535);
  EXPECT_EQ(terms.max_packet_bytes(), codec::kMaxPacketBytes);
}

TEST_F(ClientTermsTest, ClientsMaximaBindUs) {
  connect.properties.receive_maximum = 7;
  connect.properties.maximum_packet_size = 99;
  Bind();
  EXPECT_EQ(terms.receive_maximum(), 7);
  EXPECT_EQ(terms.max_packet_bytes(), 99u);
}

TEST_F(ClientTermsTest, ExpiryIsGrantedUpToTheLimitAndTheRestIsTold) {
  limits.max_session_expiry_seconds = 10;
  connect.properties.session_expiry_interval = 10;
  Bind();
  EXPECT_FALSE(Connack().session_expiry_interval.has_value());
  connect.properties.session_expiry_interval = 11;
  Bind();
  EXPECT_EQ(terms.session_expiry_seconds(), 10u);
  EXPECT_EQ(Connack().session_expiry_interval, 10u);
}

TEST_F(ClientTermsTest, SessionOf311StaysAsLongAsGrantedUnlessItIsClean) {
  limits.max_session_expiry_seconds = 10;
  connect.clean_start = false;
  Bind(Version::kV311);
  EXPECT_EQ(terms.session_expiry_seconds(), 10u);
  connect.clean_start = true;
  Bind(Version::kV311);
  EXPECT_EQ(terms.session_expiry_seconds(), 0u);
}

TEST_F(ClientTermsTest, OnlyAClientThatCanBeToldIsGivenAShorterKeepAlive) {
  limits.max_keep_alive_seconds = 30;
  for (const uint16_t wanted : {0, 31, 65'535}) {
    connect.keep_alive_seconds = wanted;
    Bind(Version::kV5);
    EXPECT_EQ(terms.keep_alive_seconds(), 30);
    EXPECT_EQ(Connack().server_keep_alive, 30);
    Bind(Version::kV311);
    EXPECT_EQ(terms.keep_alive_seconds(), wanted);
  }
  connect.keep_alive_seconds = 30;
  Bind(Version::kV5);
  EXPECT_FALSE(Connack().server_keep_alive.has_value());
}

TEST_F(ClientTermsTest, ConnackOf311HasNoProperties) {
  Bind(Version::kV311);
  ConnectAnswer answer;
  answer.assigned_client_id = "x";
  EXPECT_FALSE(Connack(answer).receive_maximum.has_value());
}

TEST_F(ClientTermsTest, DisconnectMayShortenOrProlongASessionThatStays) {
  limits.max_session_expiry_seconds = 100;
  connect.properties.session_expiry_interval = 10;
  Bind();
  EXPECT_TRUE(terms.ChangeSessionExpiry(500));
  EXPECT_EQ(terms.session_expiry_seconds(), 100u);
  EXPECT_TRUE(terms.ChangeSessionExpiry(0));
  EXPECT_EQ(terms.session_expiry_seconds(), 0u);
}

TEST_F(ClientTermsTest, SessionThatWasToEndCannotBeProlonged) {
  Bind();
  EXPECT_TRUE(terms.ChangeSessionExpiry(0));
  EXPECT_FALSE(terms.ChangeSessionExpiry(1));
  EXPECT_EQ(terms.session_expiry_seconds(), 0u);
}

TEST_F(ClientTermsTest, ClientIdMayBeAsLongAsTheLimit) {
  limits.max_client_id_bytes = 3;
  connect.client_id = "abc";
  EXPECT_TRUE(terms.Check(connect).ok());
  connect.client_id = "abcd";
  EXPECT_EQ(terms.Check(connect).reason, ReasonCode::kClientIdentifierNotValid);
}

TEST_F(ClientTermsTest, ControlCharactersAreRefusedEachWithItsCode) {
  connect.client_id = "a\nb";
  EXPECT_EQ(terms.Check(connect).reason, ReasonCode::kClientIdentifierNotValid);
  connect.client_id = "a";
  connect.user_name = "\xC2\x85";
  EXPECT_EQ(terms.Check(connect).reason, ReasonCode::kBadUserNameOrPassword);
  connect.user_name = "user";
  connect.will.emplace().topic = "w\x7f";
  EXPECT_EQ(terms.Check(connect).reason, ReasonCode::kTopicNameInvalid);
  EXPECT_EQ(counters.control_characters.value(), 3u);
  limits.control_characters = true;
  EXPECT_TRUE(terms.Check(connect).ok());
}

TEST_F(ClientTermsTest, OrdinaryWillIsAccepted) {
  connect.will.emplace();
  connect.will->topic = "w";
  connect.will->retain = true;
  EXPECT_TRUE(terms.Check(connect).ok());
  Bind();
  EXPECT_TRUE(terms.has_will());
}

}  // namespace
}  // namespace sluice::session
