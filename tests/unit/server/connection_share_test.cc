#include <gmock/gmock.h>

#include "socket_server.h"

namespace sluice::server {
namespace {

// Two names, and few places. Invariant 9.
class ConnectionShareTest : public ServerTest {
 protected:
  void StartWith(size_t max_connections) {
    options_.max_connections = max_connections;
    Start();
  }
  TestClient& OpenOther() {
    TestClient& client = clients_.emplace_back(Version::kV5);
    ArriveAs("other", client);
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

// A place is taken by CONNECT; until then transport::Admission bounds them.
TEST_F(ConnectionShareTest, OnesThatSayNothingTakeNoPlaces) {
  StartWith(3);
  Connect("a");
  Connect("b");
  for (int i = 0; i < 20; ++i) Open();
  Settle();
  EXPECT_THAT(Answer(OpenOther(), "v"), testing::Not(testing::HasSubstr("reason")));
  EXPECT_EQ(server_->broker().connected_clients(), 3U);
  EXPECT_EQ(GaveWay(), 0U);
}

// A device that comes back before its old connection is known to be dead takes no other place.
TEST_F(ConnectionShareTest, WhoReplacesItsConnectionNeedsNoPlace) {
  StartWith(2);
  TestClient& old = Connect("a");
  Connect("b");
  EXPECT_THAT(Answer(Open(), "a"), testing::Not(testing::HasSubstr("reason")));
  Settle();
  EXPECT_THAT(old.Take(), testing::StartsWith("DISCONNECT reason=8E"));
  EXPECT_EQ(GaveWay(), 0U);
}

// The names are those of two listeners, each of which reckons what it has read.
using InputShareTest = SocketServerTest;

// Packets that never end close nobody else's connection, only one that holds more of them.
TEST_F(InputShareTest, UnfinishedPacketsOfOneMakeRoomForThoseOfAnother) {
  options_.max_input_bytes = 256 << 10;
  options_.max_connections = 10;
  Start();
  ListenFor("other", "other");
  const auto send_part = [](TestClient& client) {
    ByteBuffer packet;
    codec::Publish publish;
    publish.topic = "local/x";
    const std::string payload(100 << 10, 'x');
    publish.payload = AsBytes(payload);
    codec::Encode(publish, client.version(), &packet);
    client.SendBytes(packet.view().first(60 << 10));
  };
  std::vector<TestClient*> hogs;
  for (int i = 0; i < 6; ++i) {
    hogs.push_back(&Connect("h" + std::to_string(i)));
    send_part(*hogs.back());
    Settle();
  }
  TestClient& victim = clients_.emplace_back(Version::kV5);
  ArriveAt(*server_->listeners().back(), victim);
  SendConnect(victim, "v", {});
  Until([&] { return victim.packet_count() > 0; });
  send_part(victim);
  Settle();
  EXPECT_FALSE(victim.closed());
  EXPECT_GT(Count("sluice_share_gave_way_total", "budget=\"input\""), 0U);
  EXPECT_LE(Gauge("sluice_input_bytes"), 384 << 10);
  EXPECT_FALSE(hogs.front()->closed());
}

}  // namespace
}  // namespace sluice::server
