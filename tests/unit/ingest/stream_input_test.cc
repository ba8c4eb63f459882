#include "ingest/stream_input.h"

#include "server_fixture.h"

namespace sluice::ingest {
namespace {

// An input of its own on the fixture's stream; its acknowledgements are remembered.
class StreamInputTest : public server::ServerTest, public broker::EventSink::Listener {
 protected:
  StreamInputTest() { Start(); }

  StreamInput& Make(std::vector<std::string> topics = {}) {
    input_ = std::make_unique<StreamInput>(&stream(), std::move(topics), clock_, metrics_, *this);
    return *input_;
  }
  void Append(uint16_t packet_id, codec::Qos qos = codec::Qos::kAtLeastOnce) {
    EXPECT_NE(stream().Append(AsBytes(std::string_view("f"))).verdict,
              journal::AppendVerdict::kFull);
    broker::AckHandle ack;
    if (qos != codec::Qos::kAtMostOnce) ack = {{1, 1}, 1, packet_id, qos};
    input_->AcknowledgeWhenSafe(ack);
  }

  void OnAcknowledgeable(const broker::AckHandle& ack) override {
    acknowledged_.push_back(ack.packet_id);
  }
  void OnSpace() override { ++spaces_; }

  std::unique_ptr<StreamInput> input_;
  std::vector<int> acknowledged_;
  int spaces_ = 0;
};

TEST_F(StreamInputTest, TakesTheTopicsOfItsFilters) {
  StreamInput& input = Make({"a/+", "b/#"});
  EXPECT_TRUE(input.Takes("a/x"));
  EXPECT_TRUE(input.Takes("b/x/y"));
  EXPECT_FALSE(input.Takes("a/x/y"));
  EXPECT_FALSE(input.Takes("c"));
}

TEST_F(StreamInputTest, WithoutFiltersTakesNothing) { EXPECT_FALSE(Make().Takes("a")); }

TEST_F(StreamInputTest, AcknowledgesInTheOrderOfOffsets) {
  Make();
  Append(3);
  Append(1);
  Append(2);
  EXPECT_TRUE(acknowledged_.empty());
  RunJournal();
  EXPECT_EQ(acknowledged_, (std::vector<int>{3, 1, 2}));
  EXPECT_TRUE(input_->idle());
}

TEST_F(StreamInputTest, AcknowledgesNothingThatIsNotCommitted) {
  Make();
  Append(1);
  RunJournal();
  Append(2);
  journal_->Poll();
  EXPECT_EQ(acknowledged_, std::vector<int>{1});
  EXPECT_FALSE(input_->idle());
}

TEST_F(StreamInputTest, MeasuresHowLongACommitTakes) {
  Make();
  Append(1);
  RunJournal();
  const Histogram& latency =
      metrics_.AddHistogram("sluice_acknowledge_seconds", "", "stream=\"telemetry\"");
  EXPECT_EQ(latency.count(), 1U);
  EXPECT_NEAR(latency.sum_seconds(), 1.0, 0.1);  // What RunJournal advances the clock by.
}

TEST_F(StreamInputTest, CallsWhenCommitted) {
  Make();
  bool called = false;
  Append(1);
  input_->CallWhenSafe([&] { called = true; });
  journal_->Poll();
  EXPECT_FALSE(called);
  RunJournal();
  EXPECT_TRUE(called);
}

TEST_F(StreamInputTest, NobodyIsRememberedForQoS0) {
  Make();
  Append(0, codec::Qos::kAtMostOnce);
  EXPECT_TRUE(input_->idle());
  RunJournal();
  EXPECT_TRUE(acknowledged_.empty());
}

TEST_F(StreamInputTest, TakesNoMoreThanItCanRemember) {
  telemetry_.on_full = journal::OnFull::kDropNewest;
  Restart();
  Make();
  FillStream();
  while (input_->HasRoom()) Append(1);
  RunJournal();
  EXPECT_TRUE(input_->HasRoom());
  EXPECT_EQ(spaces_, 1);
  EXPECT_EQ(acknowledged_.size(), StreamInput::kMaxPendingAcks);
}

TEST_F(StreamInputTest, GoneStreamInputIsNotTold) {
  Make();
  Append(1);
  input_.reset();
  RunJournal();
  EXPECT_TRUE(acknowledged_.empty());
}

TEST_F(StreamInputTest, CountsRefusalsByTheirKind) {
  Make();
  input_->CountRefusal(journal::AppendVerdict::kFull);
  input_->CountRefusal(journal::AppendVerdict::kBusy);
  input_->CountRefusal(journal::AppendVerdict::kBusy);
  EXPECT_EQ(input_->rejected(), 1U);
  EXPECT_EQ(Count("sluice_stream_busy_total", "stream=\"telemetry\""), 2U);
}

}  // namespace
}  // namespace sluice::ingest
