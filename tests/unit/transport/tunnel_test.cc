#include "transport/tunnel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::transport {
namespace {

using testing::HasSubstr;

// RFC 6455, section 1.3.
constexpr const char* kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr const char* kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

http::ResponseHead Answer() {
  return {101,
          {{"upgrade", "WebSocket"},
           {"connection", "keep-alive, Upgrade"},
           {"sec-websocket-accept", kAccept},
           {"sec-websocket-protocol", "mqtt"}}};
}
std::string Verdict(const http::ResponseHead& head) {
  return JudgeWebSocketAnswer(head, kKey, "mqtt").message();
}

TEST(Tunnel, ProxyIsAskedForTheServer) {
  EXPECT_EQ(ProxyRequest({.target = "[::1]:8883"}),
            "CONNECT [::1]:8883 HTTP/1.1\r\nHost: [::1]:8883\r\n\r\n");
  EXPECT_EQ(ProxyRequest({"b:1", "Aladdin", "open sesame"}),
            "CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\n"
            "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
}

TEST(Tunnel, ProxySaysYesWithTwoHundred) {
  EXPECT_TRUE(JudgeProxyAnswer({200, {}}).ok());
  EXPECT_TRUE(JudgeProxyAnswer({299, {}}).ok());
  for (const int status : {100, 101, 199, 300, 403, 407, 502}) {
    EXPECT_FALSE(JudgeProxyAnswer({status, {}}).ok()) << status;
  }
}

TEST(Tunnel, WebSocketIsAskedFor) {
  const std::string text = WebSocketRequestText({"b:80", "/mqtt", "mqtt"}, kKey);
  EXPECT_TRUE(text.starts_with("GET /mqtt HTTP/1.1\r\nHost: b:80\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\nSec-WebSocket-Protocol: mqtt\r\n"));
  EXPECT_THAT(text, HasSubstr(std::string("\r\nSec-WebSocket-Key: ") + kKey + "\r\n"));
  EXPECT_EQ(WebSocketAccept(kKey), kAccept);
}

TEST(Tunnel, KeysDiffer) {
  Random random(1);
  const std::string first = NewWebSocketKey(&random);
  EXPECT_EQ(first.size(), 24u);
  EXPECT_NE(NewWebSocketKey(&random), first);
}

TEST(Tunnel, SoundAnswerIsTaken) { EXPECT_EQ(Verdict(Answer()), ""); }

// [MQTT-6.0.0-4]
TEST(Tunnel, EachWrongAnswerIsRefused) {
  http::ResponseHead head = Answer();
  head.status = 200;
  EXPECT_EQ(Verdict(head), "it answers 200");
  for (const char* field :
       {"upgrade", "connection", "sec-websocket-accept", "sec-websocket-protocol"}) {
    head = Answer();
    std::erase_if(head.fields, [&](const auto& f) { return f.first == field; });
    EXPECT_NE(Verdict(head), "") << field;
    head = Answer();
    for (auto& [name, value] : head.fields) {
      if (name == field) value = "other";
    }
    EXPECT_NE(Verdict(head), "") << field;
  }
  head = Answer();
  head.fields.emplace_back("sec-websocket-extensions", "permessage-deflate");
  EXPECT_NE(Verdict(head), "");
  head = Answer();
  head.fields.emplace_back("sec-websocket-accept", kAccept);
  EXPECT_NE(Verdict(head), "");
}

}  // namespace
}  // namespace sluice::transport
