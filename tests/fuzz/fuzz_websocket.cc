// Any bytes as what a listener for WebSockets receives: HTTP's request, then frames. Where the
// pieces end must change neither the answer nor the bytes that are handed out, nothing is handed
// out behind a fault, and there is never more of it than came.

#include <algorithm>
#include <string>

#include "base/status.h"
#include "http/request_head.h"
#include "transport/websocket_codec.h"
#include "transport/websocket_request.h"

namespace sluice::transport {
namespace {

constexpr size_t kMaxRequestBytes = 512;

struct Outcome {
  std::string answer;    // to the request
  std::string received;  // out of frames
  bool faulty = false;
};

// Takes frames until the first fault.
void ReceiveFrames(ByteSpan bytes, size_t piece, Outcome* outcome) {
  size_t sent = 0;
  WebSocketCodec codec(WebSocketCodec::Role::kServer, 0,
                       {.data =
                            [&](ByteSpan data) {
                              SLUICE_CHECK(!outcome->faulty);
                              outcome->received += AsText(data);
                            },
                        .frames = [&](ByteSpan frames) { sent += frames.size(); }});
  const size_t size = bytes.size();
  while (!bytes.empty() && !outcome->faulty) {
    const ByteSpan now = bytes.first(std::min(piece, bytes.size()));
    outcome->faulty = !codec.Receive(now);
    SLUICE_CHECK(outcome->faulty == !codec.fault().empty());
    bytes = bytes.subspan(now.size());
  }
  SLUICE_CHECK(outcome->received.size() <= size);
  SLUICE_CHECK(sent <= size + 8);  // an answer is no longer than its ping, a goodbye is short
  codec.Close();
}

Outcome Serve(ByteSpan bytes, size_t piece) {
  const WebSocketRules rules{.origins = {"https://a"}, .max_request_bytes = kMaxRequestBytes};
  Outcome outcome;
  http::RequestHeadParser parser(rules.max_request_bytes);
  auto state = http::RequestHeadParser::Outcome::kNeedMore;
  while (!bytes.empty() && state == http::RequestHeadParser::Outcome::kNeedMore) {
    size_t used = 0;
    state = parser.Execute(bytes.first(std::min(piece, bytes.size())), &used);
    bytes = bytes.subspan(used);
    if (state == http::RequestHeadParser::Outcome::kTooLong) {
      outcome.answer = RefuseWebSocket(WebSocketRefusal::kTooLong).text;
    }
    if (state == http::RequestHeadParser::Outcome::kError) {
      outcome.answer = RefuseWebSocket(WebSocketRefusal::kNotHttp).text;
    }
  }
  if (state != http::RequestHeadParser::Outcome::kHead) return outcome;
  const WebSocketAnswer answer = AnswerWebSocketRequest(parser.head(), rules);
  SLUICE_CHECK(answer.text.starts_with("HTTP/1.1 "));
  SLUICE_CHECK(answer.text.find("\r\n\r\n") != std::string::npos);
  SLUICE_CHECK(answer.accepted == answer.text.starts_with("HTTP/1.1 101 "));
  SLUICE_CHECK(answer.accepted == answer.why.empty() && answer.why.size() < 1024);
  outcome.answer = answer.text;
  if (answer.accepted) ReceiveFrames(bytes, piece, &outcome);
  return outcome;
}

}  // namespace
}  // namespace sluice::transport

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice;
  using transport::Outcome;
  const Outcome whole = transport::Serve({data, size}, SIZE_MAX);
  for (const size_t piece : {size_t{1}, size_t{7}}) {
    const Outcome outcome = transport::Serve({data, size}, piece);
    SLUICE_CHECK(outcome.answer == whole.answer);
    // Pings are counted by what comes at once, so that pieces may get further.
    SLUICE_CHECK(outcome.received.starts_with(whole.received));
    SLUICE_CHECK(whole.faulty || (!outcome.faulty && outcome.received == whole.received));
  }
  // Frames without a request, so that a fuzzer gets there at once.
  Outcome frames;
  transport::ReceiveFrames({data, size}, SIZE_MAX, &frames);
  return 0;
}
