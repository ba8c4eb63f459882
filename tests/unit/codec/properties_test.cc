#include "codec/properties.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codec/packet_reader.h"

namespace sluice::codec {
namespace {

// Decodes a section without its length, which is short.
Verdict DecodeSection(std::string_view section, PacketType owner, Properties* out) {
  static std::string bytes;  // Outlives the views.
  bytes = static_cast<char>(section.size()) + std::string(section);
  PacketReader in(AsBytes(bytes));
  DecodeProperties(&in, owner, out);
  return in.Finish();
}

Verdict Judge(std::string_view section, PacketType owner) {
  Properties properties;
  const Verdict verdict = DecodeSection(section, owner, &properties);
  return verdict.ok() ? ValidateProperties(properties, owner) : verdict;
}

// A property of this type with a value that is legal for all of its kind.
std::string SampleOf(const PropertyInfo& info) {
  const std::string id(1, static_cast<char>(info.id));
  switch (info.type) {
    case PropertyType::kByte:
    case PropertyType::kVarint:
      return id + "\x01";
    case PropertyType::kTwoBytes:
      return id + std::string("\x00\x01", 2);
    case PropertyType::kFourBytes:
      return id + std::string("\x00\x00\x00\x01", 4);
    case PropertyType::kText:
    case PropertyType::kBinary:
      return id + std::string("\x00\x01t", 3);
    case PropertyType::kTextPair:
      return id + std::string("\x00\x01n\x00\x01v", 6);
  }
  return {};
}

std::vector<PacketType> Owners() {
  std::vector<PacketType> owners;
  for (int type = 0; type < 16; ++type) owners.push_back(static_cast<PacketType>(type));
  return owners;
}

// The whole of table 2-4.
TEST(PropertiesTest, EveryPropertyIsReadWhereItBelongsAndMalformedElsewhere) {
  for (const PropertyInfo& info : PropertyTable()) {
    for (const PacketType owner : Owners()) {
      Properties properties;
      const bool belongs = (info.owners & MaskOf(owner)) != 0;
      EXPECT_EQ(DecodeSection(SampleOf(info), owner, &properties).ok(), belongs) << info.name;
      EXPECT_EQ(properties.empty(), !belongs) << info.name;
    }
  }
}

TEST(PropertiesTest, EveryPropertyTwiceIsRefusedUnlessItRepeats) {
  for (const PropertyInfo& info : PropertyTable()) {
    // Authentication data needs a method beside it.
    std::string twice = SampleOf(info) + SampleOf(info);
    if (info.id == PropertyId::kAuthenticationData) twice += std::string("\x15\x00\x00", 3);
    for (const PacketType owner : Owners()) {
      if ((info.owners & MaskOf(owner)) == 0) continue;
      const bool repeats = (info.repeatable & MaskOf(owner)) != 0;
      const auto expected = repeats ? ReasonCode::kSuccess : ReasonCode::kProtocolError;
      EXPECT_EQ(Judge(twice, owner).reason, expected) << info.name;
    }
  }
}

TEST(PropertiesTest, EveryPropertyCutIsMalformed) {
  for (const PropertyInfo& info : PropertyTable()) {
    const std::string sample = SampleOf(info);
    for (const PacketType owner : Owners()) {
      if ((info.owners & MaskOf(owner)) == 0) continue;
      for (size_t size = 1; size < sample.size(); ++size) {
        const Verdict verdict = Judge(sample.substr(0, size), owner);
        EXPECT_EQ(verdict.reason, ReasonCode::kMalformedPacket) << info.name;
      }
    }
  }
}

TEST(PropertiesTest, NumbersOutsideTheirRangeAreRefused) {
  for (const PropertyInfo& info : PropertyTable()) {
    if (info.type != PropertyType::kByte) continue;
    std::string section = SampleOf(info);
    section.back() = '\x02';
    for (const PacketType owner : Owners()) {
      if ((info.owners & MaskOf(owner)) == 0) continue;
      EXPECT_EQ(Judge(section, owner).reason, ReasonCode::kProtocolError) << info.name;
    }
  }
}

template <typename Range>
auto ToVector(const Range& range) {
  std::vector<typename Range::Iterator::value_type> values;
  for (const auto& value : range) values.push_back(value);
  return values;
}

// [MQTT-3.3.2-18]
TEST(PropertiesTest, RepeatedPropertiesAreReadInOrder) {
  Properties properties;
  const std::string alias = SampleOf(*FindProperty(0x23));
  const std::string user = SampleOf(*FindProperty(0x26));
  const std::string other_user(
      "\x26\x00\x01"
      "a\x00\x00",
      6);
  const std::string section = user + "\x0B\x07" + alias + other_user + "\x0B\x08" + user;
  ASSERT_TRUE(DecodeSection(section, PacketType::kPublish, &properties).ok());
  EXPECT_EQ(ToVector(properties.subscription_ids), (std::vector<uint32_t>{7, 8}));
  EXPECT_EQ(ToVector(properties.user_properties),
            (std::vector<UserProperty>{{"n", "v"}, {"a", ""}, {"n", "v"}}));
}

// So a message is kept with its properties: as the bytes of the section.
TEST(PropertiesTest, StoredSectionComesBack) {
  Properties properties;
  properties.content_type = "text/plain";
  properties.message_expiry_interval = 60;
  ByteBuffer stored;
  EncodeProperties(properties, PacketType::kPublish, &stored);

  Properties again;
  PacketReader in(stored.view());
  DecodeProperties(&in, PacketType::kPublish, &again);
  ASSERT_TRUE(in.Finish().ok());
  EXPECT_EQ(again.content_type, "text/plain");
  EXPECT_EQ(again.message_expiry_interval, 60u);
}

TEST(PropertiesTest, BuilderStartsAnewWhenCleared) {
  RepeatedPropertyBuilder builder;
  builder.AddUserProperty("a", "1");
  builder.Clear();
  builder.AddUserProperty("b", "2");
  EXPECT_EQ(builder.user_properties().size(), 1u);
  EXPECT_EQ(builder.user_properties().begin()->name, "b");
  EXPECT_TRUE(builder.subscription_ids().empty());
}

}  // namespace
}  // namespace sluice::codec
