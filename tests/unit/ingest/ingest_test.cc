#include "ingest/ingest.h"

#include "server_fixture.h"

namespace sluice::ingest {
namespace {

using codec::Qos;
using server::kReading;
using server::TestClient;

class IngestTest : public server::ServerTest {
 protected:
  // Publishes at QoS 1, commits, and returns what came back.
  std::string Answer(TestClient& client, std::string_view topic, std::string_view payload) {
    client.Publish(topic, payload, Qos::kAtLeastOnce, 7);
    Commit();
    return client.Take();
  }
};

TEST_F(IngestTest, ReadingBecomesAnEvent) {
  EXPECT_EQ(Answer(Connect("d1"), "devices/d1/climate", kReading), "PUBACK id=7");
  EXPECT_EQ(Stored(), std::vector<std::string>{"devices/d1/climate 21.5"});
  EXPECT_EQ(Count("sluice_ingest_messages_total"), 1U);
}

TEST_F(IngestTest, TopicOfNoStreamIsAcknowledgedAtOnce) {
  TestClient& client = Connect("d1");
  client.Publish("local/x", "y", Qos::kAtLeastOnce, 7);
  Settle();
  EXPECT_EQ(client.Take(), "PUBACK id=7 reason=10");
  EXPECT_EQ(stream().next_offset(), 0U);
}

TEST_F(IngestTest, FirstStreamThatTakesTheTopicGetsTheMessage) {
  ingest_options_.streams = {{"telemetry", {"devices/#"}}, {"dead-letters", {"#"}}};
  Answer(Connect("d1"), "devices/d1/climate", kReading);
  EXPECT_EQ(Stored().size(), 1U);
  EXPECT_TRUE(Stored("dead-letters").empty());
}

TEST_F(IngestTest, PayloadThatIsNoReadingBecomesADeadLetter) {
  EXPECT_EQ(Answer(Connect("d1"), "devices/d1/climate", "{broken"), "PUBACK id=7");
  EXPECT_TRUE(Stored().empty());
  EXPECT_EQ(Stored("dead-letters"), std::vector<std::string>{"devices/d1/climate {broken"});
  EXPECT_EQ(StoredAttributes("dead-letters", "reason"), std::vector<std::string>{"invalid_json"});
  EXPECT_EQ(Count("sluice_ingest_dead_letters_total", "reason=\"invalid_json\""), 1U);
}

TEST_F(IngestTest, DeadLetterIsAcknowledgedOnlyAfterItsCommit) {  // Invariant 1.
  TestClient& client = Connect("d1");
  client.Publish("devices/d1/climate", "{broken", Qos::kAtLeastOnce, 7);
  Settle();
  EXPECT_EQ(client.Take(), "");
}

TEST_F(IngestTest, ReadingOfAForeignDeviceBecomesADeadLetter) {  // Invariant 9.
  TestClient& client = Connect("victim");                        // A client id proves nothing.
  TestClient& watcher = Connect("watcher");
  watcher.Subscribe("events/#");
  Settle();
  watcher.Take();
  client.Publish("devices/victim/climate", kReading, Qos::kAtLeastOnce, 7);
  Settle();
  EXPECT_EQ(client.Take(), "");  // Invariant 1.
  Commit();
  EXPECT_EQ(client.Take(), "PUBACK id=7");
  EXPECT_EQ(watcher.Take(), "");
  EXPECT_TRUE(Stored().empty());
  EXPECT_EQ(StoredAttributes("dead-letters", "reason"), std::vector<std::string>{"foreign_device"});
  EXPECT_EQ(Count("sluice_ingest_dead_letters_total", "reason=\"foreign_device\""), 1U);
}

TEST_F(IngestTest, WillIsHeldToTheSameRule) {  // Invariant 9.
  codec::Will will;
  will.topic = "devices/victim/climate";
  will.payload = AsBytes(std::string_view(kReading));
  Connect("c", {.will = will}).Vanish();
  Commit();
  EXPECT_TRUE(Stored().empty());
  EXPECT_EQ(StoredAttributes("dead-letters", "reason"), std::vector<std::string>{"foreign_device"});
}

TEST_F(IngestTest, RetainedReadingIsHeldToTheSameRule) {  // Invariant 9.
  TestClient& client = Connect("c");
  codec::Publish publish;
  publish.topic = "devices/victim/climate";
  publish.payload = AsBytes(std::string_view(kReading));
  publish.retain = true;
  client.Send(publish);
  Commit();
  EXPECT_TRUE(Stored().empty());
  EXPECT_EQ(stream("dead-letters").next_offset(), 1U);
}

TEST_F(IngestTest, EventTooLargeForItsStreamBecomesADeadLetter) {
  telemetry_.segment_bytes = 8 << 10;  // Events of up to 1 KiB.
  TestClient& client = Connect("d1");
  const std::string payload = R"({"t":1,"note":")" + std::string(1000, 'n') + R"("})";
  EXPECT_EQ(Answer(client, "devices/d1/climate", payload), "PUBACK id=7");
  EXPECT_EQ(StoredAttributes("dead-letters", "reason"),
            std::vector<std::string>{"payload_too_large"});
}

TEST_F(IngestTest, DeadLetterTooLargeForItsStreamIsCut) {
  dead_letters_.segment_bytes = 32 << 10;  // Events of up to 4 KiB.
  TestClient& client = ConnectV311("d1");
  const std::string payload(10'000, 'x');
  EXPECT_EQ(Answer(client, "devices/d1/climate", payload), "PUBACK id=7");
  EXPECT_EQ(StoredAttributes("dead-letters", "payload_bytes"), std::vector<std::string>{"10000"});
  EXPECT_EQ(StoredAttributes("dead-letters", "truncated"), std::vector<std::string>{"true"});
}

// The longest topic that a session lets through, and a property as long as a string can be.
TEST_F(IngestTest, WhateverThePeerSendsFitsTheDeadLetters) {
  dead_letters_.segment_bytes = 32 << 10;
  TestClient& client = Connect("d1");
  codec::RepeatedPropertyBuilder user;
  user.AddUserProperty("traceparent", std::string(60'000, 't'));
  codec::Publish publish;
  publish.qos = Qos::kAtLeastOnce;
  publish.packet_id = 7;
  const std::string topic = "devices/" + std::string(1016, 'd');
  publish.topic = topic;
  const std::string payload(100'000, 'x');
  publish.payload = AsBytes(payload);
  publish.properties.user_properties = user.user_properties();
  client.Send(publish);
  Commit();
  EXPECT_EQ(client.Take(), "PUBACK id=7");
  EXPECT_EQ(stream("dead-letters").next_offset(), 1U);
}

TEST_F(IngestTest, TraceContextTravelsWithTheEvent) {
  TestClient& client = Connect("d1");
  codec::RepeatedPropertyBuilder user;
  user.AddUserProperty("other", "x");
  user.AddUserProperty("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  codec::Publish publish;
  publish.topic = "devices/d1/climate";
  publish.payload = AsBytes(std::string_view(kReading));
  publish.properties.user_properties = user.user_properties();
  client.Send(publish);
  Commit();
  EXPECT_EQ(StoredTraceparents(),
            std::vector<std::string>{"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"});
}

TEST_F(IngestTest, FullDeadLettersRefuseAsAStreamDoes) {
  dead_letters_.max_bytes = 128 << 10;
  dead_letters_.compress = false;
  TestClient& client = Connect("d1");
  std::string answer;
  for (int i = 0; i < 500 && answer != "PUBACK id=7 reason=97"; ++i) {
    answer = Answer(client, "devices/d1/climate", std::string(3000, 'x'));
  }
  EXPECT_EQ(answer, "PUBACK id=7 reason=97");
  EXPECT_EQ(Answer(client, "devices/d1/climate", kReading), "PUBACK id=7");
}

TEST_F(IngestTest, DeadLetterStreamTooSmallForALetterIsRefusedAtTheStart) {
  Start();
  Stop();
  journal_.reset();
  dead_letters_.segment_bytes = 16 << 10;
  auto journal =
      journal::Journal::Open(env_, "/data", journal_options_, {telemetry_, dead_letters_});
  ASSERT_TRUE(journal.ok());
  journal_ = std::move(*journal);
  EXPECT_EQ(Ingest::Create(ingest_options_, IngestParts()).status().code(),
            StatusCode::kInvalidArgument);
}

TEST_F(IngestTest, EventRefusedByAnUplinkIsKept) {
  Start();
  bool stored = false;
  const forward::DeadLetter letter{.route = "cloud",
                                   .stream = "telemetry",
                                   .offset = 3,
                                   .refusal = {true, 0x99, "payload format invalid"},
                                   .event = AsBytes(std::string_view("no event at all"))};
  ASSERT_TRUE(ingest_->Store(letter, [&] { stored = true; }));
  EXPECT_FALSE(stored);
  EXPECT_FALSE(ingest_->idle());
  RunJournal();
  EXPECT_TRUE(stored);
  EXPECT_TRUE(ingest_->idle());
  EXPECT_EQ(Stored("dead-letters"), std::vector<std::string>{" no event at all"});
}

// Else the route would ask again for ever.
TEST_F(IngestTest, RefusedEventTooLargeForTheDeadLettersIsCut) {
  dead_letters_.segment_bytes = 32 << 10;
  Start();
  const std::string event(8'000, 'e');
  const forward::DeadLetter letter{.route = "cloud",
                                   .stream = "telemetry",
                                   .offset = 3,
                                   .refusal = {true, 0x95, "packet too large"},
                                   .event = AsBytes(event)};
  EXPECT_TRUE(ingest_->Store(letter, [] {}));
  RunJournal();
  EXPECT_EQ(StoredAttributes("dead-letters", "event_bytes"), std::vector<std::string>{"8000"});
}

// Else a dead letter whose uplink refuses it would make the next one, for ever.
TEST_F(IngestTest, DeadLetterThatIsRefusedItselfIsOnlyCounted) {
  Start();
  bool stored = false;
  const forward::DeadLetter letter{.route = "cloud",
                                   .stream = "dead-letters",
                                   .refusal = {true, 0x87, "not authorized"},
                                   .event = AsBytes(std::string_view("e"))};
  ASSERT_TRUE(ingest_->Store(letter, [&] { stored = true; }));
  EXPECT_FALSE(stored);
  Until([&] { return stored; });
  EXPECT_EQ(stream("dead-letters").next_offset(), 0U);
  EXPECT_EQ(Count("sluice_ingest_dead_letters_refused_total"), 1U);
}

TEST_F(IngestTest, FullDeadLettersLetTheRouteWait) {
  dead_letters_.max_bytes = 128 << 10;
  dead_letters_.compress = false;
  Start();
  const std::string event(1000, 'e');
  const forward::DeadLetter letter{
      .route = "cloud", .stream = "telemetry", .refusal = {true, 0, "x"}, .event = AsBytes(event)};
  int taken = 0;
  for (; taken < 1000 && ingest_->Store(letter, [] {}); ++taken) RunJournal();
  EXPECT_GT(taken, 10);
  EXPECT_LT(taken, 1000);
}

}  // namespace
}  // namespace sluice::ingest
