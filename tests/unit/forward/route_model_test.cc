#include <algorithm>
#include <set>

#include "route_fixture.h"

namespace sluice::test {
namespace {

// Beside the route stands a slow, obvious model: a set of the offsets that were taken by the broker
// or became dead letters. Whatever order of answers, refusals and losses chance brings, in the end
// each offset is in it, and each message continues where the one before ended or starts over at an
// offset that is not accounted for.
class RouteModelTest : public RouteFixture, public ::testing::WithParamInterface<uint64_t> {
 protected:
  void Step() {
    switch (chance_.Below(12)) {
      case 0:
      case 1:
      case 2:
        Publish(chance_.Below(10));
        break;
      case 3:
        Refuse(kQuotaExceeded);
        break;
      case 4:
        Refuse(kFormatInvalid);
        break;
      case 5:
        StoreDeadLetters();
        break;
      case 6:
        if (chance_.Below(5) == 0) LoseConnection();
        break;
      case 7:
        dead_letters.full = chance_.Below(2) == 0;
        break;
      default:
        AcknowledgeSome();
    }
    Advance(milliseconds(static_cast<int64_t>(chance_.Below(400))));
    Look();
  }
  void Finish() {
    dead_letters.full = false;
    for (int i = 0; i < 1000 && cursor() < accepted(); ++i) {
      Look();
      while (!open_.empty()) AcknowledgeSome();
      StoreDeadLetters();
      Advance(seconds(61));
    }
  }
  // Takes note of what was sent.
  void Look() {
    for (; seen_ < sent(); ++seen_) {
      open_.push_back(seen_);
      const std::vector<uint64_t> offsets = uplink.Offsets(seen_);
      if (TellsOfDeadLetters(seen_)) continue;
      EXPECT_EQ(offsets, Range(offsets.front(), offsets.back() + 1));
      EXPECT_TRUE(offsets.front() == next_ || offsets.front() == cursor());
      next_ = offsets.back() + 1;
    }
  }
  // In the place of a message that was refused for good; those behind it may have come.
  bool TellsOfDeadLetters(size_t i) {
    const std::vector<schema::Gap> gaps = uplink.Gaps(i);
    if (gaps.empty()) return false;
    EXPECT_EQ(gaps.front().first, cursor());
    for (const uint64_t offset : Range(gaps.front().first, gaps.front().last + 1)) {
      EXPECT_THAT(dead_letters.offsets, ::testing::Contains(offset));
    }
    return true;
  }
  void LoseConnection() {
    Look();
    uplink.Drop();
    open_.clear();
    while (uplink.connects == connects_) Advance(seconds(1));
    connects_ = uplink.connects;
    uplink.Accept(limits);
    Run();
  }
  void AcknowledgeSome() {
    if (open_.empty()) return;
    const size_t i = TakeOne();
    for (const uint64_t offset : uplink.Offsets(i)) done_.insert(offset);
    Acknowledge(i);
    Look();
  }
  void Refuse(const forward::Refusal& refusal) {
    if (!open_.empty()) RouteFixture::Refuse(TakeOne(), refusal);
  }
  size_t TakeOne() {
    const auto at = open_.begin() + static_cast<std::ptrdiff_t>(chance_.Below(open_.size()));
    const size_t i = *at;
    open_.erase(at);
    return i;
  }

  Random chance_{GetParam()};
  std::vector<size_t> open_;
  size_t seen_ = 0;
  uint64_t next_ = 0;
  int connects_ = 1;
  std::set<uint64_t> done_;
};

TEST_P(RouteModelTest, AccountsForEveryEvent) {
  source.records_per_read = 7;
  Start();
  for (int i = 0; i < 1500; ++i) Step();
  Finish();
  EXPECT_EQ(cursor(), accepted());
  for (const uint64_t offset : dead_letters.offsets) done_.insert(offset);
  EXPECT_EQ(done_.size(), accepted());
  EXPECT_GT(source.books().dead_lettered, 0u);
  EXPECT_GT(source.books().acknowledged, 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RouteModelTest, ::testing::Range<uint64_t>(0, 20));

}  // namespace
}  // namespace sluice::test
