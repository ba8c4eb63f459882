#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "transport/connector.h"
#include "transport/listener.h"
#include "transport/loop.h"

namespace sluice::transport {

// Names the cases of a suite that runs over both kinds of stream; the parameter says whether it is
// TLS.
inline std::string TcpOrTls(const testing::TestParamInfo<bool>& suite) {
  return suite.param ? "Tls" : "Tcp";
}

// A handler that remembers. Consumes everything unless `consume` says otherwise.
class Recorder : public StreamHandler {
 public:
  size_t OnBytes(ByteSpan bytes) override {
    ++calls;
    if (on_bytes) return on_bytes(bytes);
    received += AsText(bytes);
    return bytes.size();
  }
  void OnOutputHigh() override { ++highs; }
  void OnOutputLow() override { ++lows; }
  void OnClosed(const Status& reason) override { closed = reason; }

  std::function<size_t(ByteSpan)> on_bytes;
  std::string received;
  std::optional<Status> closed;
  int calls = 0, highs = 0, lows = 0;
};

struct End {
  Recorder recorder;
  std::unique_ptr<ByteStream> stream;
};

// A loop with a listener on a free port and as many clients as a test wants. Accepted streams and
// connected ones are kept in order of their arrival; `echo` makes the accepted ones answer with
// what they receive.
class LoopbackTest : public testing::Test {
 protected:
  void Listen(ListenerOptions options = {}) {
    if (options.bind.empty()) options.bind = "127.0.0.1:0";
    auto opened = Listener::Open(loop_, std::move(options), metrics_, [this](auto stream) {
      Keep(&accepted_, std::move(stream));
      if (echo_) Echo(*accepted_.back());
    });
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    listener_ = std::move(opened).value();
  }

  // Begins to connect; the outcome lands in connected_ or in refused_.
  void Connect(std::shared_ptr<tls::Context> tls = nullptr,
               const tls::ResumptionTicket* resume = nullptr) {
    connectors_.push_back(Connector::Connect(
        loop_,
        // Patient: a storm of handshakes takes its time on an emulated processor.
        {.address = listener_->address(),
         .tls = std::move(tls),
         .resume = resume,
         .limits = {.handshake_timeout = std::chrono::minutes(5)}},
        [this](Result<std::unique_ptr<ByteStream>> result) {
          if (result.ok()) {
            Keep(&connected_, std::move(result).value());
          } else {
            refused_.push_back(result.status());
          }
        }));
  }

  // One connected pair, plain or TLS as the listener is.
  void ConnectPair(std::shared_ptr<tls::Context> tls = nullptr,
                   const tls::ResumptionTicket* resume = nullptr) {
    const size_t before = connected_.size();
    Connect(std::move(tls), resume);
    RunUntil([&] { return connected_.size() > before && accepted_.size() > before; });
  }

  // A test that waits in vain is ended by ctest's limit.
  template <typename Predicate>
  void RunUntil(Predicate done) {
    while (!done()) loop_.RunOnce();
  }
  // Until everything sent so far has gone through the kernel: two posts are two whole iterations.
  void RunTwice() {
    for (int i = 0; i < 2; ++i) {
      bool ran = false;
      loop_.Post([&] { ran = true; });
      RunUntil([&] { return ran; });
    }
  }

  void Keep(std::vector<std::unique_ptr<End>>* ends, std::unique_ptr<ByteStream> stream) {
    ends->push_back(std::make_unique<End>());
    ends->back()->stream = std::move(stream);
    ends->back()->stream->Start(&ends->back()->recorder);
  }

  static void Echo(End& end) {
    end.recorder.on_bytes = [&end](ByteSpan bytes) {
      end.recorder.received += AsText(bytes);
      end.stream->Write(bytes);
      return bytes.size();
    };
  }

  End& server(size_t i = 0) { return *accepted_.at(i); }
  End& client(size_t i = 0) { return *connected_.at(i); }
  const ListenerMetrics& counters() { return listener_->metrics(); }

  Metrics metrics_;
  Loop loop_;
  bool echo_ = false;
  std::unique_ptr<Listener> listener_;
  std::vector<std::unique_ptr<Connector>> connectors_;
  std::vector<std::unique_ptr<End>> accepted_, connected_;
  std::vector<Status> refused_;
};

}  // namespace sluice::transport
