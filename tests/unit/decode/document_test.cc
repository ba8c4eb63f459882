#include "decode/document.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <string_view>

#include "decode/json_decoder.h"
#include "support/allocations.h"

namespace sluice::decode {
namespace {

using namespace std::string_view_literals;

class DocumentTest : public testing::Test {
 protected:
  Value Read(std::string_view json) {
    Value root;
    EXPECT_TRUE(decoder_.Decode(AsBytes(json), &root, &rejection_)) << rejection_.text;
    return root;
  }

  JsonDecoder decoder_{Limits()};
  schema::Rejection rejection_;
};

TEST_F(DocumentTest, EveryScalarComesOutAsItWentIn) {
  EXPECT_TRUE(Read("null").IsNull());
  EXPECT_TRUE(Read("true").boolean());
  EXPECT_FALSE(Read("false").boolean());
  EXPECT_EQ(Read("-9223372036854775808").integer(), INT64_MIN);
  EXPECT_EQ(Read("9223372036854775807").integer(), INT64_MAX);
  EXPECT_EQ(Read("9223372036854775808").unsigned_integer(), uint64_t{1} << 63);
  EXPECT_EQ(Read("18446744073709551615").unsigned_integer(), UINT64_MAX);
  EXPECT_EQ(Read("21.5").number(), 21.5);
  EXPECT_EQ(Read("2e3").number(), 2000.0);
  EXPECT_TRUE(std::signbit(Read("-0.0").number()));
  EXPECT_EQ(Read("\"a\\u00e4\\n\"").text(), "aä\n");
  EXPECT_EQ(Read("\"\\u0000\"").text(), std::string_view("\0", 1));
}

// As decoders of other formats do.
TEST_F(DocumentTest, WhatIsAddedIsRead) {
  Document document;
  const size_t list = document.Begin(Kind::kArray);
  document.Add("ON"sv);
  document.Add(ByteSpan(AsBytes("\0\xff"sv)));
  const size_t object = document.Begin(Kind::kObject);
  document.AddKey("a");
  document.Add(uint64_t{7});
  document.End(object);
  document.AddNull();
  document.End(list);

  Walk walk(document.root());
  ASSERT_TRUE(walk.Next());
  EXPECT_EQ(walk.value().text(), "ON");
  ASSERT_TRUE(walk.Next());
  EXPECT_EQ(AsText(walk.value().bytes()), "\0\xff"sv);
  ASSERT_TRUE(walk.Next());
  Walk members(walk.value());
  ASSERT_TRUE(members.Next());
  EXPECT_EQ(members.key(), "a");
  EXPECT_EQ(members.value().unsigned_integer(), 7u);
  EXPECT_FALSE(members.Next());
  ASSERT_TRUE(walk.Next());
  EXPECT_TRUE(walk.value().IsNull());
  EXPECT_FALSE(walk.Next());
}

TEST_F(DocumentTest, NothingIsInsideOfAScalar) {
  for (const char* scalar : {"null", "true", "1", "1.5", "\"text\"", "18446744073709551615"}) {
    EXPECT_FALSE(Walk(Read(scalar)).Next()) << scalar;
  }
  EXPECT_FALSE(Walk(Value()).Next());
}

TEST_F(DocumentTest, AWalkKeepsTheOrderAndTheDuplicates) {
  std::string seen;
  for (Walk walk(Read(R"({"z":1,"a":[],"z":{},"":2})")); walk.Next();) {
    seen += std::string(walk.key()) + std::to_string(static_cast<int>(walk.value().kind())) + " ";
  }
  EXPECT_EQ(seen, "z2 a7 z8 2 ");
  seen.clear();
  for (Walk walk(Read("[3,\"x\",null]")); walk.Next();) {
    EXPECT_EQ(walk.key(), "");
    seen += std::to_string(static_cast<int>(walk.value().kind())) + " ";
  }
  EXPECT_EQ(seen, "2 5 0 ");
}

TEST_F(DocumentTest, EmptyContainersHoldNothing) {
  EXPECT_FALSE(Walk(Read("{}")).Next());
  EXPECT_FALSE(Walk(Read("[]")).Next());
}

TEST_F(DocumentTest, FillingAgainAllocatesNothing) {
  Document document;
  const auto fill = [&document] {
    document.Clear();
    const size_t list = document.Begin(Kind::kArray);
    for (int64_t i = 0; i < 100; ++i) document.Add(i);
    document.End(list);
  };
  fill();
  const test::AllocationCounter counter;
  fill();
  EXPECT_EQ(counter.count(), 0u);
}

TEST(DocumentDeathTest, ReadingAnotherKindAborts) {
  EXPECT_DEATH((void)Value().integer(), "");
  EXPECT_DEATH((void)Value().text(), "");
}

}  // namespace
}  // namespace sluice::decode
