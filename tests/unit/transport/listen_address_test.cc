#include "transport/listen_address.h"

#include <gtest/gtest.h>

namespace sluice::transport {
namespace {

TEST(ListenAddress, IsASocketOrAFile) {
  const auto socket = ListenAddress::Parse("127.0.0.1:1883");
  ASSERT_TRUE(socket.ok());
  EXPECT_FALSE((*socket).is_unix());
  EXPECT_EQ((*socket).socket().port(), 1883);
  EXPECT_EQ((*socket).path(), "");
  const auto file = ListenAddress::Parse("unix:/run/mqtt.sock");
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE((*file).is_unix());
  EXPECT_EQ((*file).path(), "/run/mqtt.sock");
  EXPECT_FALSE(*file == *socket);
}

TEST(ListenAddress, KnowsWhatTakesIpv4AsWell) {
  EXPECT_TRUE((*ListenAddress::Parse("[::]:1")).is_dual_stack());
  EXPECT_TRUE((*ListenAddress::Parse("[0:0::0]:1")).is_dual_stack());
  EXPECT_FALSE((*ListenAddress::Parse("[::1]:1")).is_dual_stack());
  EXPECT_FALSE((*ListenAddress::Parse("0.0.0.0:1")).is_dual_stack());
  EXPECT_FALSE((*ListenAddress::Parse("unix:/a")).is_dual_stack());
}

TEST(ListenAddress, RefusesWhatIsNeither) {
  for (const char* text : {"", "unix:", "unix:a.sock", "unix:/run/", "UNIX:/a", "h:1", "1.2.3.4"}) {
    EXPECT_FALSE(ListenAddress::Parse(text).ok()) << text;
  }
}

}  // namespace
}  // namespace sluice::transport
