#include <gtest/gtest.h>
#include <malloc.h>

#include <vector>

#include "engine_pair.h"

namespace sluice::tls {
namespace {

// RFC 6066, section 4: both sides keep to what the client asked for. TLS 1.3 knows other means.

std::shared_ptr<Context> ClientWithFragments(uint16_t bytes) {
  ClientConfig config = test::PkiClient("alpha");
  config.max_fragment_bytes = bytes;
  return test::NewClient(config);
}

size_t LargestRecord(ByteSpan ciphertext) {
  constexpr size_t kHeaderBytes = 5;
  size_t largest = 0;
  while (ciphertext.size() >= kHeaderBytes) {
    const size_t length = size_t{ciphertext[3]} << 8 | ciphertext[4];
    largest = std::max(largest, length);
    ciphertext = ciphertext.subspan(kHeaderBytes + length);
  }
  return largest;
}

TEST(FragmentTest, ServerKeepsToWhatTheClientAskedFor) {
  EnginePair pair(test::NewServer(), ClientWithFragments(1024));
  ASSERT_TRUE(pair.ShakeHands());
  if (pair.server.engine->version() == "TLSv1.3") GTEST_SKIP() << "not negotiated in TLS 1.3";
  const std::string text(10'000, 'x');
  ASSERT_TRUE(pair.server.engine->Encrypt(AsBytes(text), &pair.server.output));
  EXPECT_LE(LargestRecord(pair.server.output.view()), 1024u + 64u);
  EXPECT_EQ(EnginePair::Take(pair.server, pair.client), text);
}

TEST(FragmentTest, LongTextPassesInBothDirections) {
  EnginePair pair(test::NewServer(), ClientWithFragments(4096));
  ASSERT_TRUE(pair.ShakeHands());
  for (const size_t size : {1u, 4095u, 4096u, 4097u, 100'000u}) {
    const std::string text(size, 'x');
    EXPECT_EQ(EnginePair::Carry(text, pair.client, pair.server), text);
    EXPECT_EQ(EnginePair::Carry(text, pair.server, pair.client), text);
  }
}

TEST(FragmentTest, RecordThatIsLargerThanAgreedIsRefused) {
  EnginePair pair(test::NewServer(), ClientWithFragments(512));
  ASSERT_TRUE(pair.ShakeHands());
  if (pair.server.engine->version() == "TLSv1.3") GTEST_SKIP() << "not negotiated in TLS 1.3";
  const std::string header("\x17\x03\x03\x40\x00", 5);  // application data, 16 KiB
  pair.client.output.Append(AsBytes(header + std::string(0x4000, 'x')));
  EXPECT_EQ(EnginePair::Take(pair.client, pair.server), "(failed)");
}

TEST(FragmentTest, OtherLengthsAreRefusedInTheConfiguration) {
  for (const uint16_t bytes : {256, 4095, 8192}) {
    ClientConfig config = test::PkiClient("alpha");
    config.max_fragment_bytes = bytes;
    EXPECT_FALSE(Context::NewClient(config).ok()) << bytes;
  }
}

size_t HeapInUse() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// What a connection costs after its handshake; the engine of the other side is gone.
size_t HeapOfOneServerEngine(uint16_t fragment) {
  constexpr size_t kConnections = 20;
  const auto server = test::NewServer();
  const auto client = ClientWithFragments(fragment);
  EnginePair(server, client).ShakeHands();  // what is only allocated once
  const size_t before = HeapInUse();
  std::vector<std::unique_ptr<Engine>> engines;
  for (size_t i = 0; i < kConnections; ++i) {
    EnginePair pair(server, client);
    EXPECT_TRUE(pair.ShakeHands());
    if (pair.server.engine->version() == "TLSv1.3") return 0;
    engines.push_back(std::move(pair.server.engine));
  }
  return (HeapInUse() - before) / kConnections;
}

TEST(FragmentTest, HandshakeLeavesElevenKilobytesWithFragmentsOfFour) {
#if defined(__SANITIZE_ADDRESS__) || !defined(SLUICE_MBEDTLS_TUNED)
  GTEST_SKIP() << "for builds with the tuned mbedTLS, without AddressSanitizer";
#endif
  const size_t heap = HeapOfOneServerEngine(4096);
  if (heap == 0) GTEST_SKIP() << "not negotiated in TLS 1.3";
  RecordProperty("bytes", static_cast<int>(heap));
  EXPECT_LE(heap, 11'000u);
  EXPECT_LE(HeapOfOneServerEngine(512), 4'500u);
}

}  // namespace
}  // namespace sluice::tls
