#include "sim/retained_judge.h"

#include "sim/case_history.h"

namespace sluice::sim {
namespace {

class RetainedJudgeTest : public CaseHistory {
 protected:
  RetainedJudge& judge() {
    if (!judge_) judge_ = std::make_unique<RetainedJudge>(file());
    return *judge_;
  }
  Token Retain(const std::string& topic = "local/dev-1/1") {
    NewMessage(SentMessage::Kind::kPlain, 1, topic);
    messages_.back().retain = true;
    judge().OnSent(messages_.back(), false);
    return messages_.back().tokens.front();
  }
  // It is synced, which is seen.
  void Save(Token token) {
    synced_.insert(token);
    judge().OnSent(NewMessage(SentMessage::Kind::kPlain, 1, "local/dev-2/1"), false);
  }
  void Subscribe() {
    judge().OnNewSession("sub");
    judge().OnListening("sub", "local/#");
  }
  std::string StillWaiting() { return judge().StillWaiting(""); }

 private:
  std::unique_ptr<RetainedJudge> judge_;
};

TEST_F(RetainedJudgeTest, WhatWasSyncedIsThereAfterAStart) {
  const Token token = Retain();
  Save(token);
  Subscribe();
  EXPECT_EQ(StillWaiting(), "");
  judge().OnEnded();
  EXPECT_EQ(StillWaiting(), "");
  Subscribe();
  EXPECT_NE(StillWaiting(), "");
  EXPECT_EQ(judge().StillWaiting("sluice_broker_queue_dropped_total 1\n"), "");
  judge().OnDelivered("sub", TokenText(token));
  EXPECT_EQ(StillWaiting(), "");
}

TEST_F(RetainedJudgeTest, WhatWasNotSyncedMayBeGone) {
  Retain();
  judge().OnEnded();
  Subscribe();
  EXPECT_EQ(StillWaiting(), "");
}

TEST_F(RetainedJudgeTest, WhatIsThereOnlyAfterAPowerCutMayBeTorn) {
  synced_.insert(Retain());
  judge().OnEnded();
  Subscribe();
  EXPECT_EQ(StillWaiting(), "");
  judge().OnEnded();
  Subscribe();
  EXPECT_EQ(StillWaiting(), "");
}

TEST_F(RetainedJudgeTest, OnlyTheLastMessageOfATopicCounts) {
  Save(Retain());
  Retain();
  judge().OnEnded();
  Subscribe();
  EXPECT_EQ(StillWaiting(), "");
}

TEST_F(RetainedJudgeTest, WhatIsSentAgainMayHaveComeBefore) {
  Save(Retain());
  judge().OnSent(messages_.front(), true);
  judge().OnEnded();
  Subscribe();
  EXPECT_EQ(StillWaiting(), "");
}

TEST_F(RetainedJudgeTest, AnotherMessageMayReplaceItAfterTheStart) {
  Save(Retain());
  judge().OnEnded();
  Retain("local/dev-1/2");
  Subscribe();
  EXPECT_NE(StillWaiting(), "");
  Retain();
  EXPECT_EQ(StillWaiting(), "");
}

TEST_F(RetainedJudgeTest, ADiskThatFailsMayTakeIt) {
  Have(Trouble::kRot);
  Save(Retain());
  judge().OnEnded();
  Subscribe();
  EXPECT_EQ(StillWaiting(), "");
}

}  // namespace
}  // namespace sluice::sim
