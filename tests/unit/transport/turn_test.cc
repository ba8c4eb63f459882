#include <gtest/gtest.h>

#include "loopback.h"
#include "test_pki.h"

namespace sluice::transport {
namespace {

// Connections that have sent much before anybody reads it.
class TurnTest : public LoopbackTest, public testing::WithParamInterface<bool> {
 protected:
  static constexpr size_t kMuch = 1 << 20;
  // One read of the system's, and what a TLS record that began in the one before it adds.
  static constexpr size_t kTurnBytes = 64 * 1024 + 16 * 1024;

  void ConnectFull() {
    const size_t i = connected_.size();
    ConnectPair(GetParam() ? test::NewClient() : nullptr);
    server(i).stream->PauseReading();
    client(i).stream->Write(AsBytes(std::string(kMuch, 'x')));
    server(i).recorder.on_bytes = [this, i](ByteSpan bytes) { return OnBytes(i, bytes); };
  }
  size_t OnBytes(size_t i, ByteSpan bytes) {
    in_a_row_ = i == last_ ? in_a_row_ + bytes.size() : bytes.size();
    last_ = i;
    received_[i] += bytes.size();
    const bool other_is_through = received_[1 - i] == kMuch;
    if (!other_is_through) most_in_a_row_ = std::max(most_in_a_row_, in_a_row_);
    return bytes.size();
  }

  size_t received_[2] = {0, 0};
  size_t last_ = 2, in_a_row_ = 0, most_in_a_row_ = 0;
};

INSTANTIATE_TEST_SUITE_P(, TurnTest, testing::Bool(), TcpOrTls);

TEST_P(TurnTest, ConnectionsWithMuchToReadTakeTurns) {
  Listen({.tls = GetParam() ? test::NewServer() : nullptr});
  for (int i = 0; i < 2; ++i) ConnectFull();
  // The sockets are full: nothing more can be sent.
  for (int i = 0; i < 8; ++i) RunTwice();
  for (int i = 0; i < 2; ++i) server(i).stream->ResumeReading();
  RunUntil([&] { return received_[0] == kMuch && received_[1] == kMuch; });
  EXPECT_GT(most_in_a_row_, 0u);
  EXPECT_LE(most_in_a_row_, 2 * kTurnBytes);
}

}  // namespace
}  // namespace sluice::transport
