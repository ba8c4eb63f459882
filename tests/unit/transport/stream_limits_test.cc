#include <gtest/gtest.h>

#include "loopback.h"
#include "test_pki.h"

namespace sluice::transport {
namespace {

class StreamLimitsTest : public LoopbackTest, public testing::WithParamInterface<bool> {
 protected:
  void Open(const StreamLimits& limits, size_t input_budget = 16 << 20) {
    budget_ = std::make_shared<ByteBudget>(input_budget);
    output_budget_ = std::make_shared<ByteBudget>(1 << 20);
    ListenerOptions options{
        .limits = limits, .input_budget = budget_, .output_budget = output_budget_};
    if (GetParam()) options.tls = test::NewServer();
    Listen(options);
    ConnectPair(GetParam() ? test::NewClient() : nullptr);
  }
  std::shared_ptr<ByteBudget> budget_, output_budget_;
};

INSTANTIATE_TEST_SUITE_P(, StreamLimitsTest, testing::Bool(), TcpOrTls);

TEST_P(StreamLimitsTest, PeerThatReadsNothingIsClosedAtTheBound) {
  Open({.max_output_bytes = 1 << 20});
  client().stream->PauseReading();
  const std::string piece(64 * 1024, 'p');
  while (!server().recorder.closed) {
    server().stream->Write(AsBytes(piece));
    EXPECT_LE(server().stream->output_bytes(), 1u << 20);
    RunTwice();
  }
  EXPECT_EQ(server().recorder.closed->code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(counters().output_overflows.value(), 1u);
}

TEST_P(StreamLimitsTest, WhatIsWrittenInPlaceHasTheSameBound) {
  Open({.max_output_bytes = 1000});
  server().stream->BeginWrite()->Append(std::string(900, 'p'));
  server().stream->EndWrite();
  RunTwice();
  EXPECT_FALSE(server().recorder.closed);
  server().stream->BeginWrite()->Append(std::string(1001, 'p'));
  server().stream->EndWrite();
  RunUntil([&] { return server().recorder.closed.has_value(); });
  EXPECT_EQ(server().recorder.closed->code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(counters().output_overflows.value(), 1u);
}

TEST_P(StreamLimitsTest, HandlerThatNeitherConsumesNorPausesIsClosed) {
  Open({.max_input_bytes = 1000});
  server().recorder.on_bytes = [](ByteSpan) -> size_t { return 0; };
  client().stream->Write(AsBytes(std::string(1000, 'x')));
  RunUntil([&] { return server().recorder.closed.has_value(); });
  EXPECT_EQ(server().recorder.closed->code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(counters().input_overflows.value(), 1u);
}

TEST_P(StreamLimitsTest, RestOfALargePacketIsNotWaitedForWhenAllInputIsUsedUp) {
  Open({}, 32 * 1024);
  server().recorder.on_bytes = [](ByteSpan) -> size_t { return 0; };
  while (!server().recorder.closed) {
    client().stream->Write(AsBytes(std::string(1000, 'x')));
    EXPECT_LT(budget_->used(), 128u * 1024);
    RunTwice();
  }
  EXPECT_EQ(server().recorder.closed->code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(counters().input_shortages.value(), 1u);
  EXPECT_EQ(budget_->used(), 0u);
}

TEST_P(StreamLimitsTest, SmallPacketsComeThroughWhenAllInputIsUsedUp) {
  Open({}, 32 * 1024);
  ByteBudget::Charge others(budget_.get());
  others.Set(32 * 1024);
  server().recorder.on_bytes = [](ByteSpan bytes) {
    return bytes.size() < 1500 ? 0 : bytes.size();
  };
  client().stream->Write(AsBytes(std::string(700, 'x')));
  RunTwice();
  client().stream->Write(AsBytes(std::string(800, 'x')));
  RunTwice();
  EXPECT_GE(server().recorder.calls, 2);
  EXPECT_FALSE(server().recorder.closed);
}

// A paused connection is never closed for it; it only reads little at a time.
TEST_P(StreamLimitsTest, PausedConnectionsHoldLittleWhenInputIsShort) {
  Open({}, 32 * 1024);
  ByteBudget::Charge others(budget_.get());
  others.Set(32 * 1024);
  server().recorder.on_bytes = [&](ByteSpan) -> size_t {
    server().stream->PauseReading();
    return 0;
  };
  for (int i = 0; i < 64; ++i) client().stream->Write(AsBytes(std::string(1000, 'x')));
  RunTwice();
  RunTwice();
  EXPECT_EQ(server().recorder.calls, 1);
  EXPECT_FALSE(server().recorder.closed);
  EXPECT_LE(budget_->used(), (32u + 32u) * 1024);  // TLS opens whole records, of up to 16 KiB.
}

// A burst within one iteration, which the peer takes all the same.
TEST_P(StreamLimitsTest, OutputIsHighAtOnceAndTheHandlerIsToldWhenItIsLow) {
  Open({.output_high_bytes = 20'000, .output_low_bytes = 5'000});
  EXPECT_FALSE(server().stream->output_high());
  server().stream->Write(AsBytes(std::string(19'000, 'x')));
  EXPECT_FALSE(server().stream->output_high());
  server().stream->Write(AsBytes(std::string(1'000, 'x')));
  EXPECT_TRUE(server().stream->output_high());
  EXPECT_EQ(server().recorder.lows, 0);
  RunUntil([&] { return server().recorder.lows == 1; });
  EXPECT_FALSE(server().stream->output_high());
}

TEST_P(StreamLimitsTest, LowMarkIsTheHighOneWhenAllOutputIsUsedUp) {
  Open({.output_high_bytes = 200'000, .output_low_bytes = 5'000});
  ByteBudget::Charge others(output_budget_.get());
  others.Set(1 << 20);
  client().stream->PauseReading();
  while (!server().stream->output_high()) {
    ASSERT_LT(server().stream->output_bytes(), 20'000u);
    server().stream->Write(AsBytes(std::string(4'000, 'x')));
    RunTwice();
  }
  others.Set(0);
  client().stream->ResumeReading();
  RunUntil([&] { return server().recorder.lows == 1; });
  RunTwice();
  EXPECT_EQ(output_budget_->used(), 0u);
}

TEST_P(StreamLimitsTest, PeerThatHasLeftIsNoticedWithoutReading) {
  Open({});
  server().stream->PauseReading();
  RunTwice();
  EXPECT_FALSE(server().stream->peer_has_left());
  client().stream->Close();
  RunTwice();
  EXPECT_TRUE(server().stream->peer_has_left());
  EXPECT_FALSE(server().recorder.closed);
}

TEST_P(StreamLimitsTest, PeerThatDoesNotCloseIsClosed) {
  Open({.close_linger = std::chrono::milliseconds(1)});
  client().stream->PauseReading();  // so it never sees our FIN
  server().stream->CloseAfterFlush();
  RunUntil([&] { return server().recorder.closed.has_value(); });
  EXPECT_TRUE(server().recorder.closed->ok());
  EXPECT_FALSE(client().recorder.closed);
}

TEST_P(StreamLimitsTest, ConnectionsOverTheBoundAreRefused) {
  Open({.max_connections = 1});
  server().stream->SetStanding(Standing::kAdmitted);
  Connect(GetParam() ? test::NewClient() : nullptr);
  RunUntil([&] { return counters().refused.value() == 1; });
  EXPECT_EQ(counters().accepted.value(), 1u);
  EXPECT_EQ(listener_->connections(), 1u);
  server().stream.reset();
  Connect(GetParam() ? test::NewClient() : nullptr);
  RunUntil([&] { return accepted_.size() == 2; });
}

}  // namespace
}  // namespace sluice::transport
