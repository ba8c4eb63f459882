#include "admin/status_json.h"

#include <gtest/gtest.h>

#include <string>

#include "snapshot_fixture.h"

namespace sluice::admin {
namespace {

bool Holds(const Snapshot& snapshot, const std::string& part) {
  return StatusJson(snapshot).find(part) != std::string::npos;
}

TEST(StatusJson, HoldsAllThereIs) {
  const std::string expected =
      R"({"gateway":"greenhouse-7","version":"1.2.3","uptime_seconds":864.5,)"
      R"("health":{"state":"degraded","problems":[{"part":"uplink cloud",)"
      R"("condition":"not_connected","state":"degraded","why":"no answer yet",)"
      R"("age_seconds":12.5}]},)"
      R"("clients":{"connected":31,"detached_sessions":32,"subscriptions":33},)"
      R"("devices":{"watched":36,"silent":35,"longest_silent":[)"
      R"({"device":"attic","profile":"thermometer","silent_seconds":1500}]},)"
      R"("streams":[{"name":"telemetry","accepted":115,"committed":114,"first_offset":11,)"
      R"("stored_bytes":4096,"max_bytes":8192,"kept_events":9,"kept_bytes":2048,"segments":12,)"
      R"("dirty_bytes":13,)"
      R"("evicted_since_start":14,"quarantined_segments_since_start":16,)"
      R"("write_error":"unavailable: the card is gone",)"
      R"("accepted_per_second":17.25,"full_in_seconds":3665,)"
      R"("routes":[{"name":"up","uplink":"cloud","origin":100,"accepted":8,"replayed":7,)"
      R"("acknowledged":1,"pending":2,"dead_lettered":3,"expired":4,"evicted":5,)"
      R"("books_difference":6,"replaying_until":104,"oldest_pending_seconds":71.5,)"
      R"("passed_per_second":18.5,"empty_in_seconds":19}]}],)"
      R"("uplinks":[{"name":"cloud","url":"mqtts://broker.example.com","connected":true,)"
      R"("since_seconds":81.5,"server":"a:8883","last_error":"connection refused",)"
      R"("last_error_reason":"refused","last_error_age_seconds":82.5}],)"
      R"("listeners":[{"address":"0.0.0.0:8883","connections":41,"half_open":42,)"
      R"("accepted_since_start":43}],)"
      R"("certificates":[{"part":"listener 0.0.0.0:8883","certificate":"own",)"
      R"("not_after_unix_seconds":1800000000}],)"
      R"("memory":{"resident_bytes":51,"limit_bytes":52,)"
      R"("budgets":[{"name":"input","used_bytes":53,"limit_bytes":54}]},)"
      R"("state":{"enabled":true,"file_bytes":61,"retained_messages":62,"waiting_changes":63},)"
      R"("storage":{"written_bytes_since_start":40960,"written_bytes_per_day":4093631},)"
      R"("clock":{"trusted":true,"why":"trusted: the kernel keeps it synchronised"}})";
  EXPECT_EQ(StatusJson(FullSnapshot()), expected + "\n");
}

TEST(StatusJson, WhatIsNotKnownIsNull) {
  Snapshot snapshot = FullSnapshot();
  snapshot.uptime = std::chrono::seconds(59);
  EXPECT_TRUE(Holds(snapshot, R"("written_bytes_since_start":40960,"written_bytes_per_day":null)"));
  snapshot.written_bytes.reset();
  EXPECT_TRUE(Holds(snapshot, R"("written_bytes_since_start":null,"written_bytes_per_day":null)"));
  snapshot.streams[0].last_write = Status::Ok();
  EXPECT_TRUE(Holds(snapshot, R"("write_error":null)"));
  snapshot.streams[0].accepted_per_second.reset();
  snapshot.streams[0].full_in.reset();
  EXPECT_TRUE(Holds(snapshot, R"("accepted_per_second":null,"full_in_seconds":null)"));
  snapshot.streams[0].routes[0] = {};
  EXPECT_TRUE(Holds(
      snapshot, R"("replaying_until":null,"oldest_pending_seconds":null,"passed_per_second":null,)"
                R"("empty_in_seconds":null)"));
  snapshot.uplinks[0] = {};
  EXPECT_TRUE(Holds(snapshot, R"("connected":false,"since_seconds":null,"server":null,)"
                              R"("last_error":null,"last_error_reason":null,)"
                              R"("last_error_age_seconds":null)"));
}

TEST(StatusJson, NothingIsAnEmptyList) {
  EXPECT_TRUE(Holds({}, R"("streams":[],"uplinks":[],"listeners":[],"certificates":[])"));
}

TEST(StatusJson, TextOfOthersIsEscaped) {
  Snapshot snapshot = FullSnapshot();
  snapshot.problems[0].why = "\"a\"\n";
  EXPECT_TRUE(Holds(snapshot, R"("why":"\"a\"\n")"));
}

TEST(RouteBooks, TermsAreAllThereIsToAdd) {
  const RouteBooks books = FullSnapshot().streams[0].routes[0].books;
  uint64_t sum = 0;
  for (const BookTerm& term : kBookTerms) sum += books.*term.value;
  EXPECT_EQ(sum, books.accepted + books.replayed);
}

}  // namespace
}  // namespace sluice::admin
