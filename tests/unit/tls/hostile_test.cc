#include <gtest/gtest.h>

#include "engine_pair.h"

namespace sluice::tls {
namespace {

using Handshake = Engine::HandshakeResult;

class HostileTest : public testing::Test {
 protected:
  static Handshake Feed(EnginePair::End& end, ByteSpan bytes) {
    return end.engine->Handshake(&bytes, &end.output);
  }
  // What a client says first.
  static ByteBuffer ClientHello() {
    EnginePair pair;
    EnginePair::Step(pair.server, pair.client);
    return pair.client.output;
  }
};

TEST_F(HostileTest, HelloCutAtEveryByteWaitsForTheRest) {
  const ByteBuffer hello = ClientHello();
  const auto context = test::NewServer();
  for (size_t cut = 0; cut < hello.size(); ++cut) {
    EnginePair::End server{context->NewEngine(), {}, {}};
    EXPECT_EQ(Feed(server, hello.view().first(cut)), Handshake::kNeedMore) << cut;  // and left
    EXPECT_TRUE(server.output.empty()) << cut;
    EXPECT_EQ(Feed(server, hello.view()), Handshake::kNeedMore) << cut;
    EXPECT_FALSE(server.output.empty()) << cut;
  }
}

TEST_F(HostileTest, RecordIsWholeOnlyAtItsLastByte) {
  const ByteBuffer hello = ClientHello();
  for (size_t cut = 0; cut < hello.size(); ++cut) {
    EXPECT_FALSE(Engine::HasRecord(hello.view().first(cut))) << cut;
  }
  EXPECT_TRUE(Engine::HasRecord(hello.view()));
}

TEST_F(HostileTest, WhatIsNoTlsIsRefusedAtOnce) {
  const std::string_view connect("\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00", 14);
  EXPECT_TRUE(Engine::HasRecord(AsBytes(connect)));
  EnginePair pair;
  EXPECT_EQ(Feed(pair.server, AsBytes(connect)), Handshake::kFailed);
  EXPECT_EQ(pair.server.engine->failure(), Failure::kProtocol);
}

TEST_F(HostileTest, RecordLongerThanAllowedIsRefused) {
  const std::string_view header("\x16\x03\x01\xff\xff", 5);
  EXPECT_TRUE(Engine::HasRecord(AsBytes(header)));
  EnginePair pair;
  EXPECT_EQ(Feed(pair.server, AsBytes(header)), Handshake::kFailed);
}

TEST_F(HostileTest, OldVersionsAreRefusedWithAnAlert) {
  ByteBuffer hello = ClientHello();
  hello.data()[9] = 3;  // legacy_version of the hello: TLS 1.1
  hello.data()[10] = 2;
  EnginePair pair;
  EXPECT_EQ(Feed(pair.server, hello.view()), Handshake::kFailed);
  EXPECT_EQ(pair.server.engine->failure(), Failure::kNoCommonParameters);
  ASSERT_GE(pair.server.output.size(), 7u);
  EXPECT_EQ(pair.server.output.data()[0], 21);  // alert
  EXPECT_EQ(pair.server.output.data()[6], 70);  // protocol_version
}

TEST_F(HostileTest, EveryFlippedByteOfTheClientsProofIsRefused) {
  const auto server_context = test::NewServer();
  const auto client_context = test::NewClient();
  size_t size = 1;
  for (size_t at = 0; at < size; at += 7) {
    EnginePair pair(server_context, client_context);
    EnginePair::Step(pair.server, pair.client);
    EnginePair::Step(pair.client, pair.server);
    EnginePair::Step(pair.server, pair.client);
    size = pair.client.output.size();  // a byte or two more or less: the signature's encoding
    if (at >= size) break;
    pair.client.output.data()[at] ^= 0x40;
    EnginePair::Step(pair.client, pair.server);
    EXPECT_NE(pair.server.result, Handshake::kDone) << at;
  }
  EXPECT_GT(size, 500u);
}

TEST_F(HostileTest, EveryFlippedByteOfARecordFails) {
  EnginePair pair;
  ASSERT_TRUE(pair.ShakeHands());
  ASSERT_TRUE(pair.client.engine->Encrypt(AsBytes("reading"), &pair.client.output));
  pair.client.output.data()[pair.client.output.size() / 2] ^= 1;
  EXPECT_EQ(EnginePair::Take(pair.client, pair.server), "(failed)");
  EXPECT_EQ(pair.server.engine->failure(), Failure::kProtocol);
  EXPECT_EQ(EnginePair::Take(pair.server, pair.client), "(failed)");
  EXPECT_EQ(pair.client.engine->failure(), Failure::kPeerAlert);
}

TEST_F(HostileTest, ReplayedRecordFails) {
  EnginePair pair;
  ASSERT_TRUE(pair.ShakeHands());
  ASSERT_TRUE(pair.client.engine->Encrypt(AsBytes("once"), &pair.client.output));
  const ByteBuffer record = pair.client.output;
  EXPECT_EQ(EnginePair::Take(pair.client, pair.server), "once");
  pair.client.output = record;
  EXPECT_EQ(EnginePair::Take(pair.client, pair.server), "(failed)");
}

}  // namespace
}  // namespace sluice::tls
