#include "sim/judges.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
#include <set>

namespace sluice::sim {
namespace {

using Kind = SentMessage::Kind;

Plan PlanOf(const std::string& durability, const std::string& on_full) {
  Plan plan;
  plan.streams = {{.name = "telemetry", .durability = durability, .on_full = on_full}};
  plan.routes = {{.name = "up", .from = "telemetry", .to = "cloud", .format = "json"}};
  plan.uplinks = {{.name = "cloud"}};
  return plan;
}

// A history by hand.
class JudgesTest : public testing::Test {
 protected:
  explicit JudgesTest(Plan plan = PlanOf("commit", "reject")) : plan_(std::move(plan)) {}

  const SentMessage& Send(Kind kind = Kind::kReadings, std::string identity = "dev-1",
                          int qos = 1) {
    const Token token = ++last_token_;
    messages_.push_back({.client = identity,
                         .identity = identity,
                         .topic = "telemetry/dev-1/climate",
                         .qos = qos,
                         .kind = kind,
                         .tokens = {token},
                         .devices = {"dev-1"}});
    judges_.OnSent(messages_.back(), false);
    return messages_.back();
  }
  const SentMessage& SendPlain(bool retain) {
    messages_.push_back({.client = "dev-1",
                         .identity = "dev-1",
                         .topic = "local/dev-1/1",
                         .qos = 1,
                         .retain = retain,
                         .kind = Kind::kPlain,
                         .tokens = {++last_token_},
                         .devices = {"dev-1"}});
    judges_.OnSent(messages_.back(), false);
    return messages_.back();
  }
  static std::string PayloadOf(const SentMessage& message) {
    return fmt::format("{{\"token\":\"{}\"}}", TokenText(message.tokens[0]));
  }
  void Accept(const SentMessage& message, uint64_t offset,
              const std::string& stream = "telemetry") {
    judges_.OnAccepted(stream, offset, 1, message.topic, PayloadOf(message), message.identity);
  }
  void Sync(const SentMessage& message) { synced_.insert(message.tokens[0]); }
  // Accepts and commits it at the offset and says so.
  const SentMessage& Keep(uint64_t offset) {
    const SentMessage& message = Send();
    Accept(message, offset);
    Sync(message);
    judges_.OnAnswered(message, 0);
    return message;
  }
  static Entry EventOf(const SentMessage& message, uint64_t offset) {
    return {.stream = "telemetry",
            .first = offset,
            .last = offset,
            .gap_reason = {},
            .token = message.tokens[0],
            .device = "dev-1"};
  }
  static Entry GapOf(uint64_t first, uint64_t last, std::string reason) {
    return {.stream = "telemetry",
            .first = first,
            .last = last,
            .gap_reason = std::move(reason),
            .device = {}};
  }
  static StoredRun RunOf(const SentMessage& message, uint64_t offset) {
    return {.first = offset, .last = offset, .token = message.tokens[0]};
  }
  void Start(uint64_t first, uint64_t end, std::vector<StoredRun> runs) {
    judges_.AfterStart({{"telemetry", first, end, std::move(runs)}});
  }
  // A message that was a dead letter becomes an event.
  const SentMessage& Replay(uint64_t letter, uint64_t offset) {
    const SentMessage& message = Send(Kind::kLate);
    Accept(message, letter, "dead-letters");
    Sync(message);
    judges_.OnAnswered(message, 0);
    judges_.OnLettersAsked({RunOf(message, letter)}, false);
    judges_.OnLetterReplayed(letter, "telemetry", offset, 1);
    return message;
  }
  void Crash() { judges_.OnEnded(Witness::End::kPowerCut); }
  void DeliverEvent(const SentMessage& message, const std::string& device, uint64_t offset) {
    judges_.OnDelivered("sub", "events/" + device + "/climate.reading.v1",
                        fmt::format("{{\"id\":\"gw/telemetry/{}\",\"text\":\"{}\"}}", offset,
                                    TokenText(message.tokens[0])),
                        1, false);
  }

  void ExpectWell() { EXPECT_FALSE(scene_.verdict.broken()) << scene_.verdict.what(); }
  void ExpectBroken(int invariant) {
    EXPECT_EQ(scene_.verdict.invariant(), invariant) << scene_.verdict.what();
  }

  const Plan plan_;
  Scene scene_{plan_};
  std::set<Token> synced_;
  std::set<uint64_t> synced_replays_;
  Judges judges_{scene_, [this](Token token) { return synced_.contains(token); },
                 [this](uint64_t letter) { return synced_replays_.contains(letter); }};
  std::deque<SentMessage> messages_;
  Token last_token_ = 0;
};

class DropNewestTest : public JudgesTest {
 protected:
  DropNewestTest() : JudgesTest(PlanOf("commit", "drop_newest")) {}
};
class MemoryTest : public JudgesTest {
 protected:
  MemoryTest() : JudgesTest(PlanOf("memory", "reject")) {}
};

TEST_F(JudgesTest, AGoodHistoryIsWell) {
  const SentMessage& first = Keep(0);
  const SentMessage& second = Keep(1);
  DeliverEvent(first, "dev-1", 0);
  judges_.OnArrived("up", {EventOf(first, 0)});
  judges_.OnUpstreamAcknowledged("up", {EventOf(first, 0)});
  Crash();
  Start(1, 2, {RunOf(second, 1)});
  Keep(2);
  ExpectWell();
}

class ReplayedLettersTest : public JudgesTest {
 protected:
  ReplayedLettersTest() : JudgesTest(PlanOf("commit", "reject")) {
    scene_.clock.Advance(plan_.length);
    judges_.OnStarted();
  }
};

TEST_F(ReplayedLettersTest, ALetterBecomesAnEventThatNoClientSends) {
  Keep(0);
  const SentMessage& message = Replay(5, 1);
  synced_replays_ = {5};
  judges_.OnLetterAnswered(5, "replayed");
  Entry event = EventOf(message, 1);
  event.replay_of = 5;
  judges_.OnArrived("up", {event});
  Keep(2);
  judges_.LookAtCounters(
      "sluice_ingest_messages_total 2\nsluice_ingest_dead_letters_total 1\n"
      "sluice_dead_letters_replayed_total 1\n");
  ExpectWell();
}

TEST_F(ReplayedLettersTest, NobodyUpstreamIsToldThatItIsAReplay) {
  const SentMessage& message = Replay(5, 0);
  judges_.OnArrived("up", {EventOf(message, 0)});
  ExpectBroken(4);
}

TEST_F(ReplayedLettersTest, AReplayArrivesThatIsNotSynced) {
  const SentMessage& message = Replay(5, 0);
  Entry event = EventOf(message, 0);
  event.replay_of = 5;
  judges_.OnArrived("up", {event});
  ExpectBroken(8);
}

TEST_F(ReplayedLettersTest, AReplayIsDeliveredThatIsNotSynced) {
  const SentMessage& message = Replay(5, 0);
  DeliverEvent(message, "dev-1", 0);
  ExpectBroken(8);
}

TEST_F(ReplayedLettersTest, AReplayIsToldThatIsNotSynced) {
  Replay(5, 0);
  judges_.OnLetterAnswered(5, "replayed");
  ExpectBroken(1);
}

TEST_F(ReplayedLettersTest, ALetterIsStillThereWhenItsReplayIsLost) {
  Replay(5, 0);
  Crash();
  Start(0, 0, {});
  Keep(0);
  ExpectWell();
}

TEST_F(ReplayedLettersTest, AReplayIsLostThatWasTold) {
  Replay(5, 0);
  synced_replays_ = {5};
  judges_.OnLetterAnswered(5, "replayed");
  Crash();
  Start(0, 0, {});
  ExpectBroken(2);
}

TEST_F(ReplayedLettersTest, AReplayIsNotCounted) {
  Replay(5, 0);
  synced_replays_ = {5};
  judges_.OnLetterAnswered(5, "replayed");
  judges_.LookAtCounters("sluice_ingest_dead_letters_total 1\n");
  ExpectBroken(10);
}

TEST_F(JudgesTest, AcknowledgedBeforeItIsSynced) {
  const SentMessage& message = Send();
  Accept(message, 0);
  judges_.OnAnswered(message, 0);
  ExpectBroken(1);
}

TEST_F(JudgesTest, AcknowledgedAndNeverAccepted) {
  judges_.OnAnswered(Send(), 0);
  ExpectBroken(1);
}

TEST_F(JudgesTest, AMalformedMessageIsKeptBeforeItIsAcknowledged) {
  const SentMessage& message = Send(Kind::kMalformed);
  Accept(message, 0, "dead-letters");
  judges_.OnAnswered(message, 0);
  ExpectBroken(1);
}

TEST_F(MemoryTest, MemoryPromisesNoSync) {
  const SentMessage& message = Send();
  Accept(message, 0);
  judges_.OnAnswered(message, 0);
  Crash();
  Start(0, 0, {});
  ExpectWell();
}

TEST_F(MemoryTest, WhatWasSeenIsNotLostAllTheSame) {
  const SentMessage& message = Keep(0);
  judges_.OnArrived("up", {EventOf(message, 0)});
  Crash();
  Start(0, 0, {});
  ExpectBroken(4);
}

TEST_F(JudgesTest, AcknowledgedIsLostAtTheEndOfAStream) {
  const SentMessage& first = Keep(0);
  Keep(1);
  Crash();
  Start(0, 1, {RunOf(first, 0)});
  ExpectBroken(1);
}

TEST_F(JudgesTest, SentAgainItMayBeLostOnce) {
  const SentMessage& message = Keep(0);
  judges_.OnSent(message, true);
  Accept(message, 1);
  Crash();
  Start(0, 1, {RunOf(message, 0)});
  ExpectWell();
}

TEST_F(JudgesTest, AnOffsetIsGivenTwice) {
  Keep(0);
  Keep(0);
  ExpectBroken(4);
}

TEST_F(JudgesTest, AnOffsetThatWasSeenIsGivenAgainAfterAStart) {
  const SentMessage& message = Keep(0);
  judges_.OnArrived("up", {EventOf(message, 0)});
  Crash();
  Accept(Send(), 0);
  ExpectBroken(4);
}

TEST_F(JudgesTest, AnOffsetIsLeftOut) {
  Keep(0);
  Keep(2);
  ExpectBroken(2);
}

TEST_F(JudgesTest, DeletedBeforeUpstreamHadIt) {
  Keep(0);
  Crash();
  Start(1, 1, {});
  ExpectBroken(2);
}

TEST_F(JudgesTest, StoredAsSomethingElse) {
  Keep(0);
  const SentMessage& second = Keep(1);
  Crash();
  Start(0, 2, {RunOf(second, 0), RunOf(second, 1)});
  ExpectBroken(2);
}

TEST_F(JudgesTest, AGapThatTheStreamCannotHave) {
  Keep(0);
  Crash();
  Start(0, 1, {{.first = 0, .last = 0, .gap_reason = "evicted"}});
  ExpectBroken(2);
}

TEST_F(DropNewestTest, DroppedMayBeAcknowledged) {
  const SentMessage& message = Send();
  Accept(message, 0);
  judges_.OnAnswered(message, 0);
  Crash();
  Start(0, 1, {{.first = 0, .last = 0, .gap_reason = "dropped"}});
  ExpectWell();
}

TEST_F(DropNewestTest, DroppedHasAPlace) {
  const SentMessage& message = Send();
  Accept(message, 0);
  judges_.OnAnswered(message, 0);
  Crash();
  Start(0, 0, {});
  ExpectBroken(1);
}

TEST_F(JudgesTest, ALocalSubscriberSeesItTooEarly) {
  const SentMessage& message = Send();
  Accept(message, 0);
  DeliverEvent(message, "dev-1", 0);
  ExpectBroken(8);
}

TEST_F(JudgesTest, ALocalSubscriberSeesItUnderAnotherId) {
  const SentMessage& message = Keep(0);
  Keep(1);
  DeliverEvent(message, "dev-1", 1);
  ExpectBroken(4);
}

TEST_F(JudgesTest, ALocalSubscriberSeesItUnderAnotherName) {
  DeliverEvent(Keep(0), "dev-2", 0);
  ExpectBroken(9);
}

TEST_F(JudgesTest, UpstreamSeesAnotherReading) {
  Keep(0);
  judges_.OnArrived("up", {EventOf(Keep(1), 0)});
  ExpectBroken(4);
}

TEST_F(JudgesTest, AForgedMessageBecomesAnEvent) {
  Accept(Send(Kind::kForged, "dev-2"), 0);
  ExpectBroken(9);
}

TEST_F(JudgesTest, SomebodyIsTakenForSomebodyElse) {
  const SentMessage& message = Send();
  judges_.OnAccepted("telemetry", 0, 1, message.topic, PayloadOf(message), "dev-2");
  ExpectBroken(9);
}

TEST_F(JudgesTest, ADeviceMaySpeakForItself) {
  judges_.OnAnswered(Send(), 0x87);
  ExpectBroken(9);
}

TEST_F(JudgesTest, ALaterMessageOvertakes) {
  const SentMessage& first = Send();
  const SentMessage& second = Send();
  Accept(second, 0);
  Accept(first, 1);
  ExpectBroken(3);
}

TEST_F(JudgesTest, ALaterMessageMayComeBeforeARepetition) {
  const SentMessage& first = Send();
  const SentMessage& second = Send();
  Accept(second, 0);
  judges_.OnSent(first, true);
  Accept(first, 1);
  ExpectWell();
}

TEST_F(JudgesTest, AcceptedMoreOftenThanSent) {
  const SentMessage& message = Send();
  Accept(message, 0);
  Accept(message, 1);
  ExpectBroken(3);
}

TEST_F(JudgesTest, QosTwoIsAcceptedOnceInASession) {
  judges_.OnNewSession("dev-1");
  const SentMessage& message = Send(Kind::kReadings, "dev-1", 2);
  Accept(message, 0);
  judges_.OnNewSession("dev-1");
  judges_.OnSent(message, true);
  Accept(message, 1);
  ExpectWell();
  judges_.OnSent(message, true);
  Accept(message, 2);
  ExpectBroken(2);
}

TEST_F(JudgesTest, WhatIsDoneWithIsKnownUpstream) {
  const SentMessage& first = Keep(0);
  const SentMessage& second = Keep(1);
  judges_.OnArrived("up", {EventOf(first, 0)});
  judges_.OnUpstreamAcknowledged("up", {EventOf(first, 0)});
  judges_.OnUpstreamRefused("up", {EventOf(second, 1)}, true);
  judges_.LookAtPassed();
  ExpectWell();
  Keep(2);
  judges_.LookAtPassed();
  ExpectBroken(2);
}

TEST_F(JudgesTest, AConnectionBeginsAtWhatUpstreamIsNotDoneWith) {
  const SentMessage& first = Keep(0);
  const SentMessage& second = Keep(1);
  judges_.OnPublished("up", 1, 0, {EventOf(first, 0)});
  judges_.OnPublished("up", 1, 1, {EventOf(second, 1)});
  judges_.OnPublished("up", 2, 0, {EventOf(first, 0)});
  judges_.OnUpstreamAcknowledged("up", {EventOf(first, 0)});
  judges_.OnPublished("up", 3, 0, {EventOf(second, 1)});
  ExpectWell();
  judges_.OnPublished("up", 4, 0, {EventOf(Keep(2), 2)});
  ExpectBroken(3);
}

TEST_F(JudgesTest, ARouteLeavesNothingOut) {
  const SentMessage& first = Keep(0);
  Keep(1);
  judges_.OnPublished("up", 1, 0, {EventOf(first, 0)});
  judges_.OnPublished("up", 1, 1, {EventOf(Keep(2), 2)});
  ExpectBroken(3);
}

TEST_F(JudgesTest, ARouteGoesBackToWhatWasRefusedForNow) {
  const SentMessage& first = Keep(0);
  const SentMessage& second = Keep(1);
  judges_.OnPublished("up", 1, 0, {EventOf(first, 0)});
  judges_.OnPublished("up", 1, 1, {EventOf(second, 1)});
  judges_.OnUpstreamRefused("up", {EventOf(first, 0)}, false);
  judges_.OnUpstreamAcknowledged("up", {EventOf(second, 1)});
  judges_.OnPublished("up", 1, 0, {EventOf(first, 0)});
  judges_.OnPublished("up", 1, 0, {EventOf(second, 1)});
  ExpectWell();
  judges_.OnPublished("up", 1, 0, {EventOf(first, 0)});
  ExpectBroken(3);
}

TEST_F(JudgesTest, ARouteGoesBackForAReplayOnceAndToThere) {
  const SentMessage& first = Keep(0);
  const SentMessage& second = Keep(1);
  judges_.OnPublished("up", 1, 0, {EventOf(first, 0)});
  judges_.OnPublished("up", 1, 0, {EventOf(second, 1)});
  judges_.OnReplay("up", 1);
  judges_.OnPublished("up", 1, 0, {EventOf(second, 1)});
  ExpectWell();
  judges_.OnPublished("up", 1, 0, {EventOf(second, 1)});
  ExpectBroken(3);
}

TEST_F(JudgesTest, AReplayWaitsForAnswersToo) {
  const SentMessage& first = Keep(0);
  judges_.OnPublished("up", 1, 0, {EventOf(first, 0)});
  judges_.OnReplay("up", 0);
  judges_.OnPublished("up", 1, 1, {EventOf(first, 0)});
  ExpectBroken(3);
}

TEST_F(JudgesTest, ARouteGoesBackWhenAllIsAnswered) {
  const SentMessage& first = Keep(0);
  judges_.OnPublished("up", 1, 0, {EventOf(first, 0)});
  judges_.OnPublished("up", 1, 1, {EventOf(Keep(1), 1)});
  judges_.OnUpstreamRefused("up", {EventOf(first, 0)}, false);
  judges_.OnPublished("up", 1, 1, {EventOf(first, 0)});
  ExpectBroken(3);
}

TEST_F(JudgesTest, AGapStandsForWhatWasRefused) {
  const SentMessage& first = Keep(0);
  judges_.OnPublished("up", 1, 0, {EventOf(first, 0)});
  judges_.OnPublished("up", 1, 1, {EventOf(Keep(1), 1)});
  judges_.OnUpstreamRefused("up", {EventOf(first, 0)}, true);
  judges_.OnPublished("up", 1, 0, {GapOf(0, 0, "dead_lettered")});
  judges_.OnPublished("up", 1, 0, {EventOf(Keep(2), 2)});
  ExpectWell();
  judges_.OnPublished("up", 1, 0, {GapOf(3, 3, "dead_lettered")});
  ExpectBroken(2);
}

TEST_F(JudgesTest, AGapHasAReasonThatItsStreamCanHave) {
  Keep(0);
  judges_.OnPublished("up", 1, 0, {GapOf(0, 0, "evicted")});
  ExpectBroken(2);
}

TEST_F(JudgesTest, AnEventLeavesByTheRoutesOfItsStream) {
  judges_.OnPublished("down", 1, 0, {EventOf(Keep(0), 0)});
  ExpectBroken(4);
}

TEST_F(JudgesTest, ASubscriberGetsWhatCameAfterItsSubscription) {
  judges_.OnNewSession("sub");
  Keep(0);
  judges_.OnListening("sub", "events/#", 1);
  const SentMessage& event = Keep(1);
  EXPECT_NE(judges_.StillWaiting(""), "");
  EXPECT_EQ(judges_.StillWaiting("sluice_broker_queue_dropped_total 1\n"), "");
  DeliverEvent(event, "dev-1", 1);
  EXPECT_EQ(judges_.StillWaiting(""), "");
}

TEST_F(JudgesTest, ASubscriberGetsLocalMessages) {
  judges_.OnNewSession("sub");
  judges_.OnListening("sub", "local/#", 2);
  const SentMessage& message = SendPlain(false);
  EXPECT_EQ(judges_.StillWaiting(""), "");
  judges_.OnAnswered(message, 0);
  EXPECT_NE(judges_.StillWaiting(""), "");
  judges_.OnDelivered("sub", message.topic, PayloadOf(message), 1, false);
  EXPECT_EQ(judges_.StillWaiting(""), "");
}

TEST_F(JudgesTest, ANewSubscriberGetsAnOldRetainedMessage) {
  const SentMessage& old = SendPlain(true);
  judges_.OnAnswered(old, 0);
  judges_.OnNewSession("one");
  judges_.OnAnswered(SendPlain(true), 0);
  judges_.OnDelivered("one", old.topic, PayloadOf(old), 1, true);
  ExpectWell();
  judges_.OnNewSession("other");
  judges_.OnDelivered("other", old.topic, PayloadOf(old), 1, true);
  ExpectBroken(0);
}

TEST_F(JudgesTest, CountersCount) {
  judges_.OnStarted();
  Keep(0);
  const SentMessage& letter = Send(Kind::kMalformed);
  Accept(letter, 0, "dead-letters");
  judges_.LookAtCounters(
      "# HELP sluice_ingest_messages_total x\nsluice_ingest_messages_total 1\n"
      "sluice_ingest_dead_letters_total{reason=\"a\"} 1\n"
      "sluice_ingest_dead_letters_total{reason=\"b\"} 0\n");
  ExpectWell();
  judges_.LookAtCounters("sluice_ingest_messages_total 1\n");
  ExpectBroken(10);
}

}  // namespace
}  // namespace sluice::sim
