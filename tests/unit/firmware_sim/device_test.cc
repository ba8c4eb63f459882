#include "firmware_sim/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace sluice::fleet {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

class PlainDialect : public Dialect {
 public:
  void Render(WallTime, uint64_t seq, Message* message) override {
    message->topic = "t";
    message->payload = std::to_string(seq);
  }
};

// The world of one device: it writes down what the device wishes and keeps its timers.
class DeviceTest : public testing::Test, public DeviceHost {
 protected:
  void Make() {
    options_.name = "device-0001";
    device_ =
        std::make_unique<Device>(options_, std::make_unique<PlainDialect>(), *this, counters_);
  }
  void StartOnline(bool session_present = false) {
    Make();
    device_->Start();
    device_->OnConnected(now_, session_present);
  }
  void Fire(DeviceTimer timer) {
    ASSERT_TRUE(timers_.count(timer)) << "the timer is not running";
    now_ = std::max(now_, timers_[timer]);
    timers_.erase(timer);
    device_->OnTimer(timer, now_, wall_);
  }
  void TakeReadings(int count) {
    for (int i = 0; i < count; ++i) Fire(DeviceTimer::kReading);
  }
  void Acknowledge(uint64_t seq) { device_->OnAcknowledged(now_, seq); }
  void Refuse(uint64_t seq, uint8_t reason) { device_->OnRefused(now_, seq, reason); }
  void Reconnect(bool session_present) {
    Fire(DeviceTimer::kLink);
    device_->OnConnected(now_, session_present);
  }
  // The seqs published since the last call.
  std::vector<uint64_t> Published() { return std::exchange(published_, {}); }
  Duration TimeUntil(DeviceTimer timer) { return timers_.at(timer) - now_; }

  void Connect(bool resume) override { connects_.push_back(resume); }
  void Disconnect() override { ++disconnects_; }
  void Publish(uint64_t seq, int qos, const Message& message) override {
    published_.push_back(seq);
    qos_.push_back(qos);
    payloads_.push_back(message.payload);
  }
  void StartTimer(DeviceTimer timer, Duration delay) override { timers_[timer] = now_ + delay; }
  void Record(const Acknowledgement& acknowledgement) override {
    records_.push_back(acknowledgement);
  }

  DeviceOptions options_;
  FleetCounters counters_;
  std::unique_ptr<Device> device_;
  MonotonicTime now_{seconds(1000)};
  WallTime wall_{};
  std::map<DeviceTimer, MonotonicTime> timers_;
  std::vector<bool> connects_;
  int disconnects_ = 0;
  std::vector<uint64_t> published_;
  std::vector<int> qos_;
  std::vector<std::string> payloads_;
  std::vector<Acknowledgement> records_;
};

TEST_F(DeviceTest, TakesReadingsAtItsInterval) {
  options_.interval = seconds(7);
  StartOnline();
  EXPECT_LE(TimeUntil(DeviceTimer::kReading), seconds(7));
  TakeReadings(1);
  EXPECT_EQ(TimeUntil(DeviceTimer::kReading), seconds(7));
  TakeReadings(2);
  EXPECT_THAT(Published(), ElementsAre(1, 2, 3));
}

TEST_F(DeviceTest, StopsAfterItsNumberOfReadings) {
  options_.readings = 2;
  StartOnline();
  TakeReadings(2);
  EXPECT_FALSE(timers_.count(DeviceTimer::kReading));
  EXPECT_FALSE(device_->done());
  Acknowledge(1), Acknowledge(2);
  EXPECT_TRUE(device_->done());
}

TEST_F(DeviceTest, SeqsStartWhereTold) {
  options_.first_seq = 500;
  StartOnline();
  TakeReadings(2);
  EXPECT_THAT(Published(), ElementsAre(500, 501));
}

TEST_F(DeviceTest, KeepsReadingsUntilItIsConnected) {
  Make();
  device_->Start();
  TakeReadings(3);
  EXPECT_THAT(Published(), IsEmpty());
  device_->OnConnected(now_, false);
  EXPECT_THAT(Published(), ElementsAre(1, 2, 3));
}

TEST_F(DeviceTest, WindowBoundsWhatIsUnanswered) {
  options_.window = 2;
  StartOnline();
  TakeReadings(4);
  EXPECT_THAT(Published(), ElementsAre(1, 2));
  Acknowledge(2);
  EXPECT_THAT(Published(), ElementsAre(3));
}

TEST_F(DeviceTest, FullOutboxRefusesNewReadings) {
  options_.outbox.entries = 2;
  Make();
  device_->Start();
  TakeReadings(5);
  EXPECT_EQ(device_->outstanding(), 2u);
  EXPECT_EQ(counters_.overflowed, 3u);
}

TEST_F(DeviceTest, RecordsTheFirstAcknowledgementOnly) {
  StartOnline();
  TakeReadings(1);
  now_ += milliseconds(3);
  Acknowledge(1);
  Acknowledge(1);
  ASSERT_EQ(records_.size(), 1u);
  EXPECT_EQ(records_[0].seq, 1u);
  EXPECT_EQ(records_[0].latency, milliseconds(3));
  EXPECT_EQ(counters_.acknowledged[1], 1u);
}

TEST_F(DeviceTest, QosZeroIsNeitherKeptNorRecorded) {
  options_.qos_weights = {1, 0, 0};
  StartOnline();
  TakeReadings(2);
  EXPECT_THAT(qos_, ElementsAre(0, 0));
  EXPECT_EQ(device_->outstanding(), 0u);
  EXPECT_EQ(counters_.published[0], 2u);
}

TEST_F(DeviceTest, QosZeroWithoutConnectionIsGone) {
  options_.qos_weights = {1, 0, 0};
  Make();
  device_->Start();
  TakeReadings(2);
  EXPECT_EQ(counters_.unsent, 2u);
  EXPECT_EQ(counters_.published[0], 0u);
}

TEST_F(DeviceTest, QosFollowsTheWeights) {
  options_.qos_weights = {1, 1, 2};
  options_.window = 10'000;
  options_.outbox = {.entries = 10'000, .bytes = 1 << 20};
  StartOnline();
  TakeReadings(4000);
  EXPECT_NEAR(static_cast<double>(counters_.published[0]), 1000, 150);
  EXPECT_NEAR(static_cast<double>(counters_.published[1]), 1000, 150);
  EXPECT_NEAR(static_cast<double>(counters_.published[2]), 2000, 200);
}

TEST_F(DeviceTest, LostSessionSendsAgainInOrder) {
  StartOnline();
  TakeReadings(3);
  Acknowledge(2);
  Published();
  device_->OnConnectionLost();
  Reconnect(false);
  EXPECT_THAT(Published(), ElementsAre(1, 3));
  EXPECT_EQ(counters_.resent, 2u);
  EXPECT_EQ(counters_.sessions_lost, 1u);
}

TEST_F(DeviceTest, ResumedSessionLeavesResendingToTheClient) {
  StartOnline();
  TakeReadings(3);
  Published();
  device_->OnConnectionLost();
  TakeReadings(1);
  Reconnect(true);
  EXPECT_THAT(Published(), ElementsAre(4));
  EXPECT_EQ(counters_.resumed, 3u);
  Acknowledge(1);
  EXPECT_EQ(records_[0].latency, Duration(0));  // since the resumption
}

TEST_F(DeviceTest, AcknowledgementThatComesWhileOfflineCounts) {
  StartOnline();
  TakeReadings(2);
  device_->OnConnectionLost();
  Acknowledge(1);
  Published();
  Reconnect(false);
  EXPECT_THAT(Published(), ElementsAre(2));
}

TEST_F(DeviceTest, RefusedReadingIsSentAgainAfterAPause) {
  StartOnline();
  TakeReadings(1);
  Refuse(1, 0x97);
  TakeReadings(1);
  EXPECT_THAT(Published(), ElementsAre(1));  // holding: not even new ones
  Fire(DeviceTimer::kSend);
  EXPECT_THAT(Published(), ElementsAre(1, 2));
  EXPECT_EQ(counters_.refused, 1u);
  EXPECT_EQ(records_.size(), 0u);
}

TEST_F(DeviceTest, RefusalsBackOff) {
  options_.refusal_backoff = milliseconds(100);
  options_.refusal_backoff_max = seconds(2);
  StartOnline();
  TakeReadings(1);
  Duration longest{0};
  for (int i = 0; i < 8; ++i) {
    Refuse(1, 0x97);
    longest = std::max(longest, TimeUntil(DeviceTimer::kSend));
    Fire(DeviceTimer::kSend);
  }
  EXPECT_GE(longest, seconds(1));
  EXPECT_LE(longest, seconds(2));
}

TEST_F(DeviceTest, RefusalForGoodGivesTheReadingUp) {
  StartOnline();
  TakeReadings(1);
  Refuse(1, 0x87);
  EXPECT_EQ(counters_.rejected, 1u);
  EXPECT_EQ(device_->outstanding(), 0u);
}

TEST_F(DeviceTest, RefusalMovesTheSureTransmission) {
  StartOnline();
  TakeReadings(2);
  Refuse(1, 0x97);
  Fire(DeviceTimer::kSend);
  Acknowledge(2);
  Acknowledge(1);
  EXPECT_EQ(records_[0].sure_tx, 2u);
  EXPECT_EQ(records_[1].first_tx, 1u);
  EXPECT_EQ(records_[1].sure_tx, 3u);
}

TEST_F(DeviceTest, FailureWithoutAnswerWaitsForTheReconnection) {
  StartOnline();
  TakeReadings(1);
  Published();
  Refuse(1, 0);
  EXPECT_THAT(Published(), IsEmpty());
  EXPECT_EQ(counters_.refused, 0u);
  device_->OnConnectionLost();
  Reconnect(true);
  EXPECT_THAT(Published(), ElementsAre(1));
}

TEST_F(DeviceTest, SilenceDropsTheConnection) {
  options_.ack_timeout = seconds(30);
  StartOnline();
  TakeReadings(1);
  Fire(DeviceTimer::kSend);
  EXPECT_EQ(disconnects_, 1);
  EXPECT_EQ(counters_.silences, 1u);
  device_->OnDisconnected();
  Reconnect(true);
  EXPECT_EQ(counters_.resumed, 1u);
}

TEST_F(DeviceTest, ConnectFailuresBackOff) {
  options_.connect_backoff = milliseconds(100);
  options_.connect_backoff_max = seconds(4);
  Make();
  device_->Start();
  Duration last{0};
  for (int i = 0; i < 10; ++i) {
    device_->OnConnectFailed();
    last = TimeUntil(DeviceTimer::kLink);
    Fire(DeviceTimer::kLink);
  }
  EXPECT_GE(last, seconds(2));
  EXPECT_LE(last, seconds(4));
  EXPECT_EQ(connects_.size(), 11u);
  EXPECT_EQ(counters_.connect_failures, 10u);
}

TEST_F(DeviceTest, ClientThatNeverAnswersIsAskedAgain) {
  Make();
  device_->Start();
  Fire(DeviceTimer::kLink);  // patience is over
  Fire(DeviceTimer::kLink);  // backoff is over
  EXPECT_EQ(connects_.size(), 2u);
}

TEST_F(DeviceTest, CleanDeviceNeverResumes) {
  options_.keep_session = false;
  StartOnline();
  device_->OnConnectionLost();
  Reconnect(false);
  EXPECT_THAT(connects_, ElementsAre(false, false));
  EXPECT_EQ(counters_.sessions_lost, 0u);
}

TEST_F(DeviceTest, DropsItsConnectionAfterATransmission) {
  options_.drop = 1;
  StartOnline();
  TakeReadings(2);
  EXPECT_EQ(disconnects_, 1);
  EXPECT_THAT(Published(), ElementsAre(1));
  device_->OnDisconnected();
  Reconnect(true);
  EXPECT_EQ(counters_.resumed, 1u);
  EXPECT_THAT(Published(), ElementsAre(2));
}

TEST_F(DeviceTest, DrainingDeviceBehaves) {
  options_.drop = 1;
  Make();
  device_->Start();
  TakeReadings(3);
  device_->StopReadings();
  device_->OnConnected(now_, false);
  EXPECT_EQ(disconnects_, 0);
  EXPECT_THAT(Published(), ElementsAre(1, 2, 3));
}

TEST_F(DeviceTest, ForgetfulDeviceSendsAnAcknowledgedReadingAgain) {
  options_.resend = 1;
  StartOnline();
  TakeReadings(1);
  Acknowledge(1);
  EXPECT_THAT(Published(), ElementsAre(1, 1));
  Acknowledge(1);
  EXPECT_EQ(records_.size(), 1u);
}

TEST_F(DeviceTest, SleeperDisconnectsSleepsAndComesBackWithWhatItMeasured) {
  options_.sleeper = true;
  StartOnline();
  Fire(DeviceTimer::kLink);
  EXPECT_EQ(disconnects_, 1);
  device_->OnDisconnected();
  TakeReadings(2);
  EXPECT_THAT(Published(), IsEmpty());
  Reconnect(true);
  EXPECT_THAT(Published(), ElementsAre(1, 2));
}

TEST_F(DeviceTest, SleeperIsWokenToDrain) {
  options_.sleeper = true;
  StartOnline();
  Fire(DeviceTimer::kLink);
  device_->OnDisconnected();
  TakeReadings(1);
  device_->StopReadings();
  device_->OnConnected(now_, true);
  EXPECT_THAT(Published(), ElementsAre(1));
}

TEST_F(DeviceTest, DamagedReadingIsRecordedAsMalformed) {
  options_.malformed = 1;
  StartOnline();
  TakeReadings(1);
  Acknowledge(1);
  EXPECT_TRUE(records_[0].malformed);
  EXPECT_NE(payloads_[0], "1");
  EXPECT_EQ(counters_.malformed_acknowledged, 1u);
}

TEST_F(DeviceTest, FinishDisconnectsForGood) {
  StartOnline();
  device_->Finish();
  EXPECT_EQ(disconnects_, 1);
  EXPECT_FALSE(device_->offline_for_good());
  device_->OnDisconnected();
  EXPECT_TRUE(device_->offline_for_good());
}

TEST_F(DeviceTest, FinishWhileConnectingClosesOnArrival) {
  Make();
  device_->Start();
  device_->Finish();
  device_->OnConnected(now_, false);
  EXPECT_EQ(disconnects_, 1);
}

TEST_F(DeviceTest, FinishWhileConnectingEndsWithTheFailure) {
  Make();
  device_->Start();
  device_->Finish();
  device_->OnConnectFailed();
  EXPECT_TRUE(device_->offline_for_good());
}

}  // namespace
}  // namespace sluice::fleet
