#include "client/options.h"

#include <gtest/gtest.h>

#include <functional>

namespace sluice::client {
namespace {

TEST(ClientOptions, DefaultsAreSound) {
  EXPECT_TRUE(CheckOptions({}).ok());
  Options options;
  options.version = codec::Version::kV311;
  EXPECT_TRUE(CheckOptions(options).ok());
}

TEST(ClientOptions, WhatMqttCannotSayIsRefused) {
  const std::string longest(65'535, 'x');
  const std::string longer(65'536, 'x');
  const std::function<std::string*(Options*)> fields[] = {
      [](Options* o) { return &o->client_id; },
      [](Options* o) { return &o->user_name.emplace(); },
      [](Options* o) { return &o->password.emplace(); },
      [](Options* o) { return &o->will.emplace().topic; },
      [](Options* o) {
        o->will.emplace().topic = "t";
        return &o->will->payload;
      },
      [](Options* o) {
        o->will.emplace().topic = "t";
        return &o->will->content_type;
      },
      [](Options* o) {
        o->will.emplace().topic = "t";
        return &o->will->user_properties.emplace_back().second;
      },
  };
  for (const auto& field : fields) {
    Options options;
    *field(&options) = longest;
    EXPECT_TRUE(CheckOptions(options).ok());
    *field(&options) = longer;
    EXPECT_EQ(CheckOptions(options).code(), StatusCode::kInvalidArgument);
  }
}

TEST(ClientOptions, TextsAreUtf8) {
  Options options;
  options.client_id = "\xFF";
  EXPECT_FALSE(CheckOptions(options).ok());
  options.client_id = "c";
  options.user_name = std::string("a\0b", 3);
  EXPECT_FALSE(CheckOptions(options).ok());
  options.user_name.reset();
  options.password = "\xFF";
  EXPECT_TRUE(CheckOptions(options).ok());
}

TEST(ClientOptions, WillNeedsATopicName) {
  Options options;
  for (const char* topic : {"", "a/#", "+"}) {
    options.will.emplace().topic = topic;
    EXPECT_FALSE(CheckOptions(options).ok()) << topic;
  }
}

// [MQTT-3.1.2-22] [MQTT-3.1.3-7]
TEST(ClientOptions, RulesOf311) {
  Options options;
  options.password = "p";
  EXPECT_TRUE(CheckOptions(options).ok());
  options.version = codec::Version::kV311;
  EXPECT_FALSE(CheckOptions(options).ok());
  options.password.reset();
  options.clean_start = false;
  EXPECT_FALSE(CheckOptions(options).ok());
  options.client_id = "c";
  EXPECT_TRUE(CheckOptions(options).ok());
}

TEST(ClientOptions, WindowsHoldSomething) {
  Options options;
  options.receive_maximum = 0;
  EXPECT_FALSE(CheckOptions(options).ok());
  options.receive_maximum = 1;
  options.max_in_flight = 0;
  EXPECT_FALSE(CheckOptions(options).ok());
}

}  // namespace
}  // namespace sluice::client
