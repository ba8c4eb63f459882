#include "firmware_sim/malformed.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <set>

namespace sluice::fleet {
namespace {

constexpr const char* kPayload =
    R"({"last_seen":"2026-09-22T10:04:05.123Z","temperature":-21.5,"on":true,"by":[1,2.5],"seq":3})";

TEST(Damage, NothingHasANumberAfterwards) {
  simdjson::dom::parser parser;
  for (uint64_t seed = 0; seed < 500; ++seed) {
    Random random(seed);
    std::string payload = kPayload;
    Damage(random, &payload);
    simdjson::dom::element root;
    if (parser.parse(payload).get(root) != simdjson::SUCCESS) continue;
    EXPECT_TRUE(root["temperature"].is_array()) << payload;
    EXPECT_EQ(
        payload,
        R"({"last_seen":"2026-09-22T10:04:05.123Z","temperature":[],"on":true,"by":[[],[]],"seq":[]})");
  }
}

TEST(Damage, ComesInEveryKind) {
  bool replaced = false, truncated = false, typed = false, corrupt = false;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    std::string payload = kPayload;
    Damage(random, &payload);
    replaced |= payload == "no reading";
    typed |= payload.find("[[],[]]") != std::string::npos;
    corrupt |= payload.find('\x01') != std::string::npos;
    truncated |= std::string(kPayload).starts_with(payload);
  }
  EXPECT_TRUE(replaced && truncated && typed && corrupt);
}

TEST(Damage, LeavesAnEmptyPayloadAlone) {
  Random random(1);
  std::string payload;
  Damage(random, &payload);
  EXPECT_EQ(payload, "");
}

}  // namespace
}  // namespace sluice::fleet
