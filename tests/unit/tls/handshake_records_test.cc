#include "tls/handshake_records.h"

#include <gtest/gtest.h>

#include <string>

#include "engine_pair.h"

namespace sluice::tls {
namespace {

std::string Record(char type, const std::string& payload) {
  return std::string{type, 3, 3, static_cast<char>(payload.size() >> 8),
                     static_cast<char>(payload.size())} +
         payload;
}
std::string Message(size_t size, char type = 11) {
  return std::string{type, 0, static_cast<char>(size >> 8), static_cast<char>(size)} +
         std::string(size, 'm');
}
std::string Joined(std::initializer_list<std::string> records) {
  HandshakeJoiner joiner;
  for (const std::string& record : records) joiner.Take(AsBytes(record));
  return std::string(AsText(joiner.joined().view()));
}

TEST(HandshakeJoiner, WholeMessagesPassAsTheyAre) {
  const std::string one = Record(22, Message(10)), two = Record(22, Message(3) + Message(0));
  EXPECT_EQ(Joined({one, two}), one + two);
}

TEST(HandshakeJoiner, PiecesBecomeOneRecord) {
  const std::string message = Message(40);
  for (size_t cut = 1; cut < message.size(); ++cut) {
    EXPECT_EQ(Joined({Record(22, message.substr(0, cut)), Record(22, message.substr(cut))}),
              Record(22, message))
        << cut;
  }
}

TEST(HandshakeJoiner, WhatIsWholeNeedNotWaitForTheRest) {
  const std::string first = Message(5), second = Message(20);
  EXPECT_EQ(Joined({Record(22, first + second.substr(0, 7))}), Record(22, first));
  EXPECT_EQ(Joined({Record(22, first + second.substr(0, 7)), Record(22, second.substr(7) + first)}),
            Record(22, first) + Record(22, second + first));
}

TEST(HandshakeJoiner, BehindTheFirstEncryptedRecordNothingIsJoined) {
  const std::string change = Record(20, "\x01"), finished = Record(22, "\xff\xff\xff\xff");
  EXPECT_EQ(Joined({change, finished}), change + finished);
}

TEST(HandshakeJoiner, WhatIsNoHandshakeIsPassedOnForMbedTlsToRefuse) {
  const std::string part = Record(22, Message(40).substr(0, 9)), alert = Record(21, "\x02\x28");
  EXPECT_EQ(Joined({part, alert}), part + alert);
  EXPECT_EQ(Joined({"GET / HTTP/1.1"}), "GET / HTTP/1.1");
}

TEST(HandshakeJoiner, MessageWithoutEndIsNotGathered) {
  HandshakeJoiner joiner;
  const std::string piece = Record(22, std::string{11, 0, 127, 0} + std::string(8000, 'm'));
  size_t taken = 0;
  while (joiner.joined().empty() && taken < 10) {
    joiner.Take(AsBytes(piece));
    ++taken;
  }
  EXPECT_LE(taken * 8004, HandshakeJoiner::kMaxMessageBytes + 8004);
}

TEST(AppendInPieces, OnlyTheHandshakesRecordsAreCut) {
  ByteBuffer out;
  EXPECT_TRUE(AppendInPieces(AsBytes(Record(22, "abcde") + Record(21, "\x02\x28")), 2, &out));
  EXPECT_EQ(AsText(out.view()),
            Record(22, "ab") + Record(22, "cd") + Record(22, "e") + Record(21, "\x02\x28"));
  out.Clear();
  const std::string encrypted = Record(20, "\x01") + Record(22, "sealed");
  EXPECT_FALSE(AppendInPieces(AsBytes(encrypted), 2, &out));
  EXPECT_EQ(AsText(out.view()), encrypted);
}

// A server's view of a client that cuts every message of its handshake.
bool ShakeHandsInPieces(EnginePair& pair, size_t piece) {
  bool is_plain = true;
  for (int turn = 0; turn < 20; ++turn) {
    EnginePair::Step(pair.server, pair.client);
    if (is_plain && !pair.client.output.empty()) {
      ByteBuffer cut;
      is_plain = AppendInPieces(pair.client.output.view(), piece, &cut);
      std::swap(pair.client.output, cut);
    }
    EnginePair::Step(pair.client, pair.server);
  }
  return pair.server.result == EnginePair::Handshake::kDone &&
         pair.client.result == EnginePair::Handshake::kDone;
}

TEST(HandshakeInPieces, IsTaken) {
  for (const size_t piece : {1, 5, 16, 100, 512}) {
    EnginePair pair;
    ASSERT_TRUE(ShakeHandsInPieces(pair, piece))
        << piece << ": " << pair.server.engine->FailureText();
    EXPECT_EQ(pair.server.engine->peer()->name, "alpha");
    EXPECT_EQ(EnginePair::Carry("hello", pair.client, pair.server), "hello");
    EXPECT_EQ(EnginePair::Carry("hello", pair.server, pair.client), "hello");
  }
}

TEST(HandshakeInPieces, ComesByteByByte) {
  EnginePair pair;
  for (int turn = 0; turn < 20 && pair.server.result == EnginePair::Handshake::kNeedMore; ++turn) {
    EnginePair::Step(pair.server, pair.client);
    ByteBuffer kept, all;
    std::swap(all, pair.client.output);
    for (const uint8_t byte : all.view()) {
      if (pair.server.result != EnginePair::Handshake::kNeedMore) break;
      kept.AppendU8(byte);
      ByteSpan rest = kept.view();
      pair.server.result = pair.server.engine->Handshake(&rest, &pair.server.output);
      kept.Consume(kept.size() - rest.size());
    }
    EXPECT_TRUE(kept.empty());
  }
  EXPECT_EQ(pair.server.result, EnginePair::Handshake::kDone);
}

TEST(HandshakeInPieces, NeitherSideSendsLargerOnesThanAgreed) {
  for (const uint16_t most : {512, 1024, 2048, 4096}) {
    ClientConfig config = test::PkiClient("alpha");
    config.max_fragment_bytes = most;
    EnginePair pair(test::NewServer(), test::NewClient(config));
    size_t largest = 0;
    for (int turn = 0; turn < 20; ++turn) {
      for (EnginePair::End* end : {&pair.server, &pair.client}) {
        for (ByteSpan rest = end->output.view(); !rest.empty();) {
          const size_t size = RecordBytes(rest);
          ASSERT_GT(size, 0u);
          if (rest[0] == 22 && !IsClientHello(rest)) largest = std::max(largest, size - 5);
          rest = rest.subspan(size);
        }
        EnginePair::Step(*end, end == &pair.server ? pair.client : pair.server);
      }
    }
    EXPECT_EQ(pair.server.result, EnginePair::Handshake::kDone)
        << pair.server.engine->FailureText();
    if (pair.server.engine->version() == "TLSv1.3") GTEST_SKIP() << "not negotiated in TLS 1.3";
    EXPECT_LE(largest, most);
    EXPECT_GT(largest, 100u);
  }
}

}  // namespace
}  // namespace sluice::tls
