#include "normalise/device_name.h"

#include "normalise_fixture.h"

namespace sluice::normalise {
namespace {

TEST(DeviceNameTest, WhatProductsCallThemselvesIsFine) {
  for (const char* name : {"kitchen", "0x00158d0001a2b3c4", "Küche Süd",
                           "shellyplus1pm-a8032abe54dc", "a.b", "a$", "*", "\u00a0"}) {
    EXPECT_TRUE(IsDeviceName(name)) << name;
  }
}

TEST(DeviceNameTest, WhatHurtsTopicsOrLogsIsNone) {
  for (const std::string_view name :
       {std::string_view(""), std::string_view("$SYS"), std::string_view("$"),
        std::string_view("a/b"), std::string_view("/"), std::string_view("+"),
        std::string_view("a#"), std::string_view("a\nb"), std::string_view("\x7f"),
        std::string_view("a\0b", 3), std::string_view("\xc2\x80"), std::string_view("x\xc2\x9f")}) {
    EXPECT_FALSE(IsDeviceName(name)) << name;
  }
}

// Speaks for whom the test says.
class OnlyFor final : public SpeakerRules {
 public:
  explicit OnlyFor(std::string device) : device_(std::move(device)) {}
  bool MaySpeakFor(std::string_view identity, std::string_view device) const override {
    return identity == "hub" && device == device_;
  }

 private:
  const std::string device_;
};

class ForeignDeviceTest : public NormaliseTest {
 protected:
  ForeignDeviceTest() {
    profile_.device = {.from = DeviceRule::From::kMember, .member = "/id"};
    message_.speakers = &rules_;
  }

  const OnlyFor rules_{"attic"};
};

TEST_F(ForeignDeviceTest, OwnDeviceMakesEvents) {
  EXPECT_EQ(Give(R"({"t":1,"id":"attic"})"), Verdict::kEvents);
  EXPECT_EQ(At(0).device(), "attic");
}

TEST_F(ForeignDeviceTest, ForeignOneIsRejectedWithWhatToWrite) {
  EXPECT_EQ(ReasonFor(R"({"t":1,"id":"cellar"})"), Reason::kForeignDevice);
  EXPECT_EQ(
      rejection_.text,
      "\"hub\" may not speak for the device \"cellar\"; if it should, write: [[access]] identity "
      "= \"hub\", speaks_for = [\"{identity}\", \"cellar\"]");
}

TEST_F(ForeignDeviceTest, NoRuleIsProposedThatWouldMeanMoreThanTheDevice) {
  for (const std::string device : {"*", "x*", "{identity}", R"(x\", \"y)", R"(\\)"}) {
    EXPECT_EQ(ReasonFor(R"({"t":1,"id":")" + device + R"("})"), Reason::kForeignDevice) << device;
    EXPECT_EQ(rejection_.text.find("write:"), std::string::npos) << rejection_.text;
  }
  EXPECT_EQ(ReasonFor(R"({"t":1,"id":"*"})"), Reason::kForeignDevice);
  EXPECT_EQ(rejection_.text,
            "\"hub\" may not speak for the device \"*\"; no rule can name just these two: see "
            "speaks_for of [[access]]");
}

TEST_F(ForeignDeviceTest, NothingOfAForeignMessageBecomesAnEvent) {
  profile_.events.push_back(profile_.events[0]);
  profile_.events[1].type = "climate.other.v1";
  EXPECT_EQ(ReasonFor(R"({"t":1,"id":"cellar"})"), Reason::kForeignDevice);
}

TEST_F(ForeignDeviceTest, HoweverTheDeviceIsFoundItsNameIsNoTopic) {
  EXPECT_EQ(ReasonFor(R"({"t":1,"id":"$SYS"})"), Reason::kInvalidText);
  EXPECT_EQ(ReasonFor(R"({"t":1,"id":"attic/x"})"), Reason::kInvalidText);
  EXPECT_EQ(ReasonFor(R"({"t":1,"id":"+"})"), Reason::kInvalidText);
}

}  // namespace
}  // namespace sluice::normalise
