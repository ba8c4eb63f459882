#include "admin/status_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "snapshot_fixture.h"

namespace sluice::admin {
namespace {

bool Says(const Snapshot& snapshot, const std::string& line) {
  return ("\n" + StatusText(snapshot)).find("\n" + line + "\n") != std::string::npos;
}

TEST(StatusText, SaysAllThereIs) {
  EXPECT_EQ(StatusText(FullSnapshot()),
            R"(gateway greenhouse-7: up 864 s, 31 clients, 32 detached sessions
stream telemetry: accepted 115, committed 114, since it was made
  now: stored from offset 11 on, 4096 bytes in 12 segments; last write: unavailable: the card is gone
  since the start: evicted or dropped 14, quarantined 16 segments
  can be replayed: 9 events that every route has passed, 2048 bytes
  pace: 17.2 events a second, full in 1 h 1 min
  route up: accepted 8 + replayed 7 = acknowledged 1 + pending 2 + dead-lettered 3 + expired 4 + evicted 5, since offset 100
    these books did not add up at the start, by 6 events: see the log
    a replay: what it sends below offset 104 it had sent before
    the oldest waits for 1 min 11 s
    passes 18.5 events a second, nothing waits any more in 19 s
uplink cloud: connected to a:8883 for 1 min 21 s; last error 1 min 22 s ago: connection refused
listener 0.0.0.0:8883: 41 connections, 42 of them half-open; accepted 43 since the start
certificate of listener 0.0.0.0:8883, own: ends 2027-01-15T08:00:00Z
devices: 36 watched for silence, 35 of them silent: attic for 25 min, …
memory: 51 bytes resident, limit 52; input 53 of 54
state: 62 retained messages, 63 changes not written yet, file of 61 bytes
storage: 40960 bytes written since the start, 4093631 a day at this pace
clock: trusted: the kernel keeps it synchronised
health: degraded
uplink cloud: degraded for 12 s: no answer yet
)");
}

TEST(StatusText, RouteFromTheBeginningSaysSo) {
  Snapshot snapshot = FullSnapshot();
  snapshot.streams[0].routes[0].books.origin = 0;
  EXPECT_NE(StatusText(snapshot).find("evicted 5, since the stream was made\n"), std::string::npos);
}

TEST(StatusText, UplinkThatIsAwayAndStateThatIsOffAreSaid) {
  Snapshot snapshot = FullSnapshot();
  snapshot.uplinks[0] = {};
  snapshot.uplinks[0].name = "cloud";
  snapshot.state.enabled = false;
  EXPECT_TRUE(Says(snapshot, "uplink cloud: not connected"));
  EXPECT_TRUE(Says(snapshot, "state: switched off"));
}

TEST(StatusText, WhatIsNotKnownIsLeftOut) {
  Snapshot snapshot = FullSnapshot();
  snapshot.streams[0].full_in.reset();
  EXPECT_TRUE(Says(snapshot, "  pace: 17.2 events a second"));
  snapshot.streams[0].accepted_per_second.reset();
  snapshot.streams[0].routes[0] = {};
  const std::string text = StatusText(snapshot);
  for (const char* const word : {"pace:", "passes", "the oldest", "replay:", "add up"}) {
    EXPECT_EQ(text.find(word), std::string::npos) << word;
  }
}

TEST(StatusText, CertificateForEverHasADate) {
  Snapshot snapshot = FullSnapshot();
  for (const int64_t end : {int64_t{253'402'300'799}, std::numeric_limits<int64_t>::max()}) {
    snapshot.certificates[0].not_after_unix_seconds = end;
    EXPECT_NE(StatusText(snapshot).find("ends 2262-04-11T23:47:16Z"), std::string::npos);
  }
}

TEST(StatusText, DayOfWritingIsReckonedFromTheUptime) {
  Snapshot snapshot;
  snapshot.written_bytes = 4096;
  snapshot.uptime = std::chrono::seconds(864);
  EXPECT_TRUE(
      Says(snapshot, "storage: 4096 bytes written since the start, 409600 a day at this pace"));
}

TEST(StatusText, FirstMinuteForetellsNothing) {
  Snapshot snapshot;
  snapshot.written_bytes = 65536;
  for (const int seconds : {0, 59}) {
    snapshot.uptime = std::chrono::seconds(seconds);
    EXPECT_TRUE(Says(snapshot, "storage: 65536 bytes written since the start"));
  }
}

TEST(StatusText, WritingThatNobodyCountsIsSaid) {
  EXPECT_TRUE(Says({}, "storage: the kernel does not count what is written"));
}

}  // namespace
}  // namespace sluice::admin
