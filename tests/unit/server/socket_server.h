#pragma once

#include <string>
#include <utility>

#include "server_fixture.h"
#include "transport/loop.h"

namespace sluice::server {

// The same server with its clients on loopback sockets, in real time but for the journal, all on
// this thread. For what only sockets have.
class SocketServerTest : public ServerTest {
 protected:
  ~SocketServerTest() override {
    clients_.clear();
    Stop();
  }

  Scheduler& scheduler() override { return loop_; }
  void Listen() override { ListenFor("tester", "test"); }
  // Another listener, whose clients are `identity`.
  void ListenFor(const std::string& identity, const std::string& metric_label) {
    ListenerSpec spec;
    spec.transport.bind = "127.0.0.1:0";
    spec.transport.metric_label = metric_label;
    spec.transport.limits = stream_limits_;
    spec.entry.anonymous = identity;
    const Status status = server_->Listen(loop_, std::move(spec));
    ASSERT_TRUE(status.ok()) << status.ToString();
  }
  void Arrive(TestClient& client) override { ArriveAt(*server_->listeners().front(), client); }
  void ArriveAt(const transport::Listener& listener, TestClient& client) {
    client.Connect(loop_, listener.address());
    Until([&] { return client.connected(); });
  }

  // A test that waits in vain is ended by ctest's limit.
  bool Step() override {
    loop_.RunOnce();
    return true;
  }
  // What one side writes is sent at the end of an iteration, read in the next, answered at its end
  // and read in the third; a paused connection that is read again takes one more.
  void Settle() override {
    for (int i = 0; i < 5; ++i) {
      bool ran = false;
      loop_.Post([&] { ran = true; });
      Until([&] { return ran; });
    }
  }

  transport::Loop loop_;
};

}  // namespace sluice::server
