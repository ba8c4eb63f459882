#include "server/intake.h"

#include "server_fixture.h"

namespace sluice::server {
namespace {

// An intake of its own on the fixture's stream; its acknowledgements are remembered.
class IntakeTest : public ServerTest {
 protected:
  IntakeTest() { Start(); }

  Intake& Make(std::vector<std::string> topics = {}) {
    Intake::Callbacks callbacks{
        [this](const broker::AckHandle& ack) { acknowledged_.push_back(ack.packet_id); },
        [this] { ++spaces_; }};
    intake_ = std::make_unique<Intake>(&stream(), std::move(topics), clock_, metrics_,
                                       std::move(callbacks));
    return *intake_;
  }
  void Append(uint16_t packet_id, Qos qos = Qos::kAtLeastOnce) {
    EXPECT_NE(stream().Append(AsBytes(std::string_view("f"))).verdict,
              journal::AppendVerdict::kFull);
    broker::AckHandle ack;
    if (qos != Qos::kAtMostOnce) ack = {{1, 1}, 1, packet_id, qos};
    intake_->AcknowledgeWhenCommitted(ack);
  }

  std::unique_ptr<Intake> intake_;
  std::vector<int> acknowledged_;
  int spaces_ = 0;
};

TEST_F(IntakeTest, TakesTheTopicsOfItsFilters) {
  Intake& intake = Make({"a/+", "b/#"});
  EXPECT_TRUE(intake.Takes("a/x"));
  EXPECT_TRUE(intake.Takes("b/x/y"));
  EXPECT_FALSE(intake.Takes("a/x/y"));
  EXPECT_FALSE(intake.Takes("c"));
}

TEST_F(IntakeTest, WithoutFiltersTakesNothing) { EXPECT_FALSE(Make().Takes("a")); }

TEST_F(IntakeTest, AcknowledgesInTheOrderOfOffsets) {
  Make();
  Append(3);
  Append(1);
  Append(2);
  EXPECT_TRUE(acknowledged_.empty());
  RunJournal();
  EXPECT_EQ(acknowledged_, (std::vector<int>{3, 1, 2}));
  EXPECT_TRUE(intake_->idle());
}

TEST_F(IntakeTest, AcknowledgesNothingThatIsNotCommitted) {
  Make();
  Append(1);
  RunJournal();
  Append(2);
  journal_->Poll();
  EXPECT_EQ(acknowledged_, std::vector<int>{1});
  EXPECT_FALSE(intake_->idle());
}

TEST_F(IntakeTest, MeasuresHowLongACommitTakes) {
  Make();
  Append(1);
  RunJournal();
  const Histogram& latency =
      metrics_.AddHistogram("sluice_acknowledge_seconds", "", "stream=\"telemetry\"");
  EXPECT_EQ(latency.count(), 1U);
  EXPECT_NEAR(latency.sum_seconds(), 1.0, 0.1);  // What RunJournal advances the clock by.
}

TEST_F(IntakeTest, CallsWhenCommitted) {
  Make();
  bool called = false;
  Append(1);
  intake_->CallWhenCommitted([&] { called = true; });
  journal_->Poll();
  EXPECT_FALSE(called);
  RunJournal();
  EXPECT_TRUE(called);
}

TEST_F(IntakeTest, NobodyIsRememberedForQoS0) {
  Make();
  Append(0, Qos::kAtMostOnce);
  EXPECT_TRUE(intake_->idle());
  RunJournal();
  EXPECT_TRUE(acknowledged_.empty());
}

TEST_F(IntakeTest, TakesNoMoreThanItCanRemember) {
  telemetry_.on_full = journal::OnFull::kDropNewest;
  Restart();
  Make();
  FillStream();
  while (intake_->HasRoom()) Append(1);
  RunJournal();
  EXPECT_TRUE(intake_->HasRoom());
  EXPECT_EQ(spaces_, 1);
  EXPECT_EQ(acknowledged_.size(), Intake::kMaxPendingAcks);
}

TEST_F(IntakeTest, GoneIntakeIsNotTold) {
  Make();
  Append(1);
  intake_.reset();
  RunJournal();
  EXPECT_TRUE(acknowledged_.empty());
}

TEST_F(IntakeTest, CountsRefusalsByTheirKind) {
  Make();
  intake_->CountRefusal(journal::AppendVerdict::kFull);
  intake_->CountRefusal(journal::AppendVerdict::kBusy);
  intake_->CountRefusal(journal::AppendVerdict::kBusy);
  EXPECT_EQ(intake_->rejected(), 1U);
  EXPECT_EQ(Count("sluice_stream_busy_total", "stream=\"telemetry\""), 2U);
}

}  // namespace
}  // namespace sluice::server
