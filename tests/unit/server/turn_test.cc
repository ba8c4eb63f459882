#include "server_fixture.h"

namespace sluice::server {
namespace {

// How many messages of the first client are handled before the first one of the second, when both
// have much to say.
class TurnTest : public ServerTest {
 protected:
  static constexpr int kMessages = 4000;
  static constexpr size_t kTurn = 256;

  static void Flood(TestClient& client, std::string_view topic, int messages) {
    for (int i = 0; i < messages; ++i) client.Publish(topic, "", Qos::kAtMostOnce);
  }
  static size_t PositionOf(const TestClient& watcher, std::string_view topic) {
    const std::string& all = watcher.packets();
    size_t position = 0;
    const size_t found = all.find(topic);
    for (size_t at = 0; (at = all.find("PUBLISH", at)) < found; ++at) ++position;
    return position;
  }
};

TEST_F(TurnTest, PublisherAtFullSpeedLeavesOthersTheirTurn) {
  TestClient& watcher = Connect("watcher");
  watcher.Subscribe("x/#");
  TestClient& first = Connect("first");
  TestClient& second = Connect("second");
  Settle();
  watcher.Take();
  Flood(first, "x/first", kMessages);
  Flood(second, "x/second", 1);
  Until([&] { return watcher.packet_count() > kMessages; });
  EXPECT_LE(PositionOf(watcher, "x/second"), kTurn);
}

// Each message costs as much as it makes others get.
TEST_F(TurnTest, TurnIsMeasuredByWhatItMakesOthersGet) {
  constexpr size_t kWatchers = 20;
  std::vector<TestClient*> watchers;
  for (size_t i = 0; i < kWatchers; ++i) {
    watchers.push_back(&Connect("watcher-" + std::to_string(i)));
    watchers.back()->Subscribe("x/#");
  }
  TestClient& first = Connect("first");
  TestClient& second = Connect("second");
  Settle();
  watchers[0]->Take();
  Flood(first, "x/first", kMessages / 10);
  Flood(second, "x/second", 1);
  Until([&] { return watchers[0]->packet_count() > kMessages / 10; });
  EXPECT_LE(PositionOf(*watchers[0], "x/second"), 2 * kTurn / kWatchers);
}

TEST_F(TurnTest, NothingOfALongInputIsLost) {
  TestClient& watcher = Connect("watcher");
  watcher.Subscribe("x/#");
  TestClient& first = Connect("first");
  Settle();
  for (int i = 0; i < kMessages; ++i) {
    first.Publish("x/" + std::to_string(i), "", Qos::kAtMostOnce);
  }
  Until([&] { return watcher.packets().find("x/3999") != std::string::npos; });
  size_t at = 0;
  for (int i = 0; i < kMessages; ++i) {
    at = watcher.packets().find("x/" + std::to_string(i), at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST_F(TurnTest, ClientThatEndsBetweenItsTurnsIsGone) {
  TestClient& first = Connect("first");
  Settle();
  Flood(first, "x/first", kMessages);
  Step();  // It is sent,
  Step();  // and read for one turn.
  first.Vanish();
  Until([&] { return server_->broker().connected_clients() == 0; });
}

}  // namespace
}  // namespace sluice::server
