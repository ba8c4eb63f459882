#include "codec/property_table.h"

#include <gtest/gtest.h>

#include <bit>

namespace sluice::codec {
namespace {

size_t CountOf(PacketType owner) { return PropertiesOf(owner).size(); }

TEST(PropertyTableTest, TableIsInOrder) {
  int last = 0;
  for (const PropertyInfo& info : PropertyTable()) {
    EXPECT_GT(static_cast<int>(info.id), last);
    last = static_cast<int>(info.id);
  }
}

TEST(PropertyTableTest, ExactlyTheRowsAreFound) {
  size_t found = 0;
  for (uint32_t id = 0; id < 300; ++id) {
    const PropertyInfo* info = FindProperty(id);
    if (info == nullptr) continue;
    EXPECT_EQ(static_cast<uint32_t>(info->id), id);
    ++found;
  }
  EXPECT_EQ(found, PropertyTable().size());
  EXPECT_EQ(found, 27u);
  EXPECT_EQ(FindProperty(kMaxVarint), nullptr);
}

TEST(PropertyTableTest, OwnersHaveTheRowsThatNameThem) {
  for (int type = 0; type < 16; ++type) {
    const auto owner = static_cast<PacketType>(type);
    size_t count = 0;
    for (const PropertyInfo& info : PropertyTable()) count += (info.owners & MaskOf(owner)) != 0;
    EXPECT_EQ(CountOf(owner), count);
    for (const PropertyInfo* info : PropertiesOf(owner)) EXPECT_TRUE(info->owners & MaskOf(owner));
  }
}

// Counted in the sections of the packets.
TEST(PropertyTableTest, PacketsHaveAsManyPropertiesAsTheirSectionsSay) {
  EXPECT_EQ(CountOf(PacketType::kConnect), 9u);      // 3.1.2.11
  EXPECT_EQ(CountOf(kWillOwner), 7u);                // 3.1.3.2
  EXPECT_EQ(CountOf(PacketType::kConnack), 17u);     // 3.2.2.3
  EXPECT_EQ(CountOf(PacketType::kPublish), 8u);      // 3.3.2.3
  EXPECT_EQ(CountOf(PacketType::kSubscribe), 2u);    // 3.8.2.1
  EXPECT_EQ(CountOf(PacketType::kUnsubscribe), 1u);  // 3.10.2.1
  EXPECT_EQ(CountOf(PacketType::kDisconnect), 4u);   // 3.14.2.2
  EXPECT_EQ(CountOf(PacketType::kAuth), 4u);         // 3.15.2.2
  EXPECT_EQ(CountOf(PacketType::kPingreq), 0u);
  for (const auto type : {PacketType::kPuback, PacketType::kPubrec, PacketType::kPubrel,
                          PacketType::kPubcomp, PacketType::kSuback, PacketType::kUnsuback}) {
    EXPECT_EQ(CountOf(type), 2u);
  }
}

TEST(PropertyTableTest, OnlyUserPropertiesAndSubscriptionIdsRepeat) {
  for (const PropertyInfo& info : PropertyTable()) {
    EXPECT_EQ(info.repeatable & ~info.owners, 0) << info.name;
    if (info.id == PropertyId::kUserProperty) {
      EXPECT_EQ(info.repeatable, info.owners);
    } else if (info.id == PropertyId::kSubscriptionIdentifier) {
      EXPECT_EQ(info.repeatable, MaskOf(PacketType::kPublish));
    } else {
      EXPECT_EQ(info.repeatable, 0) << info.name;
    }
  }
}

}  // namespace
}  // namespace sluice::codec
