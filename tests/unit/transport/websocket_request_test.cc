#include "transport/websocket_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace sluice::transport {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Refusal = WebSocketRefusal;

// The request of RFC 6455, section 1.3, for MQTT.
class WebSocketRequestTest : public testing::Test {
 protected:
  WebSocketAnswer Answer() const {
    std::string text = first_ + "\r\n";
    for (const auto& [name, value] : fields_) text += name + ": " + value + "\r\n";
    http::RequestHeadParser parser(4096);
    size_t used = 0;
    EXPECT_EQ(parser.Execute(AsBytes(text + "\r\n"), &used),
              http::RequestHeadParser::Outcome::kHead)
        << text;
    return AnswerWebSocketRequest(parser.head(), rules_);
  }
  void ExpectRefused(Refusal refusal, int status) const {
    const WebSocketAnswer answer = Answer();
    EXPECT_FALSE(answer.accepted);
    EXPECT_EQ(answer.refusal, refusal) << answer.why;
    EXPECT_THAT(answer.text, StartsWith("HTTP/1.1 " + std::to_string(status) + " "));
    EXPECT_THAT(answer.text, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_NE(answer.why, "");
  }

  WebSocketRules rules_;
  std::string first_ = "GET /mqtt HTTP/1.1";
  std::map<std::string, std::string> fields_ = {
      {"Host", "server.example.com"},     {"Upgrade", "websocket"},
      {"Connection", "Upgrade"},          {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
      {"Sec-WebSocket-Protocol", "mqtt"}, {"Sec-WebSocket-Version", "13"}};
};

TEST_F(WebSocketRequestTest, SoundOneIsGranted) {
  const WebSocketAnswer answer = Answer();
  ASSERT_TRUE(answer.accepted) << answer.why;
  EXPECT_EQ(answer.text,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "Sec-WebSocket-Protocol: mqtt\r\n\r\n");
}

TEST_F(WebSocketRequestTest, BrowsersSayMore) {
  fields_["Connection"] = "keep-alive, Upgrade";
  fields_["Upgrade"] = "WebSocket";
  fields_["Sec-WebSocket-Protocol"] = "chat, mqtt";
  fields_["Sec-WebSocket-Extensions"] = "permessage-deflate; client_max_window_bits";
  first_ = "GET /mqtt?token=x HTTP/1.1";
  const WebSocketAnswer answer = Answer();
  ASSERT_TRUE(answer.accepted) << answer.why;
  EXPECT_EQ(answer.text.find("Extensions"), std::string::npos);
}

TEST_F(WebSocketRequestTest, ClientsOfMqtt31AskForItsName) {
  fields_["Sec-WebSocket-Protocol"] = "mqttv3.1";
  EXPECT_THAT(Answer().text, HasSubstr("Sec-WebSocket-Protocol: mqttv3.1\r\n"));
  fields_["Sec-WebSocket-Protocol"] = "mqttv3.1, mqtt";
  EXPECT_THAT(Answer().text, HasSubstr("Sec-WebSocket-Protocol: mqtt\r\n"));
}

TEST_F(WebSocketRequestTest, PagesAreToldThatThereIsNone) {
  fields_ = {{"Host", "h"}};
  ExpectRefused(Refusal::kNoUpgrade, 426);
  EXPECT_THAT(Answer().text, HasSubstr("\r\nUpgrade: websocket\r\n"));
  EXPECT_THAT(Answer().text, HasSubstr("\r\nSec-WebSocket-Version: 13\r\n"));
  first_ = "GET /elsewhere HTTP/1.1";
  ExpectRefused(Refusal::kPath, 404);
  first_ = "POST /mqtt HTTP/1.1";
  ExpectRefused(Refusal::kNoUpgrade, 405);
  EXPECT_THAT(Answer().text, HasSubstr("\r\nAllow: GET\r\n"));
}

TEST_F(WebSocketRequestTest, EveryPartIsLookedAt) {
  const auto with = [this](const std::string& field, const std::string& value) {
    fields_[field] = value;
  };
  const std::map<std::string, std::string> sound = fields_;
  with("Upgrade", "h2c");
  ExpectRefused(Refusal::kNoUpgrade, 426);
  fields_ = sound;
  with("Connection", "keep-alive");
  ExpectRefused(Refusal::kNoUpgrade, 426);
  fields_ = sound;
  with("Sec-WebSocket-Version", "8");
  ExpectRefused(Refusal::kVersion, 426);
  for (const char* key :
       {"", "x", "dGhlIHNhbXBsZSBub25jZ", "dGhlIHNhbXBsZSBub25jZSBhbmQgbW9yZQ=="}) {
    fields_ = sound;
    with("Sec-WebSocket-Key", key);
    ExpectRefused(Refusal::kBadHandshake, 400);
  }
  fields_ = sound;
  fields_.erase("Host");
  ExpectRefused(Refusal::kBadHandshake, 400);
  fields_ = sound;
  with("host", "second.example.com");
  ExpectRefused(Refusal::kBadHandshake, 400);
  fields_ = sound;
  with("Sec-WebSocket-Protocol", "mqttx");
  // [MQTT-6.0.0-3]
  ExpectRefused(Refusal::kSubprotocol, 400);
  fields_.erase("Sec-WebSocket-Protocol");
  ExpectRefused(Refusal::kSubprotocol, 400);
  fields_ = sound;
  first_ = "GET /mqtt HTTP/1.0";
  ExpectRefused(Refusal::kVersion, 505);
}

TEST_F(WebSocketRequestTest, PagesMayComeIfTheirOriginMay) {
  fields_["Origin"] = "https://evil.example";
  ExpectRefused(Refusal::kOrigin, 403);
  rules_.origins = {"https://dash.example", "http://10.0.0.5:8080"};
  ExpectRefused(Refusal::kOrigin, 403);
  fields_["Origin"] = "https://dash.example";
  EXPECT_TRUE(Answer().accepted);
  fields_["Origin"] = "https://dash.example:8443";
  ExpectRefused(Refusal::kOrigin, 403);
  fields_["Origin"] = "null";
  ExpectRefused(Refusal::kOrigin, 403);
  fields_["origin"] = "https://dash.example";  // a second one
  ExpectRefused(Refusal::kOrigin, 403);
  fields_.erase("origin");
  rules_.origins = {"*"};
  EXPECT_TRUE(Answer().accepted);
}

// As paho-mqtt for Python says it, and pages that the host itself serves.
TEST_F(WebSocketRequestTest, HostItselfMayBeTheOrigin) {
  fields_["Host"] = "gw.example:8080";
  fields_["Origin"] = "https://gw.example:8080";
  EXPECT_TRUE(Answer().accepted);
  fields_["Origin"] = "https://gw.example";
  ExpectRefused(Refusal::kOrigin, 403);
  fields_["Origin"] = "gw.example:8080";
  ExpectRefused(Refusal::kOrigin, 403);
}

TEST_F(WebSocketRequestTest, WordsOfThePeerDoNotReachTheLogAsTheyAre) {
  first_ = "GET /" + std::string(2000, '\x7e') + " HTTP/1.1";
  EXPECT_LT(Answer().why.size(), 300u);
}

TEST(WebSocketRules, OriginsAreWhatBrowsersSend) {
  for (const char* text : {"https://a", "http://a.b:8080", "*", "http://[::1]:1", "file://x"}) {
    EXPECT_TRUE(ParseOrigin(text).ok()) << text;
  }
  for (const char* text : {"", "a.b", "https://", "https://a/", "https://A", "://a", "https://a b",
                           "https://*.a/x", "null"}) {
    EXPECT_FALSE(ParseOrigin(text).ok()) << text;
  }
}

TEST(WebSocketRules, PathsBeginAtTheRoot) {
  for (const char* text : {"/", "/mqtt", "/a/b"})
    EXPECT_TRUE(ParseWebSocketPath(text).ok()) << text;
  for (const char* text : {"", "mqtt", "/a?b", "/a#b", "/a b", "/\x01"}) {
    EXPECT_FALSE(ParseWebSocketPath(text).ok()) << text;
  }
}

TEST(WebSocketRefusals, HaveNames) {
  for (size_t i = 0; i < kWebSocketRefusals; ++i) {
    EXPECT_NE(WebSocketRefusalName(static_cast<Refusal>(i)), "");
  }
}

}  // namespace
}  // namespace sluice::transport
