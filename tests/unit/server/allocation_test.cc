// A program of its own, because it replaces operator new.

#include "support/allocations.h"

#include "socket_server.h"

namespace sluice::server {
namespace {

// From the socket to the journal and back. Every allocation is counted, also the test client's, but
// for those of the journal thread's work, which the test does in between.
class AllocationTest : public SocketServerTest {
 protected:
  AllocationTest() {
    telemetry_.max_bytes = 64 << 20;  // Nothing here begins a new segment.
    telemetry_.segment_bytes = 16 << 20;
    telemetry_.max_dirty_bytes = 1 << 20;
  }

  // Publishes so many messages at QoS 1 and waits for their acknowledgements.
  void Publish(TestClient& client, uint16_t messages) {
    const size_t goal = client.packet_count() + messages;
    client.SendBytes(ByteSpan(burst_.data(), burst_.size()));
    Until([&] { return stream().next_offset() % messages == 0 && stream().next_offset() > done_; });
    done_ = stream().next_offset();
    clock_.Advance(std::chrono::milliseconds(10));
    const test::AllocationCounter journal_thread;
    journal_->RunOnce();
    not_counted_ += journal_thread.count();
    journal_->Poll();
    Until([&] { return client.packet_count() >= goal; });
  }
  void MakeBurst(Version version, uint16_t messages) {
    burst_.Clear();
    for (uint16_t id = 1; id <= messages; ++id) {
      codec::Publish publish;
      publish.qos = Qos::kAtLeastOnce;
      publish.packet_id = id;
      publish.topic = "devices/d1/climate";
      publish.payload = AsBytes(std::string_view(kReading));
      codec::Encode(publish, version, &burst_);
    }
  }

  ByteBuffer burst_;
  uint64_t done_ = 0;
  uint64_t not_counted_ = 0;
};

TEST_F(AllocationTest, PublishToPubackAllocatesNothingPerMessage) {
  constexpr uint16_t kMessages = 100;
  for (const Version version : {Version::kV311, Version::kV5}) {
    TestClient& client = Connect("d1", {.version = version});
    client.describe = false;
    MakeBurst(version, kMessages);
    for (int i = 0; i < 10; ++i) Publish(client, kMessages);
    not_counted_ = 0;
    const test::AllocationCounter allocations;
    for (int i = 0; i < 10; ++i) Publish(client, kMessages);
    EXPECT_EQ(allocations.count() - not_counted_, 0U) << "in 10 bursts of " << kMessages;
  }
}

}  // namespace
}  // namespace sluice::server
