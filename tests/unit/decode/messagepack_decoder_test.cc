#include "decode/messagepack_decoder.h"

#include "support/allocations.h"
#include "tree_fixture.h"

namespace sluice::decode {
namespace {

using MessagePackDecoderTest = TreeTest<MessagePackDecoder>;

// Every format of the specification.
constexpr TreeCase kExamples[] = {
    {"c0", "null"},
    {"c2", "false"},
    {"c3", "true"},
    {"00", "0"},
    {"7f", "127"},
    {"ff", "-1"},
    {"e0", "-32"},
    {"ccff", "255"},
    {"cdffff", "65535"},
    {"ceffffffff", "4294967295"},
    {"cfffffffffffffffff", "18446744073709551615"},
    {"d080", "-128"},
    {"d18000", "-32768"},
    {"d280000000", "-2147483648"},
    {"d38000000000000000", "-9223372036854775808"},
    {"d07f", "127"},
    {"ca3fc00000", "1.5"},
    {"cb3ff199999999999a", "1.1"},
    {"ca7fc00000", "\"<nan>\""},
    {"cbfff0000000000000", "\"<-inf>\""},
    {"a0", "\"\""},
    {"a3616263", "\"abc\""},
    {"d903616263", "\"abc\""},
    {"da0003616263", "\"abc\""},
    {"db00000003616263", "\"abc\""},
    {"a2fffe", "\"h'fffe'\""},
    {"c4020102", "\"h'0102'\""},
    {"c500020102", "\"h'0102'\""},
    {"c6000000020102", "\"h'0102'\""},
    {"90", "[]"},
    {"93010203", "[1,2,3]"},
    {"dc000201c0", "[1,null]"},
    {"dd0000000101", "[1]"},
    {"80", "{}"},
    {"82a7636f6d70616374c3a6736368656d6100", R"({"compact":true,"schema":0})"},
    {"de0001a161810102", R"({"a":{"1":2}})"},
    {"df00000001a16190", R"({"a":[]})"},
    {"d40105", "\"h'05'\""},
    {"d5010506", "\"h'0506'\""},
    {"d6ff00000001", "\"h'00000001'\""},
    {"d7010102030405060708", "\"h'0102030405060708'\""},
    {"d80100000000000000000000000000000000", "\"h'00000000000000000000000000000000'\""},
    {"c7020105aa", "\"h'05aa'\""},
    {"c800010105", "\"h'05'\""},
    {"c9000000010105", "\"h'05'\""},
};

TEST_F(MessagePackDecoderTest, EveryFormatIsRead) {
  for (const TreeCase& example : kExamples) {
    EXPECT_EQ(Decoded(example.hex), example.want) << example.hex << ": " << rejection_.text;
  }
}

TEST_F(MessagePackDecoderTest, CutAnywhereItIsNone) {
  for (const TreeCase& example : kExamples) ExpectWhole(example.hex);
}

TEST_F(MessagePackDecoderTest, WhatIsNotWellFormedIsRefused) {
  for (const char* hex : {"c1", "81c000", "819000", "91c1"}) {
    EXPECT_EQ(Decoded(hex), "invalid_payload") << hex;
  }
}

TEST_F(MessagePackDecoderTest, ClaimedCountsTakeNoMemory) {
  for (const char* hex : {"ddffffffff", "dfffffffff00", "dbffffffff", "c6ffffffff", "c9ffffffff"}) {
    EXPECT_EQ(Decoded(hex), "invalid_payload") << hex;
  }
}

TEST_F(MessagePackDecoderTest, DepthIsBounded) {
  std::string arrays;
  for (size_t i = 0; i < limits_.max_depth; ++i) arrays += "91";
  EXPECT_EQ(Decoded(arrays + "00").substr(0, 2), "[[");
  EXPECT_EQ(Decoded(arrays + "9100"), "too_deep");
}

}  // namespace
}  // namespace sluice::decode
