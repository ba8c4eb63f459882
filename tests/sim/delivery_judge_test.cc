#include "sim/delivery_judge.h"

#include <fmt/format.h>

#include "sim/case_history.h"

namespace sluice::sim {
namespace {

class DeliveryJudgeTest : public CaseHistory {
 protected:
  DeliveryJudge& judge() {
    if (!judge_) {
      judge_ = std::make_unique<DeliveryJudge>(file());
      judge_->OnNewSession("dev-1");
      judge_->OnNewSession("sub");
    }
    return *judge_;
  }
  // A local message; what it is as a payload.
  std::string Publish() {
    const SentMessage& message = NewMessage(SentMessage::Kind::kPlain, 2, "local/dev-1/1");
    judge().OnSent(message);
    return TokenText(message.tokens.front());
  }
  static std::string Event(uint64_t offset) {
    return fmt::format(R"({{"id":"gw/telemetry/{}","text":"~00000001~"}})", offset);
  }
  void Write(const std::string& payload, uint16_t id, int qos = 2) {
    judge().OnWritten("sub", payload, qos, id);
  }
  void Take(const std::string& payload, uint16_t id, int qos = 2, bool retained = false) {
    judge().OnTaken("sub", payload, qos, retained, id);
  }
  void Deliver(const std::string& payload, uint16_t id, int qos = 2, bool retained = false) {
    Write(payload, id, qos);
    Take(payload, id, qos, retained);
    judge().OnReleased("sub", id);
  }

 private:
  std::unique_ptr<DeliveryJudge> judge_;
};

TEST_F(DeliveryJudgeTest, OnceIsRight) {
  const std::string message = Publish();
  Write(message, 1);
  EXPECT_NE(judge().StillOnTheWay(), "");
  Write(message, 1);  // a repetition
  Take(message, 1);
  Take(message, 1);
  EXPECT_EQ(judge().StillOnTheWay(), "");
  judge().OnReleased("sub", 1);
  Deliver(Event(0), 1);
  Deliver(Event(1), 1);
  ExpectWell();
}

TEST_F(DeliveryJudgeTest, TwiceIsNot) {
  const std::string message = Publish();
  Deliver(message, 1);
  Deliver(message, 2);
  ExpectBroken("for the 2. time");
}

TEST_F(DeliveryJudgeTest, AnEventComesOnce) {
  Deliver(Event(0), 1);
  Deliver(Event(0), 2);
  ExpectBroken("for the 2. time");
}

TEST_F(DeliveryJudgeTest, WithQos1ItMayComeTwice) {
  Deliver(Event(0), 1, 1);
  Deliver(Event(0), 2, 1);
  ExpectWell();
}

TEST_F(DeliveryJudgeTest, WhatIsRetainedComesWithEachSubscription) {
  const std::string message = Publish();
  Deliver(message, 1);
  Deliver(message, 2, 2, true);
  ExpectWell();
}

TEST_F(DeliveryJudgeTest, InAnotherSessionOfEitherItMayComeAgain) {
  const std::string message = Publish();
  Deliver(message, 1);
  judge().OnNewSession("sub");
  Deliver(message, 1);
  judge().OnNewSession("dev-1");
  judge().OnSent(messages_.front());
  Deliver(message, 2);
  ExpectWell();
}

TEST_F(DeliveryJudgeTest, ARepetitionInTheSameSessionIsNoOtherMessage) {
  const std::string message = Publish();
  judge().OnSent(messages_.front());
  Deliver(message, 1);
  Deliver(message, 2);
  ExpectBroken("for the 2. time");
}

TEST_F(DeliveryJudgeTest, AnIdentifierIsUsedForTwoMessages) {
  Write(Event(0), 1);
  Write(Event(1), 1);
  ExpectBroken("which still is telemetry/0");
}

TEST_F(DeliveryJudgeTest, AnIdentifierIsUsedBeforeTheClientIsDoneWithIt) {
  Write(Event(0), 1);
  Take(Event(0), 1);
  Write(Event(1), 1);
  ExpectBroken("which still is telemetry/0");
}

TEST_F(DeliveryJudgeTest, AnIdentifierIsFreeWithTheAnswer) {
  Write(Event(0), 1, 1);
  Take(Event(0), 1, 1);
  Write(Event(1), 1, 1);
  ExpectWell();
}

TEST_F(DeliveryJudgeTest, WhatAConnectionLosesComesWithTheNext) {
  Write(Event(0), 1, 1);
  EXPECT_NE(judge().StillOnTheWay(), "");
  judge().OnNewSession("sub");
  EXPECT_EQ(judge().StillOnTheWay(), "");
}

}  // namespace
}  // namespace sluice::sim
