#include "normalise/json_path.h"

#include <gtest/gtest.h>

namespace sluice::normalise {
namespace {

class JsonPathTest : public testing::Test {
 protected:
  // The number at `pointer`; -1 if nothing is there.
  int64_t At(std::string_view pointer) {
    using namespace simdjson;  // for the literal
    static const padded_string kDocument =
        R"({"a":{"b":1},"list":[10,{"c":20}],"x/y":2,"m~n":3,"":4,"null":null,"0":5})"_padded;
    const auto path = JsonPath::Parse(pointer);
    if (!path) return -2;
    dom::element found;
    if (!path->Find(parser_.parse(kDocument).value_unsafe(), &found)) return -1;
    return found.is_int64() ? found.get_int64().value_unsafe() : int64_t{-3};
  }

  simdjson::dom::parser parser_;
};

TEST_F(JsonPathTest, PointersAreFollowed) {
  EXPECT_EQ(At("/a/b"), 1);
  EXPECT_EQ(At("/list/0"), 10);
  EXPECT_EQ(At("/list/1/c"), 20);
  EXPECT_EQ(At("/x~1y"), 2);
  EXPECT_EQ(At("/m~0n"), 3);
  EXPECT_EQ(At("/"), 4);
  EXPECT_EQ(At("/0"), 5);
}

TEST_F(JsonPathTest, TheEmptyPointerIsTheWhole) {
  EXPECT_EQ(At(""), -3);  // there, and no number
  EXPECT_TRUE(JsonPath::Parse("")->IsRoot());
}

TEST_F(JsonPathTest, WhatIsNotThereIsNotFound) {
  for (const char* pointer : {"/b", "/a/c", "/a/b/c", "/list/2", "/list/01", "/list/-", "/list/-1",
                              "/list/c", "/list/99999999999999999999", "/null", "/A"}) {
    EXPECT_EQ(At(pointer), -1) << pointer;
  }
}

TEST_F(JsonPathTest, WhatIsNoPointerIsRefused) {
  for (const char* pointer : {"a", "a/b", "/a~", "/a~2", " /a"}) {
    EXPECT_FALSE(JsonPath::Parse(pointer)) << pointer;
  }
}

}  // namespace
}  // namespace sluice::normalise
