#include "decode/sparkplug_decoder.h"

#include "decode/payload_decoder.h"
#include "support/allocations.h"
#include "support/sparkplug_bytes.h"
#include "tree_fixture.h"

namespace sluice::decode {
namespace {

using test::Protobuf;

constexpr uint64_t kTime = 1'486'144'502'122;
constexpr uint32_t kInt8 = 1, kInt16 = 2, kInt32 = 3, kInt64 = 4, kUInt8 = 5, kUInt64 = 8,
                   kFloat = 9, kDouble = 10, kBoolean = 11, kString = 12, kDateTime = 13,
                   kDataSet = 16, kBytes = 17, kTemplate = 19;
// Fields of a metric.
constexpr uint32_t kName = 1, kAlias = 2, kMetricTime = 3, kType = 4, kHistorical = 5, kNull = 7,
                   kProperties = 9, kInt = 10, kLong = 11, kFloatValue = 12, kDoubleValue = 13,
                   kBool = 14, kText = 15, kBytesValue = 16;

Protobuf Metric(std::string_view name, uint32_t type) {
  return Protobuf().Bytes(kName, name).Number(kType, type);
}
Protobuf Aliased(uint64_t alias) { return Protobuf().Number(kAlias, alias); }

std::string Payload(std::initializer_list<Protobuf> metrics, std::optional<uint64_t> sequence) {
  Protobuf payload;
  payload.Number(1, kTime);
  for (const Protobuf& metric : metrics) payload.Bytes(2, metric.bytes());
  if (sequence) payload.Number(3, *sequence);
  return payload.bytes();
}

std::string NBirth(uint64_t bd_seq = 0) {
  return Payload({Metric("bdSeq", kUInt64).Number(kLong, bd_seq),
                  Metric("Node Control/Rebirth", kBoolean).Number(kBool, 0),
                  Metric("Supply Voltage", kFloat).Number(kAlias, 1).Float(kFloatValue, 12.5)},
                 0);
}
std::string DBirth(uint64_t sequence = 1) {
  return Payload({Metric("Inputs/A", kBoolean).Number(kAlias, 2).Number(kBool, 0),
                  Metric("Level", kInt16).Number(kAlias, 3).Number(kInt, 0xffff)},
                 sequence);
}
std::string NDeath(uint64_t bd_seq = 0) {
  return Payload({Metric("bdSeq", kUInt64).Number(kLong, bd_seq)}, std::nullopt);
}

class SparkplugDecoderTest : public testing::Test {
 protected:
  // The document's moments, or the reason why there are none.
  std::string Give(std::string_view message, const std::string& payload,
                   std::string_view device = {}) {
    topic_ = "spBv1.0/Plant/" + std::string(message) + "/Pi";
    if (!device.empty()) topic_ += "/" + std::string(device);
    return GiveTo(topic_, payload);
  }
  std::string GiveTo(const std::string& topic, const std::string& payload) {
    const Origin origin{.topic = topic,
                        .identity = identity_,
                        .received = FromUnixNanos(1'795'262'400'000'000'000),
                        .now = now_,
                        .replayed = replayed_};
    Value root;
    const bool is_read = decoder_.Decode(AsBytes(payload), origin, &root, &rejection_);
    if (auto request = decoder_.TakeRequest()) request_ = std::move(request);
    if (!is_read) return std::string(schema::DeadLetterReasonName(rejection_.reason));
    std::string text;
    JsonWriter json(&text);
    Spell(root, &json);
    const size_t moments = text.find("\"moments\":");
    head_ = text.substr(0, moments);
    return text.substr(moments + 10, text.size() - moments - 11);
  }
  // Whether a birth was asked for since the last time.
  bool WasAsked() { return std::exchange(request_, std::nullopt).has_value(); }
  // The readings of one metric of a birth.
  std::string ValueOf(const Protobuf& metric) {
    const std::string text = Give("DBIRTH", Payload({metric}, std::nullopt), "D");
    const size_t at = text.find("\"value\":");
    return at == std::string::npos ? text : text.substr(at + 8, text.size() - at - 12);
  }

  Limits limits_;
  SparkplugDecoder decoder_{limits_};
  std::string topic_;
  std::string identity_ = "pi";
  MonotonicTime now_{};
  bool replayed_ = false;
  schema::Rejection rejection_;
  std::optional<Request> request_;
  std::string head_;
};

// Specification 3.0, 6.4.19 and 6.4.20.
TEST_F(SparkplugDecoderTest, BirthsSayThatNodeAndDeviceAreThereAndWhatTheyMeasure) {
  EXPECT_EQ(Give("NBIRTH", NBirth()), R"([{"device":"Pi","time":1486144502122,"online":true,)"
                                      R"("readings":[{"name":"Supply Voltage","value":12.5}]}])");
  EXPECT_EQ(head_, R"({"message":"NBIRTH","group":"Plant","node":"Pi",)");
  EXPECT_EQ(Give("DBIRTH", DBirth(), "Pibrella"),
            R"([{"device":"Pi:Pibrella","time":1486144502122,"online":true,)"
            R"("readings":[{"name":"Inputs/A","value":false},{"name":"Level","value":-1}]}])");
  EXPECT_EQ(head_, R"({"message":"DBIRTH","group":"Plant","node":"Pi","device":"Pibrella",)");
  EXPECT_FALSE(WasAsked());
}

// Specification 3.0, 6.4.21, the payload byte by byte: {timestamp: 1486144502122, metrics: [{name:
// "Supply Voltage", timestamp: 1486144502122, datatype: 9, float_value: 12.3}], seq: 2}.
TEST_F(SparkplugDecoderTest, TheSpecificationsDataIsRead) {
  const std::string payload = FromHex(
      "08eaf2f5a8a02b"
      "121e0a0e537570706c7920566f6c7461676518eaf2f5a8a02b200965cdcc4441"
      "1802");
  EXPECT_EQ(Give("NDATA", payload), R"([{"device":"Pi","time":1486144502122,"readings":[)"
                                    R"({"name":"Supply Voltage","value":12.300000190734863}]}])");
  for (size_t size = 1; size < payload.size(); ++size) {
    if (size == 7 || size == 39) continue;  // a field shorter it is still a message
    EXPECT_EQ(Give("NDATA", payload.substr(0, size)), "invalid_payload") << size;
  }
}

TEST_F(SparkplugDecoderTest, DataNamesMetricsByTheNumbersOfTheBirth) {
  Give("NBIRTH", NBirth());
  Give("DBIRTH", DBirth(), "Pibrella");
  EXPECT_EQ(Give("NDATA", Payload({Aliased(1).Float(kFloatValue, 11.5)}, 2)),
            R"([{"device":"Pi","time":1486144502122,"readings":[)"
            R"({"name":"Supply Voltage","value":11.5}]}])");
  EXPECT_EQ(Give("DDATA", Payload({Aliased(3).Number(kInt, 0xfffe)}, 3), "Pibrella"),
            R"([{"device":"Pi:Pibrella","time":1486144502122,"readings":[)"
            R"({"name":"Level","value":-2}]}])");
  EXPECT_FALSE(WasAsked());
}

TEST_F(SparkplugDecoderTest, WithoutABirthWhatHasNoNameIsRefusedAndABirthAskedFor) {
  EXPECT_EQ(Give("NDATA", Payload({Aliased(1).Float(kFloatValue, 11.5)}, 7)), "no_birth");
  ASSERT_TRUE(request_);
  EXPECT_EQ(request_->topic, "spBv1.0/Plant/NCMD/Pi");
  // {timestamp: 1795262400000, metrics: [{name: "Node Control/Rebirth", datatype: 11,
  //                                       boolean_value: true}]}
  EXPECT_EQ(request_->payload, FromHex("08808ce9ef9f34"
                                       "121a0a144e6f646520436f6e74726f6c2f52656269727468200b7001"));
  // With a name and a type there is nothing to ask for.
  EXPECT_EQ(Give("NDATA", Payload({Metric("a", kInt8).Number(kInt, 255)}, 8)),
            R"([{"device":"Pi","time":1486144502122,"readings":[{"name":"a","value":-1}]}])");
  // Without its type a whole number has no sign.
  EXPECT_EQ(Give("NDATA", Payload({Protobuf().Bytes(kName, "a").Number(kInt, 255)}, 9)),
            "no_birth");
}

TEST_F(SparkplugDecoderTest, ABirthIsAskedForOnceInHalfAMinute) {
  const std::string data = Payload({Aliased(1).Number(kInt, 1)}, std::nullopt);
  Give("NDATA", data);
  EXPECT_TRUE(WasAsked());
  now_ += SparkplugDecoder::kAskInterval - std::chrono::milliseconds(1);
  Give("NDATA", data);
  EXPECT_FALSE(WasAsked());
  now_ += std::chrono::milliseconds(1);
  Give("NDATA", data);
  EXPECT_TRUE(WasAsked());
  EXPECT_EQ(decoder_.asked(), 2u);
}

TEST_F(SparkplugDecoderTest, AMissingNumberAsksForABirth) {
  const auto data = [](uint64_t sequence) {
    return Payload({Aliased(1).Float(kFloatValue, 1)}, sequence);
  };
  Give("NBIRTH", NBirth());
  for (uint64_t sequence = 1; sequence <= 300; ++sequence) Give("NDATA", data(sequence % 256));
  EXPECT_FALSE(WasAsked());
  Give("NDATA", data(300 % 256));  // offered again
  EXPECT_FALSE(WasAsked());
  EXPECT_EQ(Give("NDATA", data(302 % 256)), R"([{"device":"Pi","time":1486144502122,"readings":[)"
                                            R"({"name":"Supply Voltage","value":1}]}])");
  EXPECT_TRUE(WasAsked());
}

TEST_F(SparkplugDecoderTest, ADeathIsThatOfTheNodesDevices) {
  Give("NBIRTH", NBirth(7));
  Give("DBIRTH", DBirth(1), "A");
  Give("DBIRTH", DBirth(2), "B");
  EXPECT_EQ(Give("DDEATH", Payload({}, 3), "B"),
            R"([{"device":"Pi:B","time":1486144502122,"online":false,"readings":[]}])");
  const std::string want =
      R"([{"device":"Pi","time":1486144502122,"online":false,"readings":[]},)"
      R"({"device":"Pi:A","time":1486144502122,"online":false,"readings":[]}])";
  EXPECT_EQ(Give("NDEATH", NDeath(7)), want);
  EXPECT_EQ(Give("NDEATH", NDeath(7)), want) << "offered again";
  EXPECT_EQ(Give("DDATA", Payload({Aliased(3).Number(kInt, 1)}, 4), "A"), "no_birth");
  EXPECT_TRUE(WasAsked());
}

TEST_F(SparkplugDecoderTest, TheDeathOfAConnectionBeforeIsNone) {
  Give("NBIRTH", NBirth(8));
  EXPECT_EQ(Give("NDEATH", NDeath(7)), "[]");
  EXPECT_EQ(head_, R"({"message":"NDEATH","group":"Plant","node":"Pi","obsolete":true,)");
  EXPECT_NE(Give("NDATA", Payload({Aliased(1).Float(kFloatValue, 1)}, 1)), "no_birth");
}

TEST_F(SparkplugDecoderTest, ABirthOfTheNodeMakesThoseOfItsDevicesVoid) {
  Give("NBIRTH", NBirth(0));
  Give("DBIRTH", DBirth(), "A");
  Give("NBIRTH", NBirth(1));
  EXPECT_EQ(Give("DDATA", Payload({Aliased(3).Number(kInt, 1)}, 1), "A"), "no_birth");
  Give("DBIRTH", DBirth(2), "A");
  EXPECT_NE(Give("DDATA", Payload({Aliased(3).Number(kInt, 1)}, 3), "A"), "no_birth");
}

TEST_F(SparkplugDecoderTest, NobodyBearsForAnotherIdentity) {
  Give("NBIRTH", NBirth());
  identity_ = "mallory";
  EXPECT_EQ(Give("NDATA", Payload({Aliased(1).Float(kFloatValue, 1)}, 1)), "no_birth");
  Give("NDEATH", NDeath());
  identity_ = "pi";
  EXPECT_NE(Give("NDATA", Payload({Aliased(1).Float(kFloatValue, 1)}, 1)), "no_birth");
}

TEST_F(SparkplugDecoderTest, AReplayChangesAndAsksNothing) {
  replayed_ = true;
  EXPECT_EQ(Give("NDATA", Payload({Aliased(1).Float(kFloatValue, 1)}, 1)), "no_birth");
  EXPECT_FALSE(WasAsked());
  Give("NBIRTH", NBirth());
  EXPECT_EQ(decoder_.stats().devices, 0u);
  replayed_ = false;
  Give("NBIRTH", NBirth());
  replayed_ = true;
  EXPECT_NE(Give("NDATA", Payload({Aliased(1).Float(kFloatValue, 1)}, 99)), "no_birth");
  Give("NDEATH", NDeath());
  replayed_ = false;
  EXPECT_NE(Give("NDATA", Payload({Aliased(1).Float(kFloatValue, 1)}, 1)), "no_birth");
  EXPECT_FALSE(WasAsked());
}

// Specification 3.0, 6.4.17.
TEST_F(SparkplugDecoderTest, ValuesHaveTheSignAndKindOfTheirType) {
  EXPECT_EQ(ValueOf(Metric("a", kInt8).Number(kInt, 0xffffffff)), "-1");
  EXPECT_EQ(ValueOf(Metric("a", kInt32).Number(kInt, 0xfffffffe)), "-2");
  EXPECT_EQ(ValueOf(Metric("a", kInt64).Number(kLong, UINT64_MAX)), "-1");
  EXPECT_EQ(ValueOf(Metric("a", kUInt8).Number(kInt, 200)), "200");
  EXPECT_EQ(ValueOf(Metric("a", kUInt64).Number(kLong, UINT64_MAX)), "18446744073709551615");
  EXPECT_EQ(ValueOf(Metric("a", kDateTime).Number(kLong, kTime)), "1486144502122");
  EXPECT_EQ(ValueOf(Metric("a", kDouble).Double(kDoubleValue, 0.1)), "0.1");
  EXPECT_EQ(ValueOf(Metric("a", kFloat).Float(kFloatValue, std::numeric_limits<float>::infinity())),
            "\"<inf>\"");
  EXPECT_EQ(ValueOf(Metric("a", kBoolean).Number(kBool, 1)), "true");
  EXPECT_EQ(ValueOf(Metric("a", kString).Bytes(kText, "Pi 3")), "\"Pi 3\"");
  EXPECT_EQ(ValueOf(Metric("a", kString).Bytes(kText, "\xff")), "\"h'ff'\"");
  EXPECT_EQ(ValueOf(Metric("a", kBytes).Bytes(kBytesValue, "\x01\x02")), "\"h'0102'\"");
  EXPECT_EQ(ValueOf(Metric("a", kInt8).Number(kNull, 1)), "null");
  EXPECT_EQ(ValueOf(Metric("a", kDataSet).Bytes(17, "")), "\"<data set>\"");
  EXPECT_EQ(ValueOf(Metric("a", kTemplate).Bytes(18, "")), "\"<template>\"");
  EXPECT_EQ(ValueOf(Metric("a", kTemplate).Bytes(19, "")), "\"<extension>\"");
}

TEST_F(SparkplugDecoderTest, BadAndStaleSayMetricsOfThemselves) {
  const auto quality = [](uint64_t code) {
    return Protobuf()
        .Bytes(1, "engUnit")
        .Bytes(1, "Quality")
        .Bytes(2, Protobuf().Number(1, kString).Bytes(8, "V").bytes())
        .Bytes(2, Protobuf().Number(1, kInt32).Number(3, code).bytes());
  };
  const auto with = [&](uint64_t code) {
    return ValueOf(Metric("a", kInt8).Number(kInt, 1).Bytes(kProperties, quality(code).bytes()));
  };
  EXPECT_EQ(with(192), "1");
  EXPECT_EQ(with(500), R"(1,"quality":"stale")");
  EXPECT_EQ(with(0), R"(1,"quality":"bad")");
  // More keys than values.
  EXPECT_EQ(ValueOf(Metric("a", kInt8)
                        .Number(kInt, 1)
                        .Bytes(kProperties, Protobuf().Bytes(1, "Quality").bytes())),
            "1");
}

TEST_F(SparkplugDecoderTest, EachMetricHasItsTimeAndHistoryIsApart) {
  Give("NBIRTH", NBirth());
  EXPECT_EQ(
      Give("NDATA",
           Payload(
               {Aliased(1).Number(kMetricTime, 1000).Float(kFloatValue, 1),
                Aliased(1).Number(kMetricTime, 1000).Number(kHistorical, 1).Float(kFloatValue, 2),
                Aliased(1).Float(kFloatValue, 3)},
               1)),
      R"([{"device":"Pi","time":1000,"readings":[{"name":"Supply Voltage","value":1}]},)"
      R"({"device":"Pi","time":1000,"historical":true,)"
      R"("readings":[{"name":"Supply Voltage","value":2}]},)"
      R"({"device":"Pi","time":1486144502122,)"
      R"("readings":[{"name":"Supply Voltage","value":3}]}])");
}

TEST_F(SparkplugDecoderTest, OfALongNameTheEndIsKept) {
  const std::string folder(60, 'f');
  const std::string text =
      Give("NDATA", Payload({Metric(folder + "/" + folder + "/x", kInt8).Number(kInt, 1)}, 0));
  EXPECT_NE(text.find("\"name\":\"" + folder + "/x\""), std::string::npos) << text;
}

TEST_F(SparkplugDecoderTest, ABirthOfManyMetricsIsSeveralMoments) {
  Protobuf payload;
  payload.Number(1, kTime);
  for (int i = 0; i < 300; ++i) {
    payload.Bytes(2, Metric("m" + std::to_string(i), kInt8).Number(kInt, 1).bytes());
  }
  const std::string text = Give("NBIRTH", payload.bytes());
  size_t moments = 0;
  for (size_t at = text.find("\"device\""); at != std::string::npos;
       at = text.find("\"device\"", at + 1)) {
    ++moments;
  }
  EXPECT_EQ(moments, 3u);
}

TEST_F(SparkplugDecoderTest, WhatIsNoMessageIsRefused) {
  for (const char* topic : {"a/b", "spBv1.0/G/NDATA", "spBv1.0/G/NDATA/N/D", "spBv1.0/G/DDATA/N",
                            "spBv1.0/G/NCMD/N", "spBv1.0/G/DDATA/N/D/E", "spBv1.0//NDATA/N",
                            "xspBv1.0/G/NDATA/N", "spBv1.0/STATE/host", "spBv1.0/G/DDATA/N/"}) {
    EXPECT_EQ(GiveTo(topic, NBirth()), "invalid_payload") << topic;
  }
  for (const char* hex : {"0b", "1205", "12020b00", "0aff", "1202080a0a", "ffffffffffffffffffff01",
                          "12040a02fffe", "1a01", "120a0a017120016a0500000000"}) {
    EXPECT_EQ(Give("NDATA", FromHex(hex)), "invalid_payload") << hex;
  }
  std::string many;
  for (size_t i = 0; i <= SparkplugPayload::kMaxMetrics; ++i) many += std::string("\x12\x00", 2);
  EXPECT_EQ(Give("NDATA", many), "too_many_events");
  EXPECT_EQ(Give("NDATA", std::string(limits_.max_payload_bytes + 1, '\0')), "payload_too_large");
}

TEST_F(SparkplugDecoderTest, ADeviceMayPublishBelowItsOwnName) {
  GiveTo("devices/pi/spBv1.0/Plant/NDATA/Pi", Payload({Aliased(1).Number(kInt, 1)}, 1));
  ASSERT_TRUE(request_);
  EXPECT_EQ(request_->topic, "devices/pi/spBv1.0/Plant/NCMD/Pi");
}

TEST_F(SparkplugDecoderTest, MemoryIsBoundedAndWhatIsForgottenIsAskedForAgain) {
  Limits small;
  small.max_state_bytes = 16 << 10;
  SparkplugDecoder decoder(small);
  Value root;
  const std::string birth = NBirth();
  for (int i = 0; i < 1000; ++i) {
    const std::string topic = "spBv1.0/G/NBIRTH/" + std::to_string(i);
    ASSERT_TRUE(
        decoder.Decode(AsBytes(birth), {.topic = topic, .identity = "many"}, &root, &rejection_));
    ASSERT_LE(decoder.stats().bytes, small.max_state_bytes);
  }
  EXPECT_EQ(decoder.stats().evicted + decoder.stats().devices, 1000u);
  const std::string data = Payload({Aliased(1).Number(kInt, 1)}, 1);
  EXPECT_FALSE(decoder.Decode(AsBytes(data), {.topic = "spBv1.0/G/NDATA/0", .identity = "many"},
                              &root, &rejection_));
  EXPECT_TRUE(decoder.TakeRequest());
  EXPECT_TRUE(decoder.Decode(AsBytes(data), {.topic = "spBv1.0/G/NDATA/999", .identity = "many"},
                             &root, &rejection_));
}

TEST_F(SparkplugDecoderTest, DataAllocatesNothingAfterTheLargest) {
  Give("NBIRTH", NBirth());
  const std::string data = Payload({Aliased(1).Float(kFloatValue, 1)}, std::nullopt);
  const Origin origin{.topic = "spBv1.0/Plant/NDATA/Pi", .identity = "pi"};
  Value root;
  ASSERT_TRUE(decoder_.Decode(AsBytes(data), origin, &root, &rejection_));
  const test::AllocationCounter counter;
  for (int i = 0; i < 100; ++i) decoder_.Decode(AsBytes(data), origin, &root, &rejection_);
  EXPECT_EQ(counter.count(), 0u);
}

}  // namespace
}  // namespace sluice::decode
