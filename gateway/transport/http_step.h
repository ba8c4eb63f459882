#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "http/response_head.h"
#include "transport/byte_stream.h"
#include "transport/loop.h"

namespace sluice::transport {

// A client's step on the way out: sends a request, reads the head of the answer, and hands the
// stream on, with all that came behind the head. How a proxy is asked for a tunnel and a server for
// a WebSocket. The answer is bounded in bytes, its time is the owner's matter. Loop thread only.
// Internal to transport.
class HttpStep final : private StreamHandler {
 public:
  // What stands before the body, and a proxy's page about why not is not read. Stops a peer from
  // feeding us memory before it has said yes.
  static constexpr size_t kMaxHeadBytes = 8 * 1024;

  struct Outcome {
    std::unique_ptr<ByteStream> stream;  // null: `reason`
    int status = 0;                      // of the answer; 0: there was none that is HTTP
    bool spoke = false;                  // the peer said something
    Status reason = {};
  };
  // Whether the answer is a yes; kUnavailable says why not.
  using Judge = std::function<Status(const http::ResponseHead& head)>;
  // Called once, from the loop; may destroy the step. The stream must be started or destroyed
  // before it returns.
  using Callback = std::function<void(Outcome)>;

  HttpStep(Loop& loop, std::unique_ptr<ByteStream> stream, std::string_view request, Judge judge,
           Callback on_end);
  // Gives up silently.
  ~HttpStep() override;

 private:
  size_t OnBytes(ByteSpan bytes) override;
  void OnClosed(const Status& reason) override;
  void Fail(std::string why);

  const Judge judge_;
  const Callback on_end_;
  std::unique_ptr<ByteStream> stream_;
  http::ResponseHeadParser parser_{kMaxHeadBytes};
  Outcome outcome_;
  Timer through_;
  bool done_ = false;
};

}  // namespace sluice::transport
