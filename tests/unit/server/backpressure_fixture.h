#pragma once

#include <string>
#include <vector>

#include "server_fixture.h"

namespace sluice::server {

// A stream is small and quickly full.
inline void MakeSmall(journal::StreamOptions* stream) {
  stream->max_bytes = 64 << 10;
  stream->compress = false;
  stream->segment_bytes = 8 << 10;
}

inline void PublishOne(TestClient& client, uint16_t packet_id, Qos qos = Qos::kAtLeastOnce) {
  client.Publish("devices/d1/climate", kReading, qos, packet_id);
}

// A server whose stream is small.
class BackpressureTest : public ServerTest {
 protected:
  BackpressureTest() { MakeSmall(&telemetry_); }
  // Each of so many clients, one after the other, publishes what finds no room.
  void FillDirtyBufferOf(int clients) {
    std::vector<TestClient*> publishers;
    publishers.reserve(static_cast<size_t>(clients));
    for (int i = 0; i < clients; ++i) publishers.push_back(&Connect("d" + std::to_string(i)));
    FillDirtyBuffer();
    for (int i = 0; i < clients; ++i) {
      const std::string n = std::to_string(i);
      publishers[static_cast<size_t>(i)]->Publish("devices/d" + n + "/climate", "{\"t\":" + n + "}",
                                                  Qos::kAtLeastOnce, 1);
      Settle();
    }
  }
  uint64_t paused() { return Count("sluice_connections_paused_total"); }
};

}  // namespace sluice::server
