#include "ingest/silence_watch.h"

#include <fmt/format.h>

#include "server_fixture.h"

namespace sluice::ingest {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Strings = std::vector<std::string>;

// A watch of its own on the fixture's stream and time.
class SilenceWatchTest : public server::ServerTest {
 protected:
  SilenceWatchTest() { Start(); }

  SilenceWatch& watch() {
    if (!watch_) {
      watch_ = std::make_unique<SilenceWatch>(options_of_watch_,
                                              SilenceWatch::Parts{scheduler_, clock_, metrics_});
    }
    return *watch_;
  }
  void Hear(std::string_view device, std::string_view profile = "p",
            Duration allowed = minutes(15)) {
    watch().Heard(stream(), profile, allowed, device);
  }
  Strings Told() {
    RunJournal();
    return StoredTypes();
  }

  SilenceOptions options_of_watch_{.gateway = "g"};
  std::unique_ptr<SilenceWatch> watch_;
};

TEST_F(SilenceWatchTest, ADeviceThatSaysNothingForTooLongIsAnEvent) {
  Hear("attic");
  scheduler_.Advance(minutes(15) - seconds(1));
  EXPECT_EQ(watch().silent(), 0u);
  scheduler_.Advance(seconds(1));
  EXPECT_EQ(watch().silent(), 1u);
  EXPECT_EQ(Stored(), Strings{" 900"});
  EXPECT_EQ(Told(), Strings{"device.silent.v1 attic"});
  EXPECT_EQ(StoredAttributes("telemetry", "last_heard").size(), 1u);
  EXPECT_EQ(Count("sluice_silence_total"), 1u);
}

TEST_F(SilenceWatchTest, OneThatSpeaksInTimeIsNone) {
  for (int i = 0; i < 10; ++i) {
    Hear("attic");
    scheduler_.Advance(minutes(14));
  }
  EXPECT_EQ(Told(), Strings{});
}

TEST_F(SilenceWatchTest, OneThatIsHeardAgainIsBackOnce) {
  Hear("attic");
  scheduler_.Advance(minutes(20));
  Hear("attic");
  Hear("attic");
  EXPECT_EQ(watch().silent(), 0u);
  EXPECT_EQ(Stored(), (Strings{" 900", " 1200"}));
  EXPECT_EQ(Told(), (Strings{"device.silent.v1 attic", "device.back.v1 attic"}));
  scheduler_.Advance(minutes(16));
  EXPECT_EQ(Told().size(), 3u);
}

TEST_F(SilenceWatchTest, EachProfileHasItsPeriod) {
  Hear("slow", "a", minutes(60));
  Hear("fast", "b", minutes(1));
  scheduler_.Advance(minutes(2));
  EXPECT_EQ(Told(), Strings{"device.silent.v1 fast"});
  scheduler_.Advance(minutes(59));
  EXPECT_EQ(Told(), (Strings{"device.silent.v1 fast", "device.silent.v1 slow"}));
}

TEST_F(SilenceWatchTest, NothingIsToldForAsLongAsTheStreamIsFull) {
  Hear("attic");
  FillDirtyBuffer();
  scheduler_.Advance(minutes(20));
  EXPECT_EQ(watch().silent(), 0u);
  RunJournal();
  scheduler_.Advance(seconds(2));
  EXPECT_EQ(Told(), Strings{"device.silent.v1 attic"});

  FillDirtyBuffer();
  Hear("attic");
  EXPECT_EQ(watch().silent(), 0u);
  RunJournal();
  scheduler_.Advance(seconds(2));
  EXPECT_EQ(Told(), (Strings{"device.silent.v1 attic", "device.back.v1 attic"}));
}

TEST_F(SilenceWatchTest, ThousandsThatFallSilentAtOnceAreTakenInTurns) {
  for (int i = 0; i < 500; ++i) Hear(fmt::format("d{}", i));
  scheduler_.Advance(minutes(15));
  EXPECT_EQ(watch().silent(), SilenceWatch::kMostAtOnce);
  RunJournal();
  for (int i = 0; i < 10; ++i) {
    scheduler_.Advance(SilenceWatch::kInterval);
    RunJournal();
  }
  EXPECT_EQ(watch().silent(), 500u);
}

TEST_F(SilenceWatchTest, AtSoManyTheLongestSilentMakesRoom) {
  options_of_watch_.max_devices = 2;
  Hear("a");
  Hear("b");
  Hear("c");
  EXPECT_EQ(watch().watched(), 2u);
  EXPECT_EQ(Count("sluice_silence_unwatched_total"), 1u);
  scheduler_.Advance(minutes(20));
  Hear("c");
  EXPECT_EQ(watch().watched(), 2u);
  EXPECT_EQ(watch().silent(), 1u);
  ASSERT_EQ(watch().LongestSilent(9).size(), 1u);
  EXPECT_EQ(watch().LongestSilent(9)[0].device, "b");
  EXPECT_EQ(watch().LongestSilent(9)[0].for_long, minutes(20));
  Hear("a");  // as if it were new
  EXPECT_EQ(watch().watched(), 2u);
}

TEST_F(SilenceWatchTest, StoppedItTellsNothing) {
  Hear("a");
  watch().Stop();
  scheduler_.Advance(minutes(60));
  Hear("b");
  EXPECT_EQ(Told(), Strings{});
}

// Through a server: which messages count.
class HeardTest : public server::ServerTest {
 protected:
  HeardTest() {
    silent_after_ = minutes(15);
    Start();
    ingest_->SetSilenceWatch(&watch_);
  }
  void Publish(std::string_view payload) {
    server::TestClient& client = clients_.empty() ? Connect("d1") : clients_.front();
    client.Publish("devices/d1/climate", payload, server::Qos::kAtLeastOnce, 7);
    Commit();
  }

  SilenceWatch watch_{{.gateway = "g"},
                      {.scheduler = scheduler_, .clock = clock_, .metrics = metrics_}};
};

TEST_F(HeardTest, WhatBecomesAnEventIsHeard) {
  Publish(server::kReading);
  EXPECT_EQ(watch_.watched(), 1u);
  scheduler_.Advance(minutes(10));
  Publish("{broken");  // a dead letter is of no device
  scheduler_.Advance(minutes(6));
  EXPECT_EQ(watch_.silent(), 1u);
  EXPECT_EQ(watch_.LongestSilent(1)[0].device, "d1");
}

// The gateway sends it for a device that is gone.
TEST_F(HeardTest, AWillIsNot) {
  codec::Will will;
  will.topic = "devices/d1/climate";
  will.payload = AsBytes(std::string_view(server::kReading));
  Connect("d1", {.will = will}).Vanish();
  Commit();
  EXPECT_EQ(Stored().size(), 1u);
  EXPECT_EQ(watch_.watched(), 0u);
}

}  // namespace
}  // namespace sluice::ingest
