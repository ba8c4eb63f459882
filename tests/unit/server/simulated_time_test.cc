#include <gtest/gtest.h>

#include "server_fixture.h"
#include "support/memory_stream.h"
#include "support/simulated_scheduler.h"

namespace sluice::server {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

// The server without a network and without waiting: its clients are at the other end of streams in
// memory, and its time is the scheduler's.
class SimulatedTimeTest : public ServerTest {
 protected:
  SimulatedTimeTest() {
    Start();
    server_.reset();
    server_ = std::make_unique<Server>(
        options_, Server::Parts{scheduler_, *journal_, *ingest_, *access_control_, clock_, random_,
                                metrics_});
  }
  ~SimulatedTimeTest() override {
    clients_.clear();
    Stop();
  }

  TestClient& Join(const codec::Connect& connect) {
    auto pair =
        test::MemoryStream::Connect(&scheduler_, {}, {.address = "device"}, {.address = "gateway"});
    TestClient& client = clients_.emplace_back(connect.version);
    client.Attach(std::move(pair.first));
    server_->Accept("tester", std::move(pair.second));
    client.Send(connect);
    scheduler_.RunReady();
    EXPECT_EQ(client.Take().substr(0, 7), "CONNACK");
    return client;
  }
  TestClient& Join(std::string_view client_id) {
    codec::Connect connect;
    connect.version = Version::kV5;
    connect.client_id = client_id;
    return Join(connect);
  }

  test::SimulatedScheduler scheduler_{&clock_};
};

TEST_F(SimulatedTimeTest, SilentClientIsClosedAfterOneAndAHalfKeepAlives) {
  codec::Connect connect;
  connect.version = Version::kV5;
  connect.client_id = "sleeper";
  connect.keep_alive_seconds = 3600;
  TestClient& client = Join(connect);
  scheduler_.Advance(seconds(5399));
  EXPECT_FALSE(client.closed());
  scheduler_.Advance(seconds(2));
  EXPECT_TRUE(client.closed());
}

TEST_F(SimulatedTimeTest, WillComesWhenItsDelayIsOver) {
  TestClient& listener = Join("listener");
  listener.Subscribe("wills/#");
  codec::Connect connect;
  connect.version = Version::kV5;
  connect.client_id = "mortal";
  connect.properties.session_expiry_interval = 7200;
  connect.will = codec::Will{
      .topic = "wills/mortal", .payload = AsBytes(std::string_view("gone")), .properties = {}};
  connect.will->properties.will_delay_interval = 3600;
  TestClient& mortal = Join(connect);
  mortal.Vanish();
  scheduler_.RunReady();
  listener.Take();
  scheduler_.Advance(seconds(3590));
  EXPECT_EQ(listener.Take(), "");
  scheduler_.Advance(seconds(20));
  EXPECT_EQ(listener.Take().substr(0, 7), "PUBLISH");
}

TEST_F(SimulatedTimeTest, ReadingIsAcknowledgedWhenItIsCommitted) {
  TestClient& client = Join("sensor");
  client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 7);
  scheduler_.Advance(hours(1));
  EXPECT_EQ(client.Take(), "");
  RunJournal();
  scheduler_.RunReady();
  EXPECT_EQ(client.Take().substr(0, 11), "PUBACK id=7");
}

TEST_F(SimulatedTimeTest, ReaderThatStopsGetsTheRestWhenItReadsAgain) {
  TestClient& listener = Join("listener");
  listener.Subscribe("news/#", Qos::kAtLeastOnce);
  scheduler_.RunReady();
  listener.Take();
  listener.describe = false;
  listener.StopReading();
  TestClient& publisher = Join("publisher");
  const std::string page(8000, 'p');
  for (uint16_t id = 1; id <= 20; ++id) {
    publisher.Publish("news/today", page, Qos::kAtLeastOnce, id);
    scheduler_.RunReady();
  }
  const size_t before = listener.packet_count();
  listener.ReadAgain();
  scheduler_.RunReady();
  EXPECT_EQ(listener.packet_count() - before, 20u);
}

}  // namespace
}  // namespace sluice::server
