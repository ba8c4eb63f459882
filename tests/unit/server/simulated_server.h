#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include "server_fixture.h"
#include "support/memory_stream.h"
#include "support/simulated_scheduler.h"

namespace sluice::server {

// The server without a network and without waiting: its clients are at the other end of streams in
// memory, and its time is the scheduler's.
class SimulatedServerTest : public ServerTest {
 protected:
  SimulatedServerTest() {
    Start();
    Begin();
  }
  ~SimulatedServerTest() override {
    clients_.clear();
    Stop();
  }

  // Begins anew with the options of now.
  void Begin() {
    clients_.clear();
    server_.reset();
    server_ = std::make_unique<Server>(options_, ServerParts(scheduler_));
  }
  // A connection on which nothing has been said.
  TestClient& Arrive(Version version = Version::kV5) {
    auto pair =
        test::MemoryStream::Connect(&scheduler_, {}, {.address = "device"}, {.address = "gateway"});
    TestClient& client = clients_.emplace_back(version);
    client.Attach(std::move(pair.first));
    server_->Accept("tester", std::move(pair.second));
    return client;
  }
  TestClient& Join(const codec::Connect& connect) {
    TestClient& client = Arrive(connect.version);
    client.Send(connect);
    scheduler_.RunReady();
    EXPECT_EQ(client.Take().substr(0, 7), "CONNACK");
    return client;
  }
  TestClient& Join(std::string_view client_id) {
    codec::Connect connect;
    connect.version = Version::kV5;
    connect.client_id = client_id;
    return Join(connect);
  }

  test::SimulatedScheduler scheduler_{&clock_};
};

}  // namespace sluice::server
