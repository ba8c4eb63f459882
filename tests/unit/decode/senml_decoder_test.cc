#include "decode/senml_decoder.h"

#include <fmt/format.h>

#include "decode/payload_decoder.h"
#include "decode/senml_units.h"
#include "support/allocations.h"
#include "tree_fixture.h"

namespace sluice::decode {
namespace {

class SenmlDecoderTest : public testing::Test {
 protected:
  // The document, or the reason why there is none.
  std::string Of(std::string payload) {
    payload_ = std::move(payload);
    Value root;
    if (!decoder_.Decode(AsBytes(payload_), {.format = Format::kSenml}, &root, &rejection_)) {
      return std::string(schema::DeadLetterReasonName(rejection_.reason));
    }
    std::string text;
    JsonWriter json(&text);
    Spell(root, &json);
    return text;
  }

  // The readings of the only moment of the device "d" that does not know the time.
  std::string Readings(const std::string& records) {
    const std::string text = Of(R"([{"bn":"d:"},)" + records + "]");
    constexpr std::string_view kFront = R"({"moments":[{"device":"d","readings":[)";
    if (!text.starts_with(kFront)) return text;
    return text.substr(kFront.size(), text.size() - kFront.size() - 4);
  }

  std::string payload_;
  PayloadDecoder decoder_{Limits()};
  schema::Rejection rejection_;
};

// RFC 8428, 5.1.1.
TEST_F(SenmlDecoderTest, AUrnIsADeviceAndItsUnitSaysWhatItMeasures) {
  EXPECT_EQ(Of(R"([{"n":"urn:dev:ow:10e2073a01080063","u":"Cel","v":23.1}])"),
            R"({"moments":[{"device":"urn:dev:ow:10e2073a01080063","readings":[)"
            R"({"name":"temperature","value":23.1,"unit":"Cel"}]}]})");
}

// RFC 8428, 5.1.2: two at a time that nobody knows.
TEST_F(SenmlDecoderTest, WhatIsMeasuredAtOneTimeIsOneMoment) {
  EXPECT_EQ(Of(R"([{"bn":"urn:dev:ow:10e2073a01080063:","n":"voltage","u":"V","v":120.1},)"
               R"({"n":"current","u":"A","v":1.2}])"),
            R"({"moments":[{"device":"urn:dev:ow:10e2073a01080063","readings":[)"
            R"({"name":"voltage","value":120.1,"unit":"V"},)"
            R"({"name":"current","value":1.2,"unit":"A"}]}]})");
}

constexpr std::string_view kFiveSecondsBack =
    R"({"moments":[{"device":"urn:dev:ow:10e2073a0108006","time":1276020076.001,"readings":[)"
    R"({"name":"voltage","value":120.1,"unit":"V"},{"name":"current","value":1.7,"unit":"A"}]},)"
    R"({"device":"urn:dev:ow:10e2073a0108006","time":1276020071.001,"readings":[)"
    R"({"name":"current","value":1.2,"unit":"A"}]},)"
    R"({"device":"urn:dev:ow:10e2073a0108006","time":1276020072.001,"readings":[)"
    R"({"name":"current","value":1.3,"unit":"A"}]},)"
    R"({"device":"urn:dev:ow:10e2073a0108006","time":1276020073.001,"readings":[)"
    R"({"name":"current","value":1.4,"unit":"A"}]},)"
    R"({"device":"urn:dev:ow:10e2073a0108006","time":1276020074.001,"readings":[)"
    R"({"name":"current","value":1.5,"unit":"A"}]},)"
    R"({"device":"urn:dev:ow:10e2073a0108006","time":1276020075.001,"readings":[)"
    R"({"name":"current","value":1.6,"unit":"A"}]}]})";

// RFC 8428, 5.1.2.
TEST_F(SenmlDecoderTest, TimesCountFromTheBaseTime) {
  EXPECT_EQ(Of(R"([{"bn":"urn:dev:ow:10e2073a0108006:","bt":1.276020076001e+09,)"
               R"("bu":"A","bver":5,"n":"voltage","u":"V","v":120.1},)"
               R"({"n":"current","t":-5,"v":1.2},{"n":"current","t":-4,"v":1.3},)"
               R"({"n":"current","t":-3,"v":1.4},{"n":"current","t":-2,"v":1.5},)"
               R"({"n":"current","t":-1,"v":1.6},{"n":"current","v":1.7}])"),
            kFiveSecondsBack);
}

// RFC 8428, 6: the same in CBOR.
constexpr std::string_view kCbor =
    "87a721781b75726e3a6465763a6f773a31306532303733613031303830303"
    "63a22fb41d303a15b00106223614120050067766f6c7461676501615602fb"
    "405e066666666666a3006763757272656e74062402fb3ff3333333333333"
    "a3006763757272656e74062302fb3ff4cccccccccccda300676375727265"
    "6e74062202fb3ff6666666666666a3006763757272656e74062102f93e00"
    "a3006763757272656e74062002fb3ff999999999999aa300676375727265"
    "6e74060002fb3ffb333333333333";

TEST_F(SenmlDecoderTest, CborSaysTheSame) { EXPECT_EQ(Of(FromHex(kCbor)), kFiveSecondsBack); }

TEST_F(SenmlDecoderTest, CutAnywhereItIsNoPack) {
  const std::string whole = FromHex(kCbor);
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string reason = Of(whole.substr(0, size));
    EXPECT_TRUE(reason == "invalid_payload" || reason == "invalid_json") << size << reason;
  }
}

// RFC 8428, 5.1.3, its beginning: three readings of one name are told apart by their units.
TEST_F(SenmlDecoderTest, ReadingsWithoutANameAreCalledByTheirUnits) {
  EXPECT_EQ(Of(R"([{"bn":"urn:dev:ow:10e2073a01080063","bt":1.320067464e+09,"bu":"%RH","v":20},)"
               R"({"u":"lon","v":24.30621},{"u":"lat","v":60.07965},{"t":60,"v":20.3},)"
               R"({"u":"lon","t":60,"v":24.30622},{"u":"lat","t":60,"v":60.07965},)"
               R"({"u":"%EL","t":150,"v":98}])"),
            R"({"moments":[)"
            R"({"device":"urn:dev:ow:10e2073a01080063","time":1320067464,"readings":[)"
            R"({"name":"humidity","value":20,"unit":"%"},)"
            R"({"name":"longitude","value":24.30621,"unit":"deg"},)"
            R"({"name":"latitude","value":60.07965,"unit":"deg"}]},)"
            R"({"device":"urn:dev:ow:10e2073a01080063","time":1320067524,"readings":[)"
            R"({"name":"humidity","value":20.3,"unit":"%"},)"
            R"({"name":"longitude","value":24.30622,"unit":"deg"},)"
            R"({"name":"latitude","value":60.07965,"unit":"deg"}]},)"
            R"({"device":"urn:dev:ow:10e2073a01080063","time":1320067614,"readings":[)"
            R"({"name":"battery","value":98,"unit":"%"}]}]})");
}

// RFC 8428, 5.1.5.
TEST_F(SenmlDecoderTest, TextsTruthsAndDataAreValues) {
  EXPECT_EQ(Of(R"([{"bn":"urn:dev:ow:10e2073a01080063:","n":"temp","u":"Cel","v":23.1},)"
               R"({"n":"label","vs":"Machine Room"},{"n":"open","vb":false},)"
               R"({"n":"nfc-reader","vd":"aGkgCg"}])"),
            R"({"moments":[{"device":"urn:dev:ow:10e2073a01080063","readings":[)"
            R"({"name":"temp","value":23.1,"unit":"Cel"},{"name":"label","value":"Machine Room"},)"
            R"({"name":"open","value":false},{"name":"nfc-reader","value":"h'6869200a'"}]}]})");
}

// RFC 8428, 5.1.6: a second base name, and the first base time.
TEST_F(SenmlDecoderTest, ABaseFieldHoldsUntilTheNext) {
  EXPECT_EQ(
      Of(R"([{"bn":"2001:db8::2/","bt":1.320078429e+09,"n":"temperature","u":"Cel","v":25.2},)"
         R"({"n":"humidity","u":"%RH","v":30},)"
         R"({"bn":"2001:db8::1/","n":"temperature","u":"Cel","v":12.3},)"
         R"({"n":"humidity","u":"%RH","v":67}])"),
      R"({"moments":[{"device":"2001:db8::2","time":1320078429,"readings":[)"
      R"({"name":"temperature","value":25.2,"unit":"Cel"},)"
      R"({"name":"humidity","value":30,"unit":"%"}]},)"
      R"({"device":"2001:db8::1","time":1320078429,"readings":[)"
      R"({"name":"temperature","value":12.3,"unit":"Cel"},)"
      R"({"name":"humidity","value":67,"unit":"%"}]}]})");
}

// RFC 8428, 5.1.7: the first record has base fields only.
TEST_F(SenmlDecoderTest, ARecordOfBaseFieldsIsNoReading) {
  EXPECT_EQ(Of(R"([{"bn":"urn:dev:ow:10e2073a01080063:"},{"n":"temp","u":"Cel","v":23.1},)"
               R"({"n":"heat","u":"/","v":1},{"n":"fan","u":"/","v":0}])"),
            R"({"moments":[{"device":"urn:dev:ow:10e2073a01080063","readings":[)"
            R"({"name":"temp","value":23.1,"unit":"Cel"},)"
            R"({"name":"heat","value":1,"unit":"1"},{"name":"fan","value":0,"unit":"1"}]}]})");
}

TEST_F(SenmlDecoderTest, ANameIsPartedIntoDeviceAndReading) {
  const auto named = [&](std::string_view fields) {
    const std::string text = Of(fmt::format(R"([{{{},"v":1}}])", fields));
    const size_t name = text.find("\"name\":\"") + 8;
    const size_t device = text.find("\"device\":\"");
    std::string found = device == std::string::npos
                            ? "-"
                            : text.substr(device + 10, text.find('"', device + 10) - device - 10);
    return found + " " + text.substr(name, text.find('"', name) - name);
  };
  EXPECT_EQ(named(R"("n":"temperature")"), "- temperature");
  EXPECT_EQ(named(R"("bn":"dev1","n":"distance")"), "dev1 distance");
  EXPECT_EQ(named(R"("bn":"dev1:/","n":"distance")"), "dev1 distance");
  EXPECT_EQ(named(R"("bn":"dev1")"), "dev1 value");
  EXPECT_EQ(named(R"("n":"urn:dev:ow:264437f5000000ed_humidity")"),
            "urn:dev:ow:264437f5000000ed humidity");
  EXPECT_EQ(named(R"("bn":"urn:dev:ow:264437f5000000ed_humidity")"),
            "urn:dev:ow:264437f5000000ed humidity");
  EXPECT_EQ(named(R"("u":"V")"), "- voltage");
  EXPECT_EQ(named(R"("u":"furlong")"), "- value");
}

TEST_F(SenmlDecoderTest, BaseValueAndBaseSumAreAdded) {
  EXPECT_EQ(Readings(R"({"bv":20,"bs":100,"bu":"W","n":"a","v":1.5,"s":2},{"n":"b"})"),
            R"({"name":"a","value":21.5,"unit":"W"},{"name":"a_sum","value":102,"unit":"J"},)"
            R"({"name":"b","value":20,"unit":"W"},{"name":"b_sum","value":100,"unit":"J"})");
  EXPECT_EQ(Readings(R"({"n":"a","u":"m","s":2})"), R"({"name":"a_sum","value":2,"unit":"{m.s}"})");
  EXPECT_EQ(Readings(R"({"n":"a","s":2})"), R"({"name":"a_sum","value":2})");
}

TEST_F(SenmlDecoderTest, AValueOfTheWrongTypeCostsItsReadingOnly) {
  EXPECT_EQ(Readings(R"({"n":"a","v":"21"},{"n":"b","v":[1]},{"n":"c","vs":{}},{"n":"d","vd":"*"},)"
                     R"({"n":"e","v":null},{"n":"f","v":nan},{"bv":1,"n":"g","v":1e999})"),
            R"({"name":"a","value":"<21>"},{"name":"b","value":"<[...]>"},)"
            R"({"name":"c","value":"<{...}>"},{"name":"d","value":"<*>"},)"
            R"({"name":"e","value":"<null>"},{"name":"f","value":"<nan>"},)"
            R"({"name":"g","value":"<1e999>"})");
}

TEST_F(SenmlDecoderTest, WhatMustBeUnderstoodAndIsNotRefusesThePack) {
  EXPECT_EQ(Readings(R"({"n":"a","v":1,"colour":"red"})"), R"({"name":"a","value":1})");
  EXPECT_EQ(Of(R"([{"n":"a","v":1},{"n":"b","v":1,"colour_":"red"}])"), "invalid_payload");
  EXPECT_EQ(rejection_.text,
            "no SenML: record 2: colour_ must be understood (RFC 8428, 4.4), and is not");
}

TEST_F(SenmlDecoderTest, WhatIsNoPackIsRefusedWithItsPlace) {
  struct Case {
    const char* pack;
    const char* text;
  };
  for (const Case& c : std::initializer_list<Case>{
           {R"({"n":"a","v":1})", "no SenML: a pack is a list of records"},
           {"[1]", "no SenML: record 1: must be an object"},
           {R"([{"bn":1}])", "no SenML: record 1: bn must be a text"},
           {R"([{"v":1},{"bt":"now"}])", "no SenML: record 2: bt must be a number"},
           {R"([{"t":true,"v":1}])", "no SenML: record 1: t must be a number"},
           {R"([{"v":1,"vs":"a"}])", "no SenML: record 1: must have one value, not several"},
           {R"([{"bver":11,"v":1}])",
            "no SenML: record 1: bver is of a later SenML than is read, which is 10"},
           {R"([{"bver":9,"v":1},{"bver":10}])",
            "no SenML: record 2: bver is not that of the record before"},
       }) {
    EXPECT_EQ(Of(c.pack), "invalid_payload") << c.pack;
    EXPECT_EQ(rejection_.text, c.text);
  }
}

TEST_F(SenmlDecoderTest, CborHasDecimalFractionsBytesAndZeroAtItsEnd) {
  // [{0: "a", 2: 4([-2, 27315])}, {0: "b", 8: h'00ff'}, {"n": "c", 2: 0}]
  EXPECT_EQ(Of(FromHex("83a200616102c48221196ab3a2006162084200ffa2616e61630200")),
            R"({"moments":[{"readings":[{"name":"a","value":273.15},)"
            R"({"name":"b","value":"h'00ff'"},{"name":"c","value":0}]}]})");
  // [{2: 4([1, 2, 3])}], [{2: 4([9999, 1])}]
  EXPECT_EQ(Of(FromHex("81a102c483010203")),
            R"({"moments":[{"readings":[{"name":"value","value":"<[...]>"}]}]})");
  EXPECT_EQ(Of(FromHex("81a102c48219270f01")),
            R"({"moments":[{"readings":[{"name":"value","value":"<[...]>"}]}]})");
}

TEST_F(SenmlDecoderTest, APackHasItsLimits) {
  std::string times = "[", readings = "[";
  for (size_t i = 0; i <= ReadingsDocument::kMaxMoments; ++i) {
    times += fmt::format(R"({{"t":{},"v":1}},)", i);
  }
  for (size_t i = 0; i <= ReadingsDocument::kMaxReadings; ++i) readings += R"({"v":1},)";
  times.back() = readings.back() = ']';
  EXPECT_EQ(Of(times), "too_many_events");
  EXPECT_EQ(Of(readings), "too_many_events");
}

// Every record spells a name and a unit that the pack has once.
TEST_F(SenmlDecoderTest, LongNamesOfSumsAreCut) {
  std::string pack = R"([{"bn":"urn:dev:x_)" + std::string(500, 'n') + R"(","bu":")" +
                     std::string(500, 'u') + R"("})";
  for (int i = 0; i < 2000; ++i) pack += R"(,{"s":1})";
  const std::string text = Of(pack + "]");
  EXPECT_NE(text.find("\"" + std::string(64, 'n') + "_sum\""), std::string::npos);
  EXPECT_EQ(text.find(std::string(65, 'n')), std::string::npos);
}

TEST_F(SenmlDecoderTest, AllocatesNothingAfterTheLargest) {
  const std::string cbor = FromHex(kCbor);
  const std::string json =
      R"([{"bn":"d:","bt":1.7e9,"n":"a","u":"W","v":1,"s":2},{"n":"b","vd":"aGkgCg"}])";
  Value root;
  const Encoding senml{.format = Format::kSenml};
  const auto decode = [&] {
    ASSERT_TRUE(decoder_.Decode(AsBytes(cbor), senml, &root, &rejection_));
    ASSERT_TRUE(decoder_.Decode(AsBytes(json), senml, &root, &rejection_));
  };
  decode();
  const test::AllocationCounter counter;
  for (int i = 0; i < 100; ++i) decode();
  EXPECT_EQ(counter.count(), 0u);
}

}  // namespace
}  // namespace sluice::decode
