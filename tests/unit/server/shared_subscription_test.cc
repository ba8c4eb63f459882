// What a member of a group has been sent and has not acknowledged when it goes.

#include "server_fixture.h"

namespace sluice::server {
namespace {

class SharedSubscriptionTest : public ServerTest {
 protected:
  TestClient& Member(const std::string& id, Version version, const ClientOptions& options = {}) {
    ClientOptions of_version = options;
    of_version.version = version;
    TestClient& client = Connect(id, of_version);
    client.Subscribe("$share/g/t", Qos::kExactlyOnce);
    Settle();
    client.Take();
    return client;
  }
  void Publish(Qos qos) {
    TestClient& source = Connect("source");
    source.Publish("t", "x", qos, 9);
    Settle();
  }
};

TEST_F(SharedSubscriptionTest, Qos1ThatIsNotAcknowledgedGoesToAnother) {
  for (const Version version : {Version::kV311, Version::kV5}) {
    TestClient& a = Member("a", version);
    Publish(Qos::kAtLeastOnce);
    EXPECT_EQ(a.Take(), "PUBLISH qos=1 id=1 topic=t payload=x");
    TestClient& b = Member("b", version);
    a.Vanish();
    Settle();
    EXPECT_EQ(b.Take(), "PUBLISH qos=1 id=1 topic=t payload=x");
    b.Vanish();
    Settle();
  }
}

TEST_F(SharedSubscriptionTest, Qos1ThatIsAcknowledgedIsDone) {  // [MQTT-4.8.2-6]
  for (const codec::ReasonCode reason :
       {codec::ReasonCode::kSuccess, codec::ReasonCode::kUnspecifiedError}) {
    TestClient& a = Member("a", Version::kV5);
    Publish(Qos::kAtLeastOnce);
    a.Send(codec::Ack{codec::PacketType::kPuback, 1, reason, {}});
    Settle();
    TestClient& b = Member("b", Version::kV5);
    a.Vanish();
    Settle();
    EXPECT_EQ(b.Take(), "");
    b.Vanish();
    Settle();
  }
}

TEST_F(SharedSubscriptionTest, Qos2ThatWasSentIsNobodyElses) {  // [MQTT-4.8.2-5]
  TestClient& a = Member("a", Version::kV5);
  Publish(Qos::kExactlyOnce);
  EXPECT_EQ(a.Take(), "PUBLISH qos=2 id=1 topic=t payload=x");
  TestClient& b = Member("b", Version::kV5);
  a.Vanish();
  Settle();
  EXPECT_EQ(b.Take(), "");
}

TEST_F(SharedSubscriptionTest, WhoComesBackGetsItsOwn) {  // [MQTT-4.8.2-4]
  for (const Qos qos : {Qos::kAtLeastOnce, Qos::kExactlyOnce}) {
    TestClient& a = Member("a", Version::kV5, {.expiry_seconds = 60});
    Publish(qos);
    TestClient& b = Member("b", Version::kV5);
    a.Vanish();
    Settle();
    EXPECT_EQ(b.Take(), "");
    TestClient& again = Open();
    SendConnect(again, "a", {.clean_start = false});
    Settle();
    EXPECT_NE(again.Take().find("PUBLISH dup qos="), std::string::npos);
    again.Vanish();
    b.Vanish();
    Settle();
  }
}

}  // namespace
}  // namespace sluice::server
