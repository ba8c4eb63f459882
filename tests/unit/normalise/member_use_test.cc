#include "normalise/member_use.h"

#include "normalise_fixture.h"

namespace sluice::normalise {
namespace {

class MemberUseTest : public NormaliseTest {
 protected:
  // "/t=20 used, /x=1 not used"
  std::string Uses(std::string_view payload) {
    message_.payload = AsBytes(payload);
    const auto uses = FindMemberUses({profile_}, message_);
    EXPECT_TRUE(uses.ok()) << uses.status().message();
    std::string text;
    for (const MemberUse& use : *uses) {
      if (!text.empty()) text += ", ";
      text += use.pointer + "=" + use.value + (use.used ? " used" : " not used");
    }
    return text;
  }
};

TEST_F(MemberUseTest, ReadingsAreUsedAndTheRestIsNot) {
  EXPECT_EQ(Uses(R"({"t":20,"x":1,"a/b":{"c~":"d"}})"),
            R"(/t=20 used, /x=1 not used, /a~1b/c~0="d" not used)");
}

TEST_F(MemberUseTest, WhatDecidesIsUsed) {
  profile_.events[0].when = {{.member = "/kind", .equals = "a"}};
  profile_.times = {{.member = "/ts", .format = TimeRule::Format::kUnixSeconds}};
  EXPECT_EQ(Uses(R"({"t":20,"kind":"a","ts":1795262390})"),
            R"(/t=20 used, /kind="a" used, /ts=1795262390 used)");
}

TEST_F(MemberUseTest, ItemsOfAListKeepTheirPlaces) {
  rule().member = "/list/1";
  EXPECT_EQ(Uses(R"({"list":[1,2,3]})"), "/list/0=1 not used, /list/1=2 used, /list/2=3 not used");
}

TEST_F(MemberUseTest, WhatHasNoMembersHasNone) {
  EXPECT_EQ(Uses("21.5"), "");
  EXPECT_EQ(Uses("{broken"), "");
  EXPECT_EQ(Uses("{}"), "");
}

TEST_F(MemberUseTest, OfADeadLetterWhatMattersIsUsed) {
  rule().required = true;
  EXPECT_EQ(Uses(R"({"t":"warm","x":1})"), R"(/t="warm" used, /x=1 not used)");
}

}  // namespace
}  // namespace sluice::normalise
