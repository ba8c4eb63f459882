#include <gtest/gtest.h>

#include "loopback.h"
#include "support/allocations.h"
#include "test_pki.h"

namespace sluice::transport {
namespace {

// Ping-pong between both ends of a connection in one process: every allocation of either is
// counted.
class HotPathTest : public LoopbackTest, public testing::WithParamInterface<bool> {
 protected:
  void Open() {
    ListenerOptions options;
    if (GetParam()) options.tls = test::NewServer();
    Listen(options);
    ConnectPair(GetParam() ? test::NewClient() : nullptr);
    server().recorder.on_bytes = [this](ByteSpan bytes) {
      server().stream->Write(bytes);
      return bytes.size();
    };
    client().recorder.on_bytes = [this](ByteSpan bytes) {
      ++rounds_;
      client().stream->Write(bytes);
      return bytes.size();
    };
    client().stream->Write(AsBytes(std::string(200, 'r')));
  }
  void Rounds(int count) {
    const int goal = rounds_ + count;
    RunUntil([&] { return rounds_ >= goal; });
  }
  int rounds_ = 0;
};

INSTANTIATE_TEST_SUITE_P(, HotPathTest, testing::Bool(), TcpOrTls);

TEST_P(HotPathTest, ReadHandleWriteFlushAllocatesNothing) {
  Open();
  Rounds(10);
  const test::AllocationCounter allocations;
  Rounds(200);
  EXPECT_EQ(allocations.count(), 0u);
}

}  // namespace
}  // namespace sluice::transport
