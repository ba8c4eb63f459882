#include "sim/expiry_judge.h"

#include <chrono>

#include "sim/case_history.h"

namespace sluice::sim {
namespace {

using std::chrono::seconds;

class ExpiryJudgeTest : public CaseHistory {
 protected:
  ExpiryJudgeTest() { plan_.routes.front().max_age = seconds(30); }

  ExpiryJudge& judge() {
    if (!judge_) {
      judge_ = std::make_unique<ExpiryJudge>(file());
      judge_->OnStarted();
    }
    return *judge_;
  }
  void AcceptOne() {
    judge().OnAccepted("telemetry", book().end(), 1);
    Accept();
  }
  void Expire() { judge().OnArrived("up", Gap(0, 0, "expired")); }
  void Restart(Witness::End how) {
    judge().OnEnded(how);
    judge().OnStarted();
  }

 private:
  std::unique_ptr<ExpiryJudge> judge_;
};

TEST_F(ExpiryJudgeTest, WhatIsOldExpires) {
  AcceptOne();
  Pass(seconds(31));
  Expire();
  ExpectWell();
}

TEST_F(ExpiryJudgeTest, WhatIsYoungDoesNot) {
  AcceptOne();
  Pass(seconds(29));
  judge().OnArrived("up", Gap(0, 0, "evicted"));
  ExpectWell();
  Expire();
  ExpectBroken("after 29000 ms");
}

TEST_F(ExpiryJudgeTest, NothingExpiresWhereAnyAgeIsAllowed) {
  plan_.routes.front().max_age = {};
  AcceptOne();
  Pass(seconds(100));
  Expire();
  ExpectBroken("allows any age");
}

TEST_F(ExpiryJudgeTest, NothingExpiresIn1970) {
  AcceptOne();
  Pass(seconds(100));
  scene().clock.SetWall(WallTime(seconds(90)));
  Expire();
  ExpectBroken("while it is 1970");
}

TEST_F(ExpiryJudgeTest, NothingOf1970Expires) {
  Have(Trouble::kClock1970);
  const WallTime right = scene().clock.WallNow();
  scene().clock.SetWall(WallTime(seconds(90)));
  AcceptOne();
  Restart(Witness::End::kKill);
  scene().clock.SetWall(right);
  Pass(seconds(100));
  Expire();
  ExpectBroken("accepted in 1970");
}

TEST_F(ExpiryJudgeTest, NothingExpiresSoonAfterBootingUnlessSomethingKeepsTheClockRight) {
  Have(Trouble::kClockJumps);
  AcceptOne();
  Pass(seconds(100));
  Restart(Witness::End::kKill);
  Pass(seconds(20));
  Expire();
  ExpectWell();
  Restart(Witness::End::kPowerCut);
  Pass(seconds(20));
  Expire();
  ExpectBroken("after the machine has booted");
}

TEST_F(ExpiryJudgeTest, AJumpMakesNothingOlder) {
  Have(Trouble::kClockJumps);
  AcceptOne();
  Pass(seconds(40));
  judge().OnAccepted("telemetry", 1, 1);
  Accept();
  scene().clock.SetWall(scene().clock.WallNow() + seconds(1000));
  Expire();
  ExpectWell();
  judge().OnArrived("up", Gap(1, 1, "expired"));
  ExpectBroken("telemetry/1 expire after 0 ms");
}

TEST_F(ExpiryJudgeTest, WhatAClockDidBeforeTheStartNobodyKnows) {
  Have(Trouble::kClockJumps);
  Pass(seconds(60));
  AcceptOne();
  scene().clock.SetWall(scene().clock.WallNow() + seconds(1000));
  Restart(Witness::End::kKill);
  Expire();
  ExpectWell();
}

}  // namespace
}  // namespace sluice::sim
