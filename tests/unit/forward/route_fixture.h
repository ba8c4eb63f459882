#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "forward/route.h"
#include "scripted_source.h"
#include "scripted_uplink.h"
#include "support/simulated_clock.h"

namespace sluice::test {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Keeps dead letters; they are stored when the test says so.
class ScriptedDeadLetters final : public forward::DeadLetterSink {
 public:
  bool Store(const forward::DeadLetter& letter, std::function<void()> stored) override {
    if (full || room == 0) return false;
    --room;
    offsets.push_back(letter.offset);
    reasons.push_back(letter.refusal.code);
    texts.push_back(letter.refusal.text);
    waiting.push_back(std::move(stored));
    return true;
  }
  void StoreAll() {
    const std::vector<std::function<void()>> callbacks = std::move(waiting);
    waiting.clear();
    for (const auto& stored : callbacks) stored();
  }

  bool full = false;
  size_t room = SIZE_MAX;  // for so many more
  std::vector<uint64_t> offsets;
  std::vector<int> reasons;
  std::vector<std::string_view> texts;
  std::vector<std::function<void()>> waiting;
};

// A route between a scripted stream and a scripted uplink, in simulated time. By default four
// events a batch and four publishes in flight.
class RouteFixture : public ::testing::Test {
 protected:
  RouteFixture() {
    options.name = "cloud";
    options.gateway = ScriptedSource::kGateway;
    options.stream = ScriptedSource::kStream;
    options.max_batch_events = 4;
    options.max_in_flight = 4;
    trust.Check();
  }
  void TearDown() override {
    if (route != nullptr) {
      EXPECT_EQ(accepted() + source.books().replayed, source.books().Passed() + route->pending());
    }
  }

  // Makes route and connection, starts both and lets the uplink accept.
  void Start() {
    StartUnconnected();
    uplink.Accept(limits);
    Run();
  }
  void StartUnconnected() {
    connection = std::make_unique<forward::SharedUplink>(connection_options, uplink, clock, random,
                                                         metrics, health);
    route = std::make_unique<forward::Route>(
        options, source,
        forward::Route::Parts{dead_letters, *connection, clock, trust, random, metrics, health});
    route->Start();
    connection->Start();
    Run();
  }
  // What a restart of the process does: only books and stream survive.
  void Restart() {
    route.reset();
    connection.reset();
    uplink.messages.clear();
    Start();
  }
  void Run() {
    while (source.Run()) {
    }
    if (route != nullptr) route->CheckInvariants();
  }
  void Commit() {
    source.Commit();
    Run();
  }
  void Publish(size_t events) {
    source.AddEvents(events, clock.WallNow());
    Commit();
  }
  // Time passes, and every deadline on the way is kept.
  void Advance(Duration by) {
    const MonotonicTime end = clock.Now() + by;
    for (int guard = 0; guard < 100'000; ++guard) {
      const std::optional<MonotonicTime> next = connection->NextDeadline();
      if (!next || *next > end) break;
      if (*next > clock.Now()) clock.Advance(*next - clock.Now());
      connection->Tick(clock.Now());
      Run();
    }
    if (clock.Now() < end) clock.Advance(end - clock.Now());
    if (route != nullptr) route->CheckInvariants();
  }
  // The connection is lost and comes back.
  void Reconnect() {
    uplink.Drop();
    Advance(seconds(120));
    uplink.Accept(limits);
    Run();
  }
  void Acknowledge(size_t i) {
    uplink.Acknowledge(i);
    Run();
  }
  void AcknowledgeAll() {
    for (; acknowledged < uplink.messages.size(); ++acknowledged) Acknowledge(acknowledged);
  }
  void Refuse(size_t i, const forward::Refusal& refusal) {
    uplink.Refuse(i, refusal);
    Run();
  }
  void StoreDeadLetters() {
    dead_letters.StoreAll();
    Run();
  }

  size_t sent() const { return uplink.messages.size(); }
  uint64_t cursor() const { return source.books().Cursor(); }
  uint64_t accepted() const { return source.ReadableEnd(); }
  static std::vector<uint64_t> Range(uint64_t first, uint64_t end) {
    std::vector<uint64_t> offsets;
    for (; first < end; ++first) offsets.push_back(first);
    return offsets;
  }

  SimulatedClock clock;
  Random random{7};
  Metrics metrics;
  forward::RouteOptions options;
  Health health{clock};
  bool synchronised = true;
  ClockTrust trust{clock, {.trust_after = std::chrono::hours(1), .synchronised = [this] {
                             return synchronised;
                           }}};
  // Tests let time pass as they like; those of the limits set them.
  forward::SharedUplinkOptions connection_options{.name = "up",
                                                  .backoff = {},
                                                  .ack_timeout = std::chrono::hours(1000),
                                                  .connect_timeout = std::chrono::hours(1000)};
  forward::UplinkLimits limits;
  ScriptedSource source;
  ScriptedUplink uplink;
  ScriptedDeadLetters dead_letters;
  std::unique_ptr<forward::SharedUplink> connection;
  std::unique_ptr<forward::Route> route;
  size_t acknowledged = 0;
};

}  // namespace sluice::test
