#include "server/held_publish.h"

#include <gtest/gtest.h>

#include <string>

#include "wire/describe.h"

namespace sluice::server {
namespace {

using codec::Version;

codec::Publish Reading(std::string_view topic, std::string_view payload) {
  codec::Publish publish;
  publish.qos = codec::Qos::kExactlyOnce;
  publish.packet_id = 9;
  publish.retain = true;
  publish.topic = topic;
  publish.payload = AsBytes(payload);
  return publish;
}

TEST(HeldPublishTest, OutlivesTheBytesThatItCameIn) {
  HeldPublish held;
  {
    std::string topic(40, 't'), payload(300, 'p');
    held.Hold(Reading(topic, payload), Version::kV311);
    topic.assign(40, 'x');
    payload.assign(300, 'x');
  }
  EXPECT_EQ(test::Describe(held.View(Version::kV311)),
            "PUBLISH qos=2 retain id=9 topic=" + std::string(40, 't') +
                " payload=" + std::string(300, 'p'));
}

TEST(HeldPublishTest, KeepsTheProperties) {
  HeldPublish held;
  codec::RepeatedPropertyBuilder user;
  user.AddUserProperty("traceparent", "00-1-2-01");
  codec::Publish publish = Reading("a", "b");
  publish.properties.user_properties = user.user_properties();
  publish.properties.message_expiry_interval = 60;
  held.Hold(publish, Version::kV5);
  EXPECT_EQ(test::Describe(held.View(Version::kV5)),
            "PUBLISH qos=2 retain id=9 topic=a payload=b {message_expiry=60 "
            "user=traceparent:00-1-2-01}");
}

TEST(HeldPublishTest, GivesItsMemoryBack) {
  HeldPublish held;
  held.Hold(Reading("a", std::string(10'000, 'p')), Version::kV5);
  EXPECT_FALSE(held.empty());
  EXPECT_GE(held.bytes(), 10'000U);
  held.Clear();
  EXPECT_TRUE(held.empty());
  EXPECT_EQ(held.bytes(), 0U);
}

}  // namespace
}  // namespace sluice::server
