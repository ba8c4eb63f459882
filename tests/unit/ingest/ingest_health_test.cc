#include "ingest/ingest_health.h"

#include "server_fixture.h"

namespace sluice::ingest {
namespace {

class IngestHealthTest : public server::ServerTest {
 protected:
  IngestHealthTest() {
    Start();
    watch_ = std::make_unique<IngestHealth>(scheduler_, health_, *ingest_);
  }

  void DeadLetter() {
    const std::string payload = "scrap";
    codec::Publish publish;
    publish.topic = "devices/d1/climate";
    publish.payload = AsBytes(payload);
    ASSERT_EQ(ingest_->Accept({publish, "d1", "d1"}, {}), broker::Verdict::kAccepted);
  }
  std::string AfterLooks(int count) {
    for (int i = 0; i < count; ++i) watch_->Look();
    std::string text;
    for (const Health::Problem& problem : health_.problems()) text += problem.condition + " ";
    return text;
  }

  Health health_{clock_};
  std::unique_ptr<IngestHealth> watch_;
};

TEST_F(IngestHealthTest, OneDeadLetterIsNoTroubleButOneAfterAnotherIs) {
  DeadLetter();
  EXPECT_EQ(AfterLooks(1), "");
  DeadLetter();
  EXPECT_EQ(AfterLooks(5), "");
  DeadLetter();
  EXPECT_EQ(AfterLooks(1), "dead_letters ");
  EXPECT_EQ(health_.state(), HealthState::kDegraded);
  EXPECT_EQ(AfterLooks(30), "");
  DeadLetter();
  EXPECT_EQ(AfterLooks(1), "");
}

}  // namespace
}  // namespace sluice::ingest
