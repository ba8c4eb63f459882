// How passwords, and their end, reach connections and sessions. What the doorkeeper decides is
// identity's matter.

#include "identity/password_hash.h"
#include "server_fixture.h"

namespace sluice::server {
namespace {

class LoginTest : public ServerTest {
 protected:
  LoginTest() {
    takes_passwords_ = true;
    static const std::string kHash = identity::HashPassword("secret").value();
    EXPECT_TRUE(accounts_.Put({.name = "pump", .password_hash = kHash}).ok());
  }
  void Arrive(TestClient& client) override { ArriveAs("", client); }

  TestClient& Login(std::string_view name, std::string_view password,
                    Version version = Version::kV5) {
    codec::Connect connect;
    connect.version = version;
    connect.client_id = "c";
    connect.clean_start = false;
    connect.user_name = name;
    connect.password = AsBytes(password);
    if (version == Version::kV5) connect.properties.session_expiry_interval = 3600;
    TestClient& client = Open(version);
    client.Send(connect);
    scheduler_.RunReady();
    return client;
  }
  const broker::Broker& broker() { return server_->broker(); }
};

TEST_F(LoginTest, PasswordMakesTheIdentity) {
  EXPECT_EQ(Login("pump", "secret").Take().substr(0, 7), "CONNACK");
  EXPECT_TRUE(broker().IsConnected("pump", "c"));
}

TEST_F(LoginTest, WrongPasswordIsRefusedInTheWordsOfTheVersion) {
  for (const Version version : {Version::kV5, Version::kV311}) {
    TestClient& client = Login("pump", "Secret", version);
    EXPECT_EQ(client.Take(), "CONNACK reason=86");
    EXPECT_TRUE(client.closed());
  }
  EXPECT_EQ(Count("sluice_connects_refused_total", "reason=\"bad_credentials\""), 2U);
  EXPECT_EQ(broker().connected_clients(), 0U);
}

TEST_F(LoginTest, PasswordThatNobodyChecksIsRefused) {
  takes_passwords_ = false;
  for (const Version version : {Version::kV5, Version::kV311}) {
    EXPECT_EQ(Login("pump", "secret", version).Take(), "CONNACK reason=87");
  }
}

TEST_F(LoginTest, RevokedIdentityLosesItsConnectionsAndKeepsItsSessions) {
  TestClient& v5 = Login("pump", "secret");
  v5.Take();
  server_->Revoke("somebody", false);
  scheduler_.RunReady();
  EXPECT_FALSE(v5.closed());
  server_->Revoke("pump", false);
  scheduler_.RunReady();
  EXPECT_EQ(v5.Take().substr(0, 20), "DISCONNECT reason=98");
  EXPECT_TRUE(v5.closed());
  EXPECT_EQ(broker().detached_sessions(), 1U);
}

TEST_F(LoginTest, RemovedIdentityLosesItsSessionsToo) {
  Login("pump", "secret").Vanish();
  scheduler_.RunReady();
  EXPECT_EQ(broker().detached_sessions(), 1U);
  TestClient& again = Login("pump", "secret");
  EXPECT_EQ(again.Take().substr(0, 7), "CONNACK");
  server_->Revoke("pump", true);
  scheduler_.RunReady();
  EXPECT_TRUE(again.closed());
  EXPECT_EQ(broker().detached_sessions(), 0U);
  EXPECT_EQ(broker().connected_clients(), 0U);
  broker().CheckInvariants();
}

// Who is just being asked is told by the accounts, not by this.
TEST_F(LoginTest, RevokingReachesNobodyWhoHasNotJoined) {
  TestClient& knocking = Open();
  server_->Revoke("", true);
  scheduler_.RunReady();
  EXPECT_FALSE(knocking.closed());
}

}  // namespace
}  // namespace sluice::server
