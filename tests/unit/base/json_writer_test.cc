#include "base/json_writer.h"

#include <gtest/gtest.h>

#include <limits>

namespace sluice {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  JsonWriter(&out).Value(text);
  return out;
}

TEST(JsonWriter, WritesNestedValuesWithCommas) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject();
  json.Member("a", int64_t{-1});
  json.Key("b");
  json.BeginArray();
  json.Value(true);
  json.Null();
  json.BeginObject();
  json.EndObject();
  json.EndArray();
  json.Member("c", uint64_t{18446744073709551615u});
  json.EndObject();
  EXPECT_EQ(out, R"({"a":-1,"b":[true,null,{}],"c":18446744073709551615})");
}

TEST(JsonWriter, TextsCanBeMadeInPlace) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject();
  json.MemberFrom("a", [](std::string* text) { *text += "x"; });
  json.Key("b");
  json.BeginArray();
  json.ValueFrom([](std::string*) {});
  json.ValueFrom([](std::string* text) { *text += "y"; });
  json.EndArray();
  json.EndObject();
  EXPECT_EQ(out, R"({"a":"x","b":["","y"]})");
}

TEST(JsonWriter, EscapesWhatJsonMustEscape) {
  EXPECT_EQ(Quoted("a\"b\\c\n\x01"), R"("a\"b\\c\n\u0001")");
}

TEST(JsonWriter, KeepsUtf8AndReplacesWhatIsNone) {
  EXPECT_EQ(Quoted("grüße €𝄞"), "\"grüße €𝄞\"");
  EXPECT_EQ(Quoted("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");  // overlong
  EXPECT_EQ(Quoted("\xed\xa0\x80x").back(), '"');                 // surrogate
  EXPECT_EQ(Quoted("\xed\xa0\x80").find('\xed'), std::string::npos);
  EXPECT_EQ(Quoted("\xe2\x82"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");  // cut short
}

TEST(JsonWriter, DoublesReadBackTheSameAndNanIsNull) {
  std::string out;
  JsonWriter json(&out);
  json.BeginArray();
  json.Value(0.1);
  json.Value(std::numeric_limits<double>::quiet_NaN());
  json.EndArray();
  EXPECT_EQ(out, "[0.1,null]");
}

}  // namespace
}  // namespace sluice
