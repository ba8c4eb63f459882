#include "server/sys_topics.h"

#include "server_fixture.h"
#include "support/access_rules.h"

namespace sluice::server {
namespace {

using std::chrono::seconds;

class SysTopicsTest : public ServerTest {
 protected:
  SysTopicsTest() {
    options_.sys_interval = seconds(10);
    broker::AccessRule everything;
    everything.subscribe = true;
    everything.topics = test::Topics({"#", "$SYS/#"});
    access_ = {everything};
  }
  TestClient& Watch(const std::string& filter) {
    TestClient& client = Connect("watcher");
    client.Subscribe(filter);
    Settle();
    return client;
  }
};

TEST_F(SysTopicsTest, AreRetainedUnderTheNamesOfMosquitto) {
  Start();
  Settle();
  TestClient& client = Watch("$SYS/broker/#");
  const std::string packets = client.Take();
  for (const char* name :
       {"version", "uptime", "clients/connected", "clients/total", "clients/maximum",
        "subscriptions/count", "retained messages/count", "publish/messages/received",
        "publish/messages/sent", "publish/messages/dropped"}) {
    EXPECT_NE(packets.find(std::string("retain topic=$SYS/broker/") + name + " "),
              std::string::npos)
        << name << " in " << packets;
  }
}

TEST_F(SysTopicsTest, OnlyWhatHasChangedIsToldAgain) {
  Start();
  Settle();
  TestClient& client = Watch("$SYS/broker/#");
  client.Take();
  scheduler_.Advance(seconds(10));
  EXPECT_NE(client.Take().find("topic=$SYS/broker/clients/connected payload=1"), std::string::npos);
  scheduler_.Advance(seconds(10));
  const std::string packets = client.Take();
  EXPECT_NE(packets.find("topic=$SYS/broker/uptime"), std::string::npos);
  EXPECT_EQ(packets.find("topic=$SYS/broker/clients"), std::string::npos);
}

TEST_F(SysTopicsTest, NobodyHearsOfThemWithAPlainWildcard) {  // [MQTT-4.7.2-1]
  Start();
  Settle();
  TestClient& client = Watch("#");
  EXPECT_EQ(client.Take().find("$SYS"), std::string::npos);
}

TEST_F(SysTopicsTest, ZeroSwitchesThemOff) {
  options_.sys_interval = Duration::zero();
  Start();
  Settle();
  EXPECT_EQ(server_->broker().retained_messages(), 0U);
}

}  // namespace
}  // namespace sluice::server
