#include "decode/path.h"

#include <gtest/gtest.h>

#include "decode/json_decoder.h"

namespace sluice::decode {
namespace {

using namespace std::string_view_literals;

class PathTest : public testing::Test {
 protected:
  // The number at `pointer`; -1 if nothing is there.
  int64_t At(std::string_view pointer) {
    static constexpr std::string_view kDocument =
        R"({"a":{"b":1},"list":[10,{"c":20}],"x/y":2,"m~n":3,"":4,"null":null,"0":5,"a":6})";
    const auto path = Path::Parse(pointer);
    if (!path) return -2;
    Value root, found;
    EXPECT_TRUE(decoder_.Decode(AsBytes(kDocument), &root, &rejection_)) << rejection_.text;
    if (!path->Find(root, &found)) return -1;
    return found.kind() == Kind::kInteger ? found.integer() : int64_t{-3};
  }

  JsonDecoder decoder_{Limits()};
  schema::Rejection rejection_;
};

TEST_F(PathTest, PointersAreFollowed) {
  EXPECT_EQ(At("/a/b"), 1);
  EXPECT_EQ(At("/list/0"), 10);
  EXPECT_EQ(At("/list/1/c"), 20);
  EXPECT_EQ(At("/x~1y"), 2);
  EXPECT_EQ(At("/m~0n"), 3);
  EXPECT_EQ(At("/"), 4);
  EXPECT_EQ(At("/0"), 5);
}

TEST_F(PathTest, TheEmptyPointerIsTheWhole) {
  EXPECT_EQ(At(""), -3);  // there, and no number
  EXPECT_TRUE(Path::Parse("")->text().empty());
}

TEST_F(PathTest, WhatIsNotThereIsNotFound) {
  for (const char* pointer :
       {"/b", "/a/c", "/a/b/c", "/list/2", "/list/01", "/list/-", "/list/-1", "/list/c",
        "/list/99999999999999999999", "/null", "/null/a", "/a/0", "/A"}) {
    EXPECT_EQ(At(pointer), -1) << pointer;
  }
}

TEST_F(PathTest, OfMembersWithTheSameNameTheFirstCounts) { EXPECT_EQ(At("/a"), -3); }

TEST_F(PathTest, AScalarIsItsOwnWholeDocument) {  // what plain text is
  Document document;
  document.Add("21.5"sv);
  Value found;
  ASSERT_TRUE(Path::Parse("")->Find(document.root(), &found));
  EXPECT_EQ(found.text(), "21.5");
  EXPECT_FALSE(Path::Parse("/0")->Find(document.root(), &found));
  EXPECT_FALSE(Path::Parse("")->Find(Value(), &found));  // null
}

// Names that begin and end alike, which the quick comparison may not tell apart.
TEST_F(PathTest, NamesAreComparedToTheLastByte) {
  Document document;
  const size_t object = document.Begin(Kind::kObject);
  for (const auto key :
       {"abcdXefgh"sv, "abcdYefgh"sv, "abcdefgh"sv, "ab"sv, "\0ab"sv, "ba"sv, ""sv}) {
    document.AddKey(key);
    document.Add(key);
  }
  document.End(object);
  for (const char* pointer : {"/abcdXefgh", "/abcdYefgh", "/abcdefgh", "/ab", "/ba", "/"}) {
    Value found;
    ASSERT_TRUE(Path::Parse(pointer)->Find(document.root(), &found)) << pointer;
    EXPECT_EQ(found.text(), std::string_view(pointer).substr(1));
  }
  Value found;
  EXPECT_FALSE(Path::Parse("/abcdZefgh")->Find(document.root(), &found));
}

TEST_F(PathTest, WhatIsNoPointerIsRefused) {
  for (const char* pointer : {"a", "a/b", "/a~", "/a~2", " /a"}) {
    EXPECT_FALSE(Path::Parse(pointer)) << pointer;
  }
}

}  // namespace
}  // namespace sluice::decode
