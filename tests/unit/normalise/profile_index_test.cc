#include "normalise/profile_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "normalise/compiled_profile.h"

namespace sluice::normalise {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ProfileIndexTest : public ::testing::Test {
 protected:
  void Add(const std::vector<std::string>& filters) {
    profiles_.emplace_back().topics = TopicFilters(filters);
  }
  std::vector<uint16_t> Find(std::string_view topic) {
    const auto found = index_.Find(profiles_, Topic(topic));
    return {found.begin(), found.end()};
  }

  std::vector<CompiledProfile> profiles_;
  ProfileIndex index_;
};

TEST_F(ProfileIndexTest, FindsEveryProfileInOrderAgainAndAgain) {
  Add({"a/#"});
  Add({"b/+", "a/+"});
  Add({"+/x"});
  for (int round = 0; round < 3; ++round) {
    EXPECT_THAT(Find("a/x"), ElementsAre(0, 1, 2));
    EXPECT_THAT(Find("b/x"), ElementsAre(1, 2));
    EXPECT_THAT(Find("c/y"), IsEmpty());
    EXPECT_THAT(Find(""), IsEmpty());
  }
}

// More topics than slots, of every length: what one takes from another is found again.
TEST_F(ProfileIndexTest, TopicsThatShareASlotAreNotTakenForEachOther) {
  Add({"even/#"});
  Add({"odd/#"});
  for (int round = 0; round < 2; ++round) {
    for (size_t i = 0; i < 4 * ProfileIndex::kSlots; ++i) {
      const bool odd = i % 2 == 1;
      const std::string topic =
          (odd ? "odd/" : "even/") + std::string(i % 200, 'x') + std::to_string(i);
      ASSERT_THAT(Find(topic), ElementsAre(odd ? 1 : 0)) << topic;
    }
  }
}

}  // namespace
}  // namespace sluice::normalise
