#include <gtest/gtest.h>

#include "server_fixture.h"

namespace sluice::server {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

using SimulatedTimeTest = ServerTest;

TEST_F(SimulatedTimeTest, SilentClientIsClosedAfterOneAndAHalfKeepAlives) {
  TestClient& client = Connect("sleeper", {.keep_alive_seconds = 3600});
  scheduler_.Advance(seconds(5399));
  EXPECT_FALSE(client.closed());
  scheduler_.Advance(seconds(2));
  EXPECT_TRUE(client.closed());
}

TEST_F(SimulatedTimeTest, WillComesWhenItsDelayIsOver) {
  TestClient& listener = Connect("listener");
  listener.Subscribe("wills/#");
  codec::Will will{
      .topic = "wills/mortal", .payload = AsBytes(std::string_view("gone")), .properties = {}};
  will.properties.will_delay_interval = 3600;
  TestClient& mortal = Connect("mortal", {.expiry_seconds = 7200, .will = will});
  mortal.Vanish();
  scheduler_.RunReady();
  listener.Take();
  scheduler_.Advance(seconds(3590));
  EXPECT_EQ(listener.Take(), "");
  scheduler_.Advance(seconds(20));
  EXPECT_EQ(listener.Take().substr(0, 7), "PUBLISH");
}

TEST_F(SimulatedTimeTest, ReadingIsAcknowledgedWhenItIsCommitted) {
  TestClient& client = Connect("sensor");
  client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 7);
  scheduler_.Advance(hours(1));
  EXPECT_EQ(client.Take(), "");
  RunJournal();
  scheduler_.RunReady();
  EXPECT_EQ(client.Take().substr(0, 11), "PUBACK id=7");
}

TEST_F(SimulatedTimeTest, ReaderThatStopsGetsTheRestWhenItReadsAgain) {
  TestClient& listener = Connect("listener");
  listener.Subscribe("news/#", Qos::kAtLeastOnce);
  scheduler_.RunReady();
  listener.Take();
  listener.describe = false;
  listener.StopReading();
  TestClient& publisher = Connect("publisher");
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
