#include "forward/shared_uplink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/label.h"
#include "scripted_uplink.h"
#include "support/simulated_clock.h"

namespace sluice::forward {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

// Publishes whenever it may, `wanted` times.
class EagerUser final : public UplinkUser {
 public:
  explicit EagerUser(SharedUplink& connection)
      : connection_(connection), index_(connection.AddUser(this)) {}
  ~EagerUser() override { connection_.RemoveUser(index_); }

  void Want(int count) {
    wanted += count;
    Go();
  }
  void OnUplinkUp(const UplinkLimits&) override { Go(); }
  void OnUplinkDown(forward::EndedBy ended_by) override {
    ++downs;
    last_end = ended_by;
  }
  void OnAcknowledged(uint32_t sequence) override {
    acknowledged.push_back(sequence);
    Go();
  }
  void OnRefused(uint32_t, const Refusal& refusal) override { refused = refusal.code; }
  void OnWritable() override { Go(); }
  void Tick(MonotonicTime) override {
    ++ticks;
    Go();
  }
  std::optional<MonotonicTime> NextDeadline() const override { return deadline; }
  std::optional<MonotonicTime> OldestUnanswered() const override { return oldest; }

  std::optional<Duration> quiet;  // publishes one at a time, alone, after as long a quiet
  int wanted = 0;
  int downs = 0;
  forward::EndedBy last_end{};
  int ticks = 0;
  int refused = 0;
  std::vector<uint32_t> acknowledged;
  std::optional<MonotonicTime> deadline;
  std::optional<MonotonicTime> oldest;

 private:
  void Go() {
    for (; wanted > 0 && MayPublish(); --wanted) {
      connection_.Publish(
          index_, sequence_++,
          {.topic = "t", .key = {}, .payload = {}, .content_type = "", .properties = {}});
    }
  }
  bool MayPublish() {
    return quiet ? connection_.CanTry(index_, *quiet) : connection_.CanPublish(index_);
  }
  SharedUplink& connection_;
  const size_t index_;
  uint32_t sequence_ = 0;
};

class SharedUplinkTest : public ::testing::Test {
 protected:
  void Connect(UplinkLimits limits = {}) {
    connection_.Start();
    uplink_.Accept(limits);
  }
  // Keeps every deadline until the next attempt; how long that took.
  Duration PassBackoff() {
    const MonotonicTime began = clock_.Now();
    const int before = uplink_.connects;
    for (int guard = 0; guard < 100 && uplink_.connects == before; ++guard) KeepNextDeadline();
    return clock_.Now() - began;
  }
  void KeepNextDeadline() {
    clock_.Advance(std::max<Duration>(*connection_.NextDeadline() - clock_.Now(), Duration(0)));
    connection_.Tick(clock_.Now());
  }
  // Keeps every deadline on the way.
  void Pass(Duration by) {
    const MonotonicTime end = clock_.Now() + by;
    for (int guard = 0; guard < 1000; ++guard) {
      const auto next = connection_.NextDeadline();
      if (!next || *next > end) break;
      KeepNextDeadline();
    }
    clock_.Advance(end - clock_.Now());
    connection_.Tick(clock_.Now());
  }

  test::SimulatedClock clock_;
  Random random_{5};
  Metrics metrics_;
  Health health_{clock_, &metrics_};
  test::ScriptedUplink uplink_;
  SharedUplink connection_{{.name = "up", .backoff = {}, .max_in_flight = 4},
                           uplink_,
                           clock_,
                           random_,
                           metrics_,
                           health_};
  EagerUser first_{connection_};
  EagerUser second_{connection_};
};

TEST_F(SharedUplinkTest, WhoTriesHasTheConnectionToItselfAfterAQuiet) {
  Connect();
  second_.Want(1);
  first_.quiet = seconds(3);
  first_.Want(1);
  second_.Want(1);
  Pass(seconds(10));
  EXPECT_EQ(uplink_.messages.size(), 1u);  // an answer is still awaited
  uplink_.Acknowledge(0);
  Pass(seconds(2));
  EXPECT_EQ(uplink_.messages.size(), 1u);
  Pass(seconds(1));
  EXPECT_EQ(uplink_.messages.size(), 2u);
  EXPECT_EQ(first_.wanted, 0);
  EXPECT_EQ(second_.wanted, 1);
  uplink_.Acknowledge(1);
  EXPECT_EQ(second_.wanted, 0);
}

TEST_F(SharedUplinkTest, AllWhoTryHaveTheirTurn) {
  Connect();
  first_.quiet = second_.quiet = seconds(1);
  first_.Want(2);
  second_.Want(2);
  std::vector<std::pair<int, int>> wanted;
  for (size_t i = 0; i < 4; ++i) {
    Pass(seconds(1));
    ASSERT_EQ(uplink_.messages.size(), i + 1);
    wanted.emplace_back(first_.wanted, second_.wanted);
    uplink_.Acknowledge(i);
  }
  EXPECT_THAT(wanted, ::testing::ElementsAre(std::pair(1, 2), std::pair(1, 1), std::pair(0, 1),
                                             std::pair(0, 0)));
}

TEST_F(SharedUplinkTest, WhoHasNoUseForATryHoldsNobodyUp) {
  Connect();
  first_.quiet = seconds(1);
  first_.Want(1);
  second_.Want(1);
  EXPECT_EQ(second_.wanted, 1);
  connection_.CancelTry(0);
  KeepNextDeadline();
  EXPECT_EQ(second_.wanted, 0);
  uplink_.Acknowledge(0);
  first_.quiet = std::nullopt;
  Pass(seconds(1));
  EXPECT_EQ(first_.wanted, 0);
}

// Routes end one after the other, and the next one may have gone before.
TEST_F(SharedUplinkTest, WhoEndsCallsNobody) {
  Connect();
  {
    EagerUser third(connection_);
    third.quiet = seconds(1);
    third.Want(1);
    second_.Want(1);
  }
  EXPECT_EQ(second_.wanted, 1);
  KeepNextDeadline();
  EXPECT_EQ(second_.wanted, 0);
}

TEST_F(SharedUplinkTest, ATryEndsWithItsConnection) {
  Connect();
  first_.quiet = seconds(1);
  first_.Want(1);
  Pass(seconds(1));
  EXPECT_EQ(first_.wanted, 0);
  uplink_.Drop();
  PassBackoff();
  uplink_.Accept();
  second_.Want(1);
  EXPECT_EQ(second_.wanted, 0);
}

TEST_F(SharedUplinkTest, ConnectsOnceWhenStarted) {
  connection_.Start();
  connection_.Start();
  EXPECT_EQ(uplink_.connects, 1);
  EXPECT_FALSE(connection_.connected());
  uplink_.Accept();
  EXPECT_TRUE(connection_.connected());
}

TEST_F(SharedUplinkTest, LostConnectionIsTriedAgainAfterABackoff) {
  Connect();
  uplink_.Drop();
  EXPECT_EQ(first_.downs, 1);
  EXPECT_EQ(uplink_.connects, 1);
  PassBackoff();
  EXPECT_EQ(uplink_.connects, 2);
}

TEST_F(SharedUplinkTest, FailedAttemptsBackOffUpToTheMaximum) {
  connection_.Start();
  Duration longest{};
  for (int i = 0; i < 200; ++i) {
    uplink_.Drop();
    const Duration wait = PassBackoff();
    longest = std::max(longest, wait);
    EXPECT_LT(wait, seconds(60));
  }
  EXPECT_GT(longest, seconds(45));
  EXPECT_EQ(uplink_.connects, 201);
}

TEST_F(SharedUplinkTest, BrokerThatAcceptsAndDropsIsNotHammered) {
  connection_.Start();
  Duration waited{};
  for (int i = 0; i < 50; ++i) {
    uplink_.Accept();
    uplink_.Drop();
    waited += PassBackoff();
  }
  EXPECT_GT(waited, seconds(10 * 50));
}

TEST_F(SharedUplinkTest, AcknowledgementMakesTheNextBackoffSmall) {
  connection_.Start();
  for (int i = 0; i < 20; ++i) {
    uplink_.Drop();
    PassBackoff();
  }
  uplink_.Accept();
  first_.Want(1);
  uplink_.Acknowledge(0);
  uplink_.Drop();
  EXPECT_LT(*connection_.NextDeadline() - clock_.Now(), BackoffOptions{}.initial);
}

TEST_F(SharedUplinkTest, BrokerThatRefusesAndDropsIsNotHammered) {
  connection_.Start();
  Duration waited{};
  for (int i = 0; i < 50; ++i) {
    uplink_.Accept();
    first_.Want(1);
    uplink_.Refuse(uplink_.messages.size() - 1, test::kQuotaExceeded);
    uplink_.Drop();
    waited += PassBackoff();
  }
  EXPECT_GT(waited, seconds(10 * 50));
}

TEST_F(SharedUplinkTest, UplinkThatAcknowledgesNothingIsConnectedAnew) {
  Connect();
  first_.Want(2);
  Pass(seconds(29));
  EXPECT_EQ(uplink_.disconnects, 0);
  Pass(seconds(1));
  EXPECT_EQ(uplink_.disconnects, 1);
  EXPECT_EQ(first_.downs, 1);
  EXPECT_THAT(metrics_.PrometheusText(),
              HasSubstr("sluice_uplink_ack_timeouts_total{uplink=\"up\"} 1"));
  EXPECT_THAT(health_.Text(), HasSubstr("uplink up: degraded for 0 s: 2 publishes sent, and not "
                                        "acknowledged within 30.0 s"));
  PassBackoff();
  EXPECT_EQ(uplink_.connects, 2);
}

TEST_F(SharedUplinkTest, UplinkThatNeverAcknowledgesIsNotHammered) {
  connection_.Start();
  Duration waited{};
  for (int i = 0; i < 50; ++i) {
    uplink_.Accept();
    first_.Want(1);
    Pass(seconds(30));
    waited += PassBackoff();
  }
  EXPECT_GT(waited, seconds(5 * 50));
}

TEST_F(SharedUplinkTest, SlowUplinkThatAnswersNowAndThenIsLeftAlone) {
  Connect();
  first_.Want(4);
  for (size_t i = 0; i < 4; ++i) {
    Pass(seconds(29));
    uplink_.Acknowledge(i);
  }
  Pass(seconds(300));
  EXPECT_EQ(uplink_.disconnects, 0);
}

TEST_F(SharedUplinkTest, TimeWithoutAnythingToAnswerDoesNotCount) {
  Connect();
  Pass(seconds(300));
  first_.Want(1);
  Pass(seconds(29));
  EXPECT_EQ(uplink_.disconnects, 0);
}

// Another route's acknowledgements go on, and one publish is never answered.
TEST_F(SharedUplinkTest, PublishThatIsPassedOverEndsTheConnection) {
  Connect();
  first_.Want(1);
  first_.oldest = clock_.Now();
  for (size_t i = 1; uplink_.disconnects == 0 && i < 10; ++i) {
    Pass(seconds(7));
    second_.Want(1);
    const MonotonicTime sent_at = clock_.Now();
    uplink_.Acknowledge(i);
    connection_.Answered(sent_at);
    EXPECT_EQ(uplink_.disconnects, 0);
    connection_.Tick(clock_.Now());
  }
  EXPECT_EQ(uplink_.disconnects, 1);
  EXPECT_EQ(uplink_.messages.size(), 6u);
}

TEST_F(SharedUplinkTest, AttemptThatNeverEndsIsGivenUp) {
  connection_.Start();
  Pass(seconds(24));
  EXPECT_EQ(uplink_.disconnects, 0);
  Pass(seconds(1));
  EXPECT_EQ(uplink_.disconnects, 1);
  PassBackoff();
  EXPECT_EQ(uplink_.connects, 2);
}

TEST_F(SharedUplinkTest, ShortAbsenceIsNoMatterOfHealth) {
  Connect();
  Pass(seconds(20));
  uplink_.Drop();
  PassBackoff();
  uplink_.Accept();
  Pass(seconds(60));
  EXPECT_EQ(health_.state(), HealthState::kOk);
}

TEST_F(SharedUplinkTest, AbsenceIsToldWithItsReasonAndUntilAConnectionHolds) {
  connection_.Start();
  uplink_.Drop();
  Pass(seconds(10));
  EXPECT_THAT(health_.Text(), HasSubstr("uplink up: degraded for 0 s: dropped by the test"));
  while (uplink_.connects < 9) uplink_.Drop(), PassBackoff();
  uplink_.Accept();
  Pass(seconds(9));
  EXPECT_EQ(health_.state(), HealthState::kDegraded);
  Pass(seconds(1));
  EXPECT_EQ(health_.state(), HealthState::kOk);
}

TEST_F(SharedUplinkTest, ConnectionsThatDoNotHoldAreAnAbsence) {
  Connect();
  for (int i = 0; i < 10; ++i) {
    Pass(seconds(2));
    uplink_.Drop();
    PassBackoff();
    uplink_.Accept();
  }
  EXPECT_EQ(health_.state(), HealthState::kDegraded);
}

TEST_F(SharedUplinkTest, NotAcknowledgingDoesNotFlap) {
  Connect();
  for (int i = 0; i < 3; ++i) {
    first_.Want(1);
    uplink_.Acknowledge(uplink_.messages.size() - 1);
    first_.Want(1);
    Pass(seconds(30));
    PassBackoff();
    uplink_.Accept();
    Pass(seconds(15));
    EXPECT_THAT(health_.Text(), HasSubstr("not acknowledged within"));
  }
  Pass(seconds(60));
  first_.Want(1);
  uplink_.Acknowledge(uplink_.messages.size() - 1);
  EXPECT_EQ(health_.state(), HealthState::kOk);
}

TEST_F(SharedUplinkTest, StoppedUplinkIsWell) {
  connection_.Start();
  Pass(seconds(10));
  EXPECT_EQ(health_.state(), HealthState::kDegraded);
  connection_.Stop();
  EXPECT_EQ(health_.state(), HealthState::kOk);
}

TEST_F(SharedUplinkTest, AnswersReachTheUserThatPublished) {
  Connect();
  first_.Want(1);
  second_.Want(2);
  uplink_.Acknowledge(2);
  uplink_.Acknowledge(0);
  uplink_.Refuse(1, test::kFormatInvalid);
  EXPECT_EQ(first_.acknowledged, std::vector<uint32_t>({0}));
  EXPECT_EQ(second_.acknowledged, std::vector<uint32_t>({1}));
  EXPECT_EQ(second_.refused, 0x99);
  EXPECT_EQ(first_.refused, 0);
}

TEST_F(SharedUplinkTest, InFlightIsBoundedOverAllUsers) {
  Connect();
  first_.Want(3);
  second_.Want(3);
  EXPECT_EQ(uplink_.messages.size(), 4u);
}

TEST_F(SharedUplinkTest, ReceiveMaximumLowersTheBound) {  // [MQTT-3.3.4-9]
  Connect({.max_in_flight = 1});
  first_.Want(3);
  EXPECT_EQ(uplink_.messages.size(), 1u);
  uplink_.Acknowledge(0);
  EXPECT_EQ(uplink_.messages.size(), 2u);
}

TEST_F(SharedUplinkTest, EagerUserDoesNotStarveTheOther) {
  Connect({.max_in_flight = 1});
  first_.Want(100);
  second_.Want(100);
  for (size_t i = 0; i < 20; ++i) uplink_.Acknowledge(i);
  EXPECT_NEAR(static_cast<double>(first_.acknowledged.size()), 10.0, 1.0);
  EXPECT_NEAR(static_cast<double>(second_.acknowledged.size()), 10.0, 1.0);
}

TEST_F(SharedUplinkTest, RoomIsForgottenWithTheConnection) {
  Connect();
  first_.Want(4);
  uplink_.Drop();
  PassBackoff();
  uplink_.Accept();
  second_.Want(4);
  EXPECT_EQ(uplink_.messages.size(), 8u);
}

TEST_F(SharedUplinkTest, StopDisconnectsAndStaysSo) {
  Connect();
  connection_.Stop();
  EXPECT_EQ(uplink_.disconnects, 1);
  EXPECT_EQ(first_.downs, 1);
  uplink_.Drop();
  EXPECT_EQ(connection_.NextDeadline(), std::nullopt);
  connection_.Start();
  EXPECT_EQ(uplink_.connects, 2);
}

TEST_F(SharedUplinkTest, DeadlinesOfUsersAreItsOwn) {
  first_.deadline = clock_.Now() + seconds(7);
  second_.deadline = clock_.Now() + seconds(3);
  EXPECT_EQ(connection_.NextDeadline(), second_.deadline);
  connection_.Tick(clock_.Now());
  EXPECT_EQ(first_.ticks + second_.ticks, 2);
}

TEST_F(SharedUplinkTest, EndsByTheUplinkAreToldApartFromThoseByUpstream) {
  EagerUser user(connection_);
  Connect();
  uplink_.Drop();
  EXPECT_EQ(user.last_end, EndedBy::kUpstream);
  clock_.Advance(std::chrono::minutes(10));
  connection_.Tick(clock_.Now());
  uplink_.Accept();
  uplink_.GiveUp();
  EXPECT_EQ(user.downs, 2);
  EXPECT_EQ(user.last_end, EndedBy::kUs);
  EXPECT_FALSE(connection_.connected());
  EXPECT_TRUE(connection_.NextDeadline());
  clock_.Advance(std::chrono::minutes(10));
  connection_.Tick(clock_.Now());
  uplink_.Accept();
  uplink_.Drop({.why = "an answer to what was not asked", .broke_rules = true});
  EXPECT_EQ(user.last_end, EndedBy::kBrokenRules);
}

TEST_F(SharedUplinkTest, AnswersToAUserThatIsGoneAreDropped) {
  Connect();
  {
    EagerUser third(connection_);
    third.Want(1);
  }
  uplink_.Acknowledge(0);
  EXPECT_TRUE(first_.acknowledged.empty());
}

class TurnedAwayTest : public SharedUplinkTest {
 protected:
  static UplinkEnd TurnedAway() { return {"Banned (0x8A)", "banned", true}; }
  // One attempt, which comes to this; how long the wait after it is.
  Duration Fail(const UplinkEnd& end) {
    uplink_.Drop(end);
    return PassBackoff();
  }
  double Failures(std::string_view reason) const {
    return metrics_
        .Value("sluice_uplink_failures_total",
               Label("uplink", "up") + "," + Label("reason", reason))
        .value_or(0);
  }
  bool SaysTurnedAway() const {
    const auto problems = health_.problems();
    return std::ranges::any_of(problems, [](const Health::Problem& problem) {
      return problem.condition == "turned_away" && problem.why.ends_with("Banned (0x8A)");
    });
  }
};

TEST_F(TurnedAwayTest, IsAskedSeldomFromTheThirdTimeOn) {
  connection_.Start();
  EXPECT_LT(Fail(TurnedAway()), seconds(2));
  EXPECT_LT(Fail(TurnedAway()), seconds(2));
  EXPECT_FALSE(SaysTurnedAway());
  for (int i = 0; i < 20; ++i) {
    const Duration wait = Fail(TurnedAway());
    EXPECT_GE(wait, std::chrono::minutes(5) / 2);
    EXPECT_LE(wait, std::chrono::minutes(5));
  }
  EXPECT_TRUE(SaysTurnedAway());
  EXPECT_EQ(Failures("banned"), 22);
}

TEST_F(TurnedAwayTest, AnotherFailureBeginsTheCountAnew) {
  connection_.Start();
  for (int i = 0; i < 10; ++i) {
    EXPECT_LT(Fail(TurnedAway()), seconds(61));
    EXPECT_LT(Fail(TurnedAway()), seconds(61));
    EXPECT_LT(Fail({"connection refused", "refused"}), seconds(61));
  }
  EXPECT_FALSE(SaysTurnedAway());
  EXPECT_EQ(Failures("refused"), 10);
}

TEST_F(TurnedAwayTest, ConnectionThatHoldsEndsIt) {
  connection_.Start();
  for (int i = 0; i < 3; ++i) Fail(TurnedAway());
  uplink_.Accept();
  Pass(UplinkHealth::kPatience);
  EXPECT_FALSE(SaysTurnedAway());
  Pass(seconds(30));
  EXPECT_LT(Fail(TurnedAway()), seconds(2));
}

// Two that share a client identifier would otherwise throw each other out all day.
TEST_F(TurnedAwayTest, ConnectionsThatDoNotHoldDoNotEndIt) {
  connection_.Start();
  for (int i = 0; i < 3; ++i) {
    uplink_.Accept();
    first_.Want(1);
    uplink_.Acknowledge(uplink_.messages.size() - 1);
    Pass(seconds(1));
    const Duration wait = Fail(TurnedAway());
    EXPECT_EQ(wait >= std::chrono::minutes(2), i == 2);
  }
}

TEST_F(TurnedAwayTest, StartBeginsAnew) {
  connection_.Start();
  for (int i = 0; i < 3; ++i) Fail(TurnedAway());
  connection_.Stop();
  EXPECT_FALSE(SaysTurnedAway());
  connection_.Start();
  EXPECT_LT(Fail(TurnedAway()), seconds(2));
}

TEST_F(SharedUplinkTest, EachServerThatFailedIsCounted) {
  connection_.Start();
  uplink_.FailServer({"a: connection refused", "refused"});
  uplink_.FailServer({"b: cannot look up b", "lookup"});
  uplink_.Accept({.server = "c:1883"});
  EXPECT_TRUE(connection_.connected());
  EXPECT_EQ(metrics_.Value("sluice_uplink_connect_failures_total", Label("uplink", "up")), 2);
  EXPECT_EQ(metrics_.Value("sluice_uplink_failures_total",
                           Label("uplink", "up") + "," + Label("reason", "lookup")),
            1);
}

}  // namespace
}  // namespace sluice::forward
