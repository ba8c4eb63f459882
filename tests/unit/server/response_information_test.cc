#include "server/response_information.h"

#include "server_fixture.h"

namespace sluice::server {
namespace {

TEST(ResponseInformationTest, IdentityTakesItsPlace) {
  EXPECT_EQ(ResponseInformation("devices/{identity}/replies", "d1"), "devices/d1/replies");
  EXPECT_EQ(ResponseInformation("{identity}/{identity}", "{identity}"), "{identity}/{identity}");
  EXPECT_EQ(ResponseInformation("replies", "a/b"), "replies");
}

TEST(ResponseInformationTest, IdentityThatIsNoLevelGetsNone) {
  for (const char* identity : {"", "$SYS", "a/b", "+", "#"}) {
    EXPECT_EQ(ResponseInformation("devices/{identity}/replies", identity), "") << identity;
  }
}

class ResponseInformationOnConnectTest : public ServerTest {};

TEST_F(ResponseInformationOnConnectTest, IsForThoseWhoAsk) {
  options_.response_information = "r/{identity}";
  for (const uint8_t asks : {0, 1}) {
    TestClient& client = Open();
    codec::Connect connect;
    connect.client_id = "c";
    connect.properties.request_response_information = asks;
    client.Send(connect);
    Settle();
    EXPECT_EQ(client.Take().find("r/tester") != std::string::npos, asks == 1);
  }
}

}  // namespace
}  // namespace sluice::server
