#include "decode/cbor_decoder.h"

#include "support/allocations.h"
#include "tree_fixture.h"

namespace sluice::decode {
namespace {

using CborDecoderTest = TreeTest<CborDecoder>;

// RFC 8949, appendix A: what a document can hold of it.
constexpr TreeCase kExamples[] = {
    {"00", "0"},
    {"17", "23"},
    {"1818", "24"},
    {"1903e8", "1000"},
    {"1a000f4240", "1000000"},
    {"1b000000e8d4a51000", "1000000000000"},
    {"1bffffffffffffffff", "18446744073709551615"},
    {"3bffffffffffffffff", "-1.8446744073709552e+19"},
    {"20", "-1"},
    {"29", "-10"},
    {"3863", "-100"},
    {"3903e7", "-1000"},
    {"f90000", "0"},
    {"f93c00", "1"},
    {"fb3ff199999999999a", "1.1"},
    {"f93e00", "1.5"},
    {"f97bff", "65504"},
    {"fa47c35000", "100000"},
    {"fb7e37e43c8800759c", "1e+300"},
    {"f9c400", "-4"},
    {"f97c00", "\"<inf>\""},
    {"f97e00", "\"<nan>\""},
    {"fbfff0000000000000", "\"<-inf>\""},
    {"f4", "false"},
    {"f5", "true"},
    {"f6", "null"},
    {"f7", "null"},
    {"c074323031332d30332d32315432303a30343a30305a", "\"2013-03-21T20:04:00Z\""},
    {"c11a514b67b0", "1363896240"},
    {"c1fb41d452d9ec200000", "1363896240.5"},
    {"d74401020304", "\"h'01020304'\""},
    {"d818456449455446", "\"h'6449455446'\""},
    {"40", "\"h''\""},
    {"60", "\"\""},
    {"6449455446", "\"IETF\""},
    {"62c3bc", "\"\xc3\xbc\""},
    {"80", "[]"},
    {"83010203", "[1,2,3]"},
    {"8301820203820405", "[1,[2,3],[4,5]]"},
    {"a0", "{}"},
    {"a201020304", R"({"1":2,"3":4})"},
    {"a26161016162820203", R"({"a":1,"b":[2,3]})"},
    {"826161a161626163", R"(["a",{"b":"c"}])"},
    {"5f42010243030405ff", "\"h'0102030405'\""},
    {"7f657374726561646d696e67ff", "\"streaming\""},
    {"9fff", "[]"},
    {"9f018202039f0405ffff", "[1,[2,3],[4,5]]"},
    {"83018202039f0405ff", "[1,[2,3],[4,5]]"},
    {"bf61610161629f0203ffff", R"({"a":1,"b":[2,3]})"},
    {"bf6346756ef563416d7421ff", R"({"Fun":true,"Amt":-2})"},
};

TEST_F(CborDecoderTest, TheStandardsExamplesAreRead) {
  for (const TreeCase& example : kExamples) {
    EXPECT_EQ(Decoded(example.hex), example.want) << example.hex << ": " << rejection_.text;
  }
}

TEST_F(CborDecoderTest, CutAnywhereItIsNoCbor) {
  for (const TreeCase& example : kExamples) ExpectWhole(example.hex);
}

TEST_F(CborDecoderTest, WhatIsNotWellFormedIsRefused) {
  for (const char* hex : {"ff", "1c", "5f00ff", "5f6161ff", "7f4161ff", "a1", "a100", "bf6161ff",
                          "81ff", "9fc0ff", "62fffe", "a1f400", "a1810000"}) {
    EXPECT_EQ(Decoded(hex), "invalid_payload") << hex;
  }
}

TEST_F(CborDecoderTest, ClaimedCountsTakeNoMemory) {
  EXPECT_EQ(Decoded("9affffffff"), "invalid_payload");
  EXPECT_EQ(Decoded("9bffffffffffffffff"), "invalid_payload");
  EXPECT_EQ(Decoded("bb7fffffffffffffff00"), "invalid_payload");
  EXPECT_EQ(Decoded("5b7fffffffffffffff00"), "invalid_payload");
}

TEST_F(CborDecoderTest, DepthIsBounded) {
  std::string arrays, ends;
  for (size_t i = 0; i < limits_.max_depth; ++i) arrays += "81";
  EXPECT_EQ(Decoded(arrays + "00").substr(0, 2), "[[");
  EXPECT_EQ(Decoded(arrays + "8100"), "too_deep");
}

TEST_F(CborDecoderTest, AllocatesNothingAfterTheLargest) {
  Decoded("a26161016162820203");
  const std::string payload = FromHex("a2616101207f657374726561646d696e67ff");
  Value root;
  ASSERT_TRUE(decoder_.Decode(AsBytes(payload), &root, &rejection_));
  const test::AllocationCounter counter;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(decoder_.Decode(AsBytes(payload), &root, &rejection_));
  }
  EXPECT_EQ(counter.count(), 0u);
}

}  // namespace
}  // namespace sluice::decode
