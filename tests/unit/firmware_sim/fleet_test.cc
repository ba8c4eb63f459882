#include "firmware_sim/fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "firmware_sim/status_report.h"
#include "support/simulated_clock.h"
#include "support/temporary_directory.h"

namespace sluice::fleet {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

// A network on which everything works at once.
class PerfectLink : public Link {
 public:
  PerfectLink(uint32_t device, LinkListener& listener, int* connects)
      : device_(device), listener_(listener), connects_(*connects) {}

  void Connect(bool) override {
    ++attempt_;
    ++connects_;
    Post(LinkEvent::Kind::kConnected);
  }
  void Disconnect() override { Post(LinkEvent::Kind::kDisconnected); }
  void Publish(uint64_t seq, int qos, const Message&) override {
    if (qos > 0) Post(LinkEvent::Kind::kAcknowledged, seq);
  }
  uint32_t attempt() const override { return attempt_; }

 private:
  void Post(LinkEvent::Kind kind, uint64_t seq = 0) {
    LinkEvent event;
    event.kind = kind;
    event.device = device_;
    event.attempt = attempt_;
    event.seq = seq;
    listener_.Post(std::move(event));
  }
  uint32_t device_;
  LinkListener& listener_;
  int& connects_;
  uint32_t attempt_ = 0;
};

class FleetTest : public testing::Test {
 protected:
  void Make() {
    auto ledger = LedgerWriter::Open(Env::Posix(), directory_.File("ledger"), false);
    const auto make_link = [this](uint32_t index, LinkListener& listener) {
      return std::make_unique<PerfectLink>(index, listener, &connects_);
    };
    fleet_ = std::make_unique<Fleet>(options_, make_link, std::move(*ledger), clock_);
  }
  // Simulated time; the mailbox is never waited on, because its deadline has always passed.
  void Run(Duration length) {
    for (Duration t{0}; t < length; t += milliseconds(10)) {
      clock_.Advance(milliseconds(10));
      fleet_->Turn(Duration(0));
    }
  }

  FleetOptions options_;
  test::SimulatedClock clock_;
  test::TemporaryDirectory directory_;
  std::unique_ptr<Fleet> fleet_;
  int connects_ = 0;
};

TEST_F(FleetTest, EveryReadingIsAcknowledgedAndInTheLedger) {
  options_.devices = 10;
  options_.device.readings = 5;
  Make();
  Run(std::chrono::seconds(7));
  EXPECT_TRUE(fleet_->drained());
  EXPECT_EQ(fleet_->status().counters.acknowledged[1], 50u);
  ASSERT_TRUE(fleet_->FlushLedger().ok());
  const std::string ledger =
      ReadFileToString(Env::Posix(), directory_.File("ledger"), 1 << 20).value();
  EXPECT_EQ(std::count(ledger.begin(), ledger.end(), '\n'), 52);
  EXPECT_THAT(ledger, HasSubstr("\ngood device-0010 5 1 "));
}

TEST_F(FleetTest, ConnectionsArePaced) {
  options_.devices = 100;
  options_.connect_rate = 50;
  Make();
  Run(std::chrono::seconds(1));
  EXPECT_GE(connects_, 45);
  EXPECT_LE(connects_, 65);
}

TEST_F(FleetTest, ClosesAllConnections) {
  options_.devices = 3;
  Make();
  Run(milliseconds(100));
  EXPECT_EQ(fleet_->status().online, 3u);
  fleet_->Close();
  Run(milliseconds(20));
  EXPECT_TRUE(fleet_->closed());
}

TEST_F(FleetTest, StatusIsOneLineOfJson) {
  options_.devices = 2;
  options_.device.readings = 1;
  Make();
  Run(std::chrono::seconds(2));
  const std::string json = StatusJson(fleet_->status());
  EXPECT_THAT(json, HasSubstr("\"acknowledged\":2,"));
  EXPECT_THAT(json, HasSubstr("\"acknowledged_by_qos\":[0,2,0]"));
  EXPECT_EQ(json.find('\n'), std::string::npos);
}

TEST(FleetOptions, SharesAreExact) {
  FleetOptions options;
  options.sleepers = 0.3;
  int sleepers = 0;
  for (uint32_t number = 1; number <= 100; ++number) sleepers += OptionsOf(options, number).sleeper;
  EXPECT_EQ(sleepers, 30);
}

TEST(FleetOptions, DevicesAreNamedAsThePkiNamesThem) {
  EXPECT_EQ(DeviceName(FleetOptions{}, 7), "device-0007");
  EXPECT_EQ(DeviceName(FleetOptions{}, 12345), "device-12345");
}

TEST(FleetOptions, EveryProductIsThere) {
  FleetOptions options;
  std::set<Product> products;
  for (uint32_t number = 1; number <= 3; ++number) products.insert(ProductOf(options, number));
  EXPECT_EQ(products.size(), 3u);
}

}  // namespace
}  // namespace sluice::fleet
