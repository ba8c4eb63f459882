#include "identity/authenticator.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace sluice::identity {
namespace {

struct Asker {
  Lifetime lifetime;
  std::vector<std::string> heard;

  Answer NewAnswer() {
    return {lifetime.watch(), [this](const Decision& decision) {
              lifetime.Renew();
              heard.push_back(decision.identity);
            }};
  }
};

TEST(AnswerTest, FirstWordCounts) {
  Asker asker;
  const Answer answer = asker.NewAnswer();
  const Answer copy = answer;
  copy.Give({.identity = "first"});
  answer.Give({.identity = "second"});
  EXPECT_EQ(asker.heard, std::vector<std::string>{"first"});
  EXPECT_TRUE(answer.abandoned());
}

TEST(AnswerTest, NobodyHearsItWhoHasGone) {
  auto asker = std::make_unique<Asker>();
  const Answer answer = asker->NewAnswer();
  EXPECT_FALSE(answer.abandoned());
  asker.reset();
  EXPECT_TRUE(answer.abandoned());
  answer.Give({.identity = "late"});
}

}  // namespace
}  // namespace sluice::identity
