#include <gtest/gtest.h>

#include "loopback.h"
#include "test_pki.h"

namespace sluice::transport {
namespace {

class StreamLimitsTest : public LoopbackTest, public testing::WithParamInterface<bool> {
 protected:
  void Open(const StreamLimits& limits) {
    ListenerOptions options{.limits = limits};
    if (GetParam()) options.tls = test::NewServer();
    Listen(options);
    ConnectPair(GetParam() ? test::NewClient() : nullptr);
  }
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

TEST_P(StreamLimitsTest, HandlerThatNeitherConsumesNorPausesIsClosed) {
  Open({.max_input_bytes = 1000});
  server().recorder.on_bytes = [](ByteSpan) -> size_t { return 0; };
  client().stream->Write(AsBytes(std::string(1000, 'x')));
  RunUntil([&] { return server().recorder.closed.has_value(); });
  EXPECT_EQ(server().recorder.closed->code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(counters().input_overflows.value(), 1u);
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
