#include <algorithm>
#include <map>
#include <set>

#include "route_fixture.h"
#include "sent_entries.h"

namespace sluice::test {
namespace {

using schema::GapReason;

// What went into the stream at one offset.
struct Truth {
  std::optional<GapReason> gap;  // none: an event
  std::string device;
  WallTime appended;
};

// Any sequence of events, gaps, expiry, refusals, lost connections and restarts, in every format,
// with any bounds: what a consumer decodes is what went in. The seed chooses the options as well.
class RouteEncodingTest : public RouteFixture, public ::testing::WithParamInterface<uint64_t> {
 protected:
  static constexpr Duration kMaxAge = seconds(60);

  RouteEncodingTest() {
    const uint64_t seed = GetParam();
    options.format = seed % 2 == 0 ? forward::Format::kJson : forward::Format::kFlatBuffers;
    options.max_batch_events = OneOf({1, 2, 5, 100});
    options.max_batch_bytes = OneOf({1, 700, 2000, 64 << 10});
    if (seed / 2 % 2 == 1) options.topic = *forward::TopicTemplate::Parse("t/{device}");
    options.max_in_flight = OneOf({1, 3, 8});
    options.max_age = kMaxAge;
    limits.max_message_bytes = OneOf({900, 3600, 6000, 1 << 20});
    source.records_per_read = OneOf({1, 3, 50});
  }

  size_t OneOf(std::vector<size_t> choices) { return choices[chance_.Below(choices.size())]; }

  void AddEvent() {
    const std::string device = "d" + std::to_string(chance_.Below(3));
    truth_.push_back({{}, device, clock.WallNow()});
    source.AddEvent(clock.WallNow(), device, chance_.Below(4) == 0 ? chance_.Below(2500) : 0);
  }
  void AddGap() {
    const auto reason = static_cast<GapReason>(chance_.Below(6));
    const uint64_t count = 1 + chance_.Below(4);
    source.AddGap(count, clock.WallNow(), reason);
    truth_.insert(truth_.end(), count, {reason, "", clock.WallNow()});
  }
  void Append() {
    for (uint64_t left = chance_.Below(8); left > 0; --left) {
      chance_.Below(3) == 0 ? AddGap() : AddEvent();
    }
    Commit();
  }

  void Step() {
    switch (chance_.Below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        Append();
        break;
      case 4:
        RefuseOne(kQuotaExceeded);
        break;
      case 5:
        if (chance_.Below(4) == 0) RefuseOne(kFormatInvalid);
        break;
      case 6:
        StoreDeadLetters();
        break;
      case 7:
        if (chance_.Below(3) == 0) LoseConnection();
        break;
      case 8:
        if (chance_.Below(6) == 0) Advance(kMaxAge);
        break;
      default:
        AcknowledgeOne();
    }
    Look();
    Advance(milliseconds(static_cast<int64_t>(chance_.Below(50))));
    Look();
  }
  void LoseConnection() {
    uplink.Drop();
    open_.clear();
    while (uplink.connects == connects_) Advance(seconds(1));
    connects_ = uplink.connects;
    uplink.Accept(limits);
    Run();
  }
  void AcknowledgeOne() {
    if (open_.empty()) return;
    const size_t i = TakeOne();
    for (const SentEntry& entry : EntriesOf(uplink.messages[i])) {
      for (uint64_t o = entry.first; o <= entry.last; ++o) done_.insert(o);
    }
    Acknowledge(i);
  }
  void RefuseOne(const forward::Refusal& refusal) {
    if (open_.empty()) return;
    const size_t i = TakeOne();
    // Who refuses for good to hear of gaps does not hear of them.
    Refuse(i, refusal.permanent && OnlyTells(i) ? kQuotaExceeded : refusal);
  }
  bool OnlyTells(size_t i) const {
    return std::ranges::all_of(EntriesOf(uplink.messages[i]),
                               [](const SentEntry& entry) { return entry.gap_reason.has_value(); });
  }
  size_t TakeOne() {
    const size_t at = chance_.Below(open_.size());
    const size_t i = open_[at];
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
    return i;
  }

  // Looks at what was sent since the last time.
  void Look() {
    for (; seen_ < sent(); ++seen_) {
      open_.push_back(seen_);
      ASSERT_NO_FATAL_FAILURE(LookAt(uplink.messages[seen_]));
    }
  }
  void LookAt(const ScriptedUplink::Message& message) {
    const std::vector<SentEntry> entries = EntriesOf(message);
    ASSERT_FALSE(entries.empty()) << message.payload;
    uint64_t next = entries.front().first;
    EXPECT_LE(PacketBytes(message), limits.max_message_bytes);
    for (const SentEntry& entry : entries) {
      ASSERT_EQ(entry.first, next) << message.payload;
      ASSERT_GE(entry.last, entry.first);
      ASSERT_LT(entry.last, truth_.size());
      for (; next <= entry.last; ++next) ExpectTrue(entry, truth_[next], next);
    }
    if (entries.size() == 1 && !entries[0].gap_reason && options.max_batch_events == 1) {
      EXPECT_THAT(message.properties, ::testing::Contains(::testing::Pair(
                                          "id", "gw/telemetry/" + std::to_string(next - 1))));
    }
  }
  void ExpectTrue(const SentEntry& entry, const Truth& truth, uint64_t offset) {
    if (!entry.gap_reason) {
      EXPECT_FALSE(truth.gap) << "an event was sent for the gap at " << offset;
      EXPECT_EQ(entry.device, truth.device) << offset;
    } else if (truth.gap) {
      EXPECT_EQ(*entry.gap_reason, schema::GapReasonName(*truth.gap)) << offset;
    } else if (*entry.gap_reason == "dead_lettered") {
      EXPECT_THAT(dead_letters.offsets, ::testing::Contains(offset));
      EXPECT_TRUE(dead_letters.waiting.empty()) << offset << " is not stored yet";
    } else {
      EXPECT_EQ(*entry.gap_reason, "expired") << offset;
      EXPECT_GT(clock.WallNow() - truth.appended, kMaxAge) << offset;
      ++expired_;
    }
  }

  void Finish() {
    for (int i = 0; i < 5000 && cursor() < accepted(); ++i) {
      Look();
      while (!open_.empty()) AcknowledgeOne();
      StoreDeadLetters();
      Advance(milliseconds(100));
    }
    EXPECT_EQ(cursor(), accepted());
    for (uint64_t offset = 0; offset < accepted(); ++offset) {
      EXPECT_TRUE(done_.contains(offset)) << offset << " is covered by nothing that was sent";
    }
  }

  Random chance_{GetParam()};
  std::vector<Truth> truth_;
  std::vector<size_t> open_;
  size_t seen_ = 0;
  int connects_ = 1;
  uint64_t expired_ = 0;
  std::set<uint64_t> done_;
};

TEST_P(RouteEncodingTest, WhatIsDecodedIsWhatWentIn) {
  Start();
  for (int i = 0; i < 400 && !HasFatalFailure(); ++i) Step();
  Finish();
}

INSTANTIATE_TEST_SUITE_P(Seeds, RouteEncodingTest, ::testing::Range<uint64_t>(0, 64));

// The defect that this file was written for, alone.
TEST_F(RouteFixture, JsonEventBehindAGapArrives) {
  options.format = forward::Format::kJson;
  Start();
  source.AddEvent(clock.WallNow());
  source.AddGap(3, clock.WallNow());
  source.AddEvents(2, clock.WallNow());
  Commit();
  const std::vector<SentEntry> entries = EntriesOf(uplink.messages.at(0));
  ASSERT_EQ(entries.size(), 4u) << uplink.messages[0].payload;
  EXPECT_EQ(entries[1].gap_reason, "evicted");
  EXPECT_EQ(entries[2].first, 4u);
  EXPECT_FALSE(entries[2].gap_reason);
}

}  // namespace
}  // namespace sluice::test
