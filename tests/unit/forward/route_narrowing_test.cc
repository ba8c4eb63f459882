#include <cmath>
#include <set>

#include "route_fixture.h"

namespace sluice::test {
namespace {

using forward::Narrowing;

// An upstream that ends the connection at what it dislikes, on a link that dies by itself. Time
// passes between any two steps.
class RouteNarrowingTest : public RouteFixture {
 protected:
  RouteNarrowingTest() {
    options.backoff =
        connection_options.backoff = {.initial = milliseconds(100), .max = seconds(2)};
  }

  // Lives until all is accounted for, or for so many connections.
  void Live(int connections) {
    for (int i = 0; i < 2'000'000 && ends < connections && cursor() < accepted(); ++i) Step();
  }
  void Step() {
    if (uplink.state() == ScriptedUplink::State::kConnecting) {
      uplink.Accept(limits);
      dies_at_ = clock.Now() + Lifetime();
    }
    StoreDeadLetters();
    if (uplink.state() == ScriptedUplink::State::kConnected && clock.Now() >= dies_at_) End();
    while (uplink.state() == ScriptedUplink::State::kConnected && answered_ < sent()) Answer();
    Advance(step);
  }
  void Answer() {
    const std::vector<uint64_t> offsets = uplink.Offsets(answered_);
    const bool dislikes =
        dislikes_all || std::any_of(offsets.begin(), offsets.end(),
                                    [&](uint64_t o) { return disliked.contains(o); });
    if (dislikes && !offsets.empty()) return End();
    Acknowledge(answered_++);
  }
  void End() {
    ++ends;
    uplink.Drop(how);
    answered_ = sent();
    Run();
  }
  // Of a link that dies by chance.
  Duration Lifetime() {
    if (mean_life == Duration()) return std::chrono::hours(1000);
    return Duration(static_cast<int64_t>(-std::log(1 - chance.Unit()) *
                                         static_cast<double>(mean_life.count())));
  }

  std::set<uint64_t> disliked;
  bool dislikes_all = false;
  forward::UplinkEnd how{.why = "dropped by the test"};
  Duration mean_life{};
  Duration step = milliseconds(50);
  Random chance{1};
  int ends = 0;

 private:
  size_t answered_ = 0;
  MonotonicTime dies_at_{};
};

TEST_F(RouteNarrowingTest, AMessageAtWhichUpstreamEndsTheConnectionIsSetAside) {
  disliked = {17};
  options.max_batch_events = 100;
  Start();
  Publish(150);
  Live(1000);
  EXPECT_EQ(cursor(), 150u);
  EXPECT_EQ(dead_letters.offsets, Range(17, 18));
  EXPECT_EQ(dead_letters.reasons, std::vector<int>{0x83});
  EXPECT_EQ(source.books().acknowledged, 149u);
  // What was in flight, the message alone, its halves, and the single one.
  EXPECT_LE(ends, 2 + 6 + 1 + Narrowing::kEndsAtOne);
}

// It does not end the connection itself, but answers with what makes the uplink end it.
TEST_F(RouteNarrowingTest, AMessageThatUpstreamAnswersWithABrokenRuleIsSetAsideWithThisReason) {
  disliked = {17};
  how.broke_rules = true;
  Start();
  Publish(50);
  Live(1000);
  EXPECT_EQ(cursor(), 50u);
  EXPECT_EQ(dead_letters.offsets, Range(17, 18));
  EXPECT_THAT(dead_letters.texts, testing::ElementsAre(forward::kBreaksTheRules.text));
}

TEST_F(RouteNarrowingTest, EachOfManyIsFound) {
  disliked = {0, 3, 40, 41, 99};
  Start();
  Publish(100);
  Live(1000);
  EXPECT_EQ(cursor(), 100u);
  EXPECT_THAT(dead_letters.offsets, testing::ElementsAre(0, 3, 40, 41, 99));
}

TEST_F(RouteNarrowingTest, AnUpstreamThatEndsAtEveryMessageHoldsTheRoute) {
  dislikes_all = true;
  Start();
  Publish(100);
  Live(300);
  EXPECT_EQ(dead_letters.offsets.size(), static_cast<size_t>(Narrowing::kSetAsideInARow));
  EXPECT_THAT(health.Text(), testing::HasSubstr("upstream ends the connection at every message"));
  dislikes_all = false;
  Live(10'000);
  EXPECT_EQ(cursor(), 100u);
  EXPECT_EQ(dead_letters.offsets.size(), static_cast<size_t>(Narrowing::kSetAsideInARow));
}

// The promise of narrowing.h, against links of any quality: chance buries nothing that upstream
// takes, and what it does not take is found all the same.
class NarrowingModelTest : public RouteNarrowingTest,
                           public testing::WithParamInterface<uint64_t> {};

TEST_P(NarrowingModelTest, ABadLinkBuriesNothing) {
  chance = Random(GetParam());
  // About as often as not it lives for the quiet, and dies before the answer.
  step = milliseconds(50 + static_cast<int64_t>(chance.Below(900)));
  mean_life = milliseconds(200 + static_cast<int64_t>(chance.Below(4000)));
  options.max_batch_events = 1 + chance.Below(4);
  Start();
  Publish(1000);
  Live(5000);
  EXPECT_TRUE(dead_letters.offsets.empty());
}

TEST_P(NarrowingModelTest, TheCulpritIsFoundOnABadLink) {
  chance = Random(GetParam());
  mean_life = seconds(20 + static_cast<int64_t>(chance.Below(100)));
  for (int i = 0; i < 3; ++i) disliked.insert(chance.Below(200));
  options.max_batch_events = 1 + chance.Below(100);
  Start();
  Publish(200);
  Live(2000);
  EXPECT_EQ(cursor(), 200u);
  EXPECT_EQ(std::set<uint64_t>(dead_letters.offsets.begin(), dead_letters.offsets.end()), disliked);
}

INSTANTIATE_TEST_SUITE_P(Seeds, NarrowingModelTest, testing::Range<uint64_t>(0, 60));

}  // namespace
}  // namespace sluice::test
