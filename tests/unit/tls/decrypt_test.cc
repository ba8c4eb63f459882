#include <gtest/gtest.h>

#include "engine_pair.h"
#include "support/allocations.h"

namespace sluice::tls {
namespace {

class DecryptTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(pair.ShakeHands()); }
  EnginePair pair;
};

TEST_F(DecryptTest, TextTravelsBothWays) {
  EXPECT_EQ(EnginePair::Carry("hello", pair.client, pair.server), "hello");
  EXPECT_EQ(EnginePair::Carry("good day", pair.server, pair.client), "good day");
}

TEST_F(DecryptTest, TextLongerThanARecordArrivesWhole) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(EnginePair::Carry(text, pair.client, pair.server), text);
}

TEST_F(DecryptTest, SeveralRecordsComeOutOfOneCall) {
  for (const char* text : {"one ", "two ", "three"}) {
    ASSERT_TRUE(pair.client.engine->Encrypt(AsBytes(text), &pair.client.output));
  }
  std::array<uint8_t, 100> plaintext;
  size_t produced = 0;
  ByteSpan rest = pair.client.output.view();
  EXPECT_EQ(pair.server.engine->Decrypt(&rest, plaintext, &produced, &pair.server.output),
            Engine::DecryptResult::kNeedMore);
  EXPECT_EQ(AsText({plaintext.data(), produced}), "one two three");
}

TEST_F(DecryptTest, RecordsArriveByteByByte) {
  ASSERT_TRUE(pair.client.engine->Encrypt(AsBytes("drip"), &pair.client.output));
  std::string received;
  const ByteBuffer all = pair.client.output;
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(received, "");
    pair.client.output.Clear();
    pair.client.output.Append(all.view().subspan(i, 1));
    received += EnginePair::Take(pair.client, pair.server);
  }
  EXPECT_EQ(received, "drip");
}

TEST_F(DecryptTest, CloseNotifyIsTheEndOfData) {
  ASSERT_TRUE(pair.client.engine->Encrypt(AsBytes("bye"), &pair.client.output));
  pair.client.engine->Close(&pair.client.output);
  EXPECT_EQ(EnginePair::Take(pair.client, pair.server), "bye(end)");
}

TEST_F(DecryptTest, BytesBehindTheHandshakeAreLeftForDecrypt) {
  EnginePair fresh;
  for (int i = 0; fresh.client.result != EnginePair::Handshake::kDone && i < 20; ++i) {
    EnginePair::Step(fresh.server, fresh.client);
    if (fresh.client.result == EnginePair::Handshake::kDone) break;
    EnginePair::Step(fresh.client, fresh.server);
  }
  ASSERT_TRUE(fresh.client.engine->Encrypt(AsBytes("early"), &fresh.client.output));
  EnginePair::Step(fresh.client, fresh.server);
  ASSERT_EQ(fresh.server.result, EnginePair::Handshake::kDone);
  EXPECT_EQ(EnginePair::Take(fresh.client, fresh.server), "early");
}

TEST_F(DecryptTest, SteadyTrafficAllocatesNothing) {
  std::array<uint8_t, 1024> plaintext;
  const std::string text(200, 'r');
  const auto carry = [&] {
    ASSERT_TRUE(pair.client.engine->Encrypt(AsBytes(text), &pair.client.output));
    size_t produced = 0;
    ByteSpan rest = pair.client.output.view();
    pair.server.engine->Decrypt(&rest, plaintext, &produced, &pair.server.output);
    ASSERT_EQ(produced, text.size());
    pair.client.output.Clear();
  };
  carry();
  const test::AllocationCounter allocations;
  for (int i = 0; i < 100; ++i) carry();
  EXPECT_EQ(allocations.count(), 0u);
}

}  // namespace
}  // namespace sluice::tls
