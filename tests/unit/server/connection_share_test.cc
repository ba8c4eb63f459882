#include <gmock/gmock.h>

#include "server_fixture.h"

namespace sluice::server {
namespace {

// Two names behind two listeners, and few places. Invariant 9.
class ConnectionShareTest : public ServerTest {
 protected:
  void StartWith(size_t max_connections) {
    options_.max_connections = max_connections;
    Start();
    ListenerSpec spec;
    spec.transport.bind = "127.0.0.1:0";
    spec.transport.metric_label = "other";
    spec.anonymous_identity = "other";
    ASSERT_TRUE(server_->Listen(std::move(spec)).ok());
  }
  TestClient& OpenOther() {
    TestClient& client = clients_.emplace_back(Version::kV5);
    client.Connect(loop_, server_->listeners().back()->address());
    Until([&] { return client.connected(); });
    return client;
  }
  std::string Answer(TestClient& client, const std::string& client_id) {
    SendConnect(client, client_id, {});
    Until([&] { return client.packet_count() > 0; });
    return client.Take();
  }
  uint64_t GaveWay() { return Count("sluice_share_gave_way_total", "budget=\"connections\""); }
};

TEST_F(ConnectionShareTest, WhoHasMostIsRefusedItself) {
  StartWith(3);
  for (const char* id : {"a", "b", "c"}) Connect(id);
  EXPECT_THAT(Answer(Open(), "d"), testing::HasSubstr("reason=97"));
  Settle();
  EXPECT_EQ(server_->broker().connected_clients(), 3U);
  EXPECT_EQ(GaveWay(), 1U);
}

TEST_F(ConnectionShareTest, WhoHasMostMakesRoomForAnother) {
  StartWith(3);
  TestClient& first = Connect("a");
  Connect("b");
  TestClient& newest = Connect("c");
  EXPECT_THAT(Answer(OpenOther(), "c"), testing::Not(testing::HasSubstr("reason")));
  Settle();
  EXPECT_THAT(newest.Take(), testing::StartsWith("DISCONNECT reason=97"));
  EXPECT_EQ(first.Take(), "");
  EXPECT_EQ(server_->broker().connected_clients(), 3U);
}

TEST_F(ConnectionShareTest, RefusedOnesThatSayNothingTakeNoPlaces) {
  StartWith(2);
  Connect("a");
  Connect("b");
  std::vector<TestClient*> silent;
  for (int i = 0; i < 20; ++i) silent.push_back(&Open());
  Settle();
  EXPECT_TRUE(silent.front()->closed());
  EXPECT_FALSE(silent.back()->closed());
  EXPECT_THAT(Answer(OpenOther(), "v"), testing::Not(testing::HasSubstr("reason")));
}

}  // namespace
}  // namespace sluice::server
