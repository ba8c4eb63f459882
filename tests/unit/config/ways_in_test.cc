// [[listener]]: WebSockets, proxies and socket files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/config_file.h"
#include "config/memory_plan.h"

namespace sluice::config {
namespace {

using ::testing::HasSubstr;

class WaysInTest : public ::testing::Test {
 protected:
  static std::string Text(const std::string& listener) {
    return "[gateway]\nid = \"g\"\ndata_dir = \"data\"\n[[listener]]\n" + listener +
           "\n[[access]]\npublish = [\"#\"]\nspeaks_for = [\"*\"]\n";
  }
  static Config Load(const std::string& listener) {
    auto loaded = ParseConfig("/etc/sluice/g.toml", Text(listener));
    EXPECT_TRUE(loaded.ok()) << loaded.status().message();
    return loaded.ok() ? loaded->config : Config();
  }
  static std::string Mistake(const std::string& listener) {
    const auto loaded = ParseConfig("g.toml", Text(listener));
    EXPECT_FALSE(loaded.ok());
    return loaded.ok() ? "" : loaded.status().message();
  }
};

constexpr const char* kPlain = "bind = \"127.0.0.1:0\"\nplaintext = true\nanonymous = true\n";

TEST_F(WaysInTest, WebSocketsAreAskedFor) {
  EXPECT_FALSE(Load(kPlain).listeners[0].websocket);
  const Config config = Load(std::string(kPlain) + "websocket = {}");
  ASSERT_TRUE(config.listeners[0].websocket);
  EXPECT_EQ(config.listeners[0].websocket->path, "/mqtt");
  EXPECT_EQ(NoteOf(config.listeners[0]), ", WebSocket at /mqtt");
}

TEST_F(WaysInTest, MistakesOfWebSocketsAreTold) {
  const auto mistake = [](const std::string& key) {
    return Mistake(std::string(kPlain) + "websocket = { " + key + " }");
  };
  EXPECT_THAT(mistake("path = \"mqtt\""), HasSubstr("is no path"));
  EXPECT_THAT(mistake("origins = [\"dash.example\"]"), HasSubstr("is no origin"));
  EXPECT_THAT(mistake("max_request = \"1B\""), HasSubstr("must be at least"));
}

TEST_F(WaysInTest, WebSocketsCostMore) {
  const auto bare = PlanMemory(Load(kPlain));
  const auto framed = PlanMemory(Load(std::string(kPlain) + "websocket = {}"));
  ASSERT_TRUE(bare.ok() && framed.ok());
  EXPECT_GT(bare->max_connections, 2 * framed->max_connections);
}

TEST_F(WaysInTest, ProxiesMustBeNamed) {
  EXPECT_THAT(Mistake(std::string(kPlain) + "proxy_protocol = true"),
              HasSubstr("from which addresses proxies come"));
  EXPECT_THAT(Mistake(std::string(kPlain) + "proxy_protocol = true\ntrusted_proxies = [\"h\"]"),
              HasSubstr("is no range of addresses"));
  const Config config =
      Load(std::string(kPlain) + "proxy_protocol = true\ntrusted_proxies = [\"10.0.0.0/8\"]");
  EXPECT_EQ(NoteOf(config.listeners[0]), ", behind proxies");
}

TEST_F(WaysInTest, SocketFileNeedsNoTls) {
  const Config config =
      Load("bind = \"unix:/run/a.sock\"\naccepts = [\"password\"]\nmode = \"660\"");
  EXPECT_TRUE(config.listeners[0].plaintext);
  EXPECT_EQ(config.listeners[0].mode, 0660u);
  EXPECT_THAT(Mistake("bind = \"unix:/run/a.sock\""), HasSubstr("anonymous"));
  EXPECT_THAT(Mistake("bind = \"unix:a.sock\"\naccepts = [\"password\"]"),
              HasSubstr("from the root"));
  for (const char* mode : {"0x1", "8", "66", "1777", "rw-rw----"}) {
    EXPECT_THAT(Mistake("bind = \"unix:/a\"\naccepts = [\"password\"]\nmode = \"" +
                        std::string(mode) + "\""),
                HasSubstr("is no mode of a file"))
        << mode;
  }
}

TEST_F(WaysInTest, SocketFileIsListenedOnOnce) {
  const std::string file = "bind = \"unix:/run/a.sock\"\naccepts = [\"password\"]\n";
  EXPECT_THAT(Mistake(file + "[[listener]]\n" + file), HasSubstr("can't be listened on twice"));
}

}  // namespace
}  // namespace sluice::config
