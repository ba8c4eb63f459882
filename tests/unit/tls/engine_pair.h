#pragma once

#include <array>
#include <string>
#include <string_view>

#include "test_pki.h"
#include "tls/engine.h"

namespace sluice::tls {

// A server and a client that talk through two buffers.
class EnginePair {
 public:
  using Handshake = Engine::HandshakeResult;

  struct End {
    std::unique_ptr<Engine> engine;
    ByteBuffer output;
    Handshake result = Handshake::kNeedMore;
  };

  explicit EnginePair(const std::shared_ptr<Context>& server_context = test::NewServer(),
                      const std::shared_ptr<Context>& client_context = test::NewClient(),
                      const ResumptionTicket* resume = nullptr) {
    server.engine = server_context->NewEngine();
    client.engine = client_context->NewEngine(resume);
  }

  // Lets `to` take what `from` has sent; what it leaves stays.
  static void Step(End& from, End& to) {
    if (to.result != Handshake::kNeedMore) return;
    ByteSpan rest = from.output.view();
    to.result = to.engine->Handshake(&rest, &to.output);
    from.output.Consume(from.output.size() - rest.size());
  }

  // Until nobody has anything to say; true when both are done.
  bool ShakeHands() {
    for (int turn = 0; turn < 20; ++turn) {
      Step(server, client);
      Step(client, server);
    }
    return server.result == Handshake::kDone && client.result == Handshake::kDone;
  }

  // Sends `text` and returns what came out at the other side.
  static std::string Carry(std::string_view text, End& from, End& to) {
    if (!from.engine->Encrypt(AsBytes(text), &from.output)) return "(encryption failed)";
    return Take(from, to);
  }

  static std::string Take(End& from, End& to) {
    std::string received;
    std::array<uint8_t, 1000> piece;
    ByteSpan rest = from.output.view();
    for (auto result = Engine::DecryptResult::kFull; result == Engine::DecryptResult::kFull;) {
      size_t produced = 0;
      result = to.engine->Decrypt(&rest, piece, &produced, &to.output);
      received += AsText({piece.data(), produced});
      if (result == Engine::DecryptResult::kEndOfData) received += "(end)";
      if (result == Engine::DecryptResult::kFailed) received += "(failed)";
    }
    from.output.Consume(from.output.size() - rest.size());
    return received;
  }

  // Whether `end` learns that `by` has refused it. In TLS 1.3 a client is done before it is judged,
  // and learns the verdict from the first record it reads; and there mbedTLS sends alerts under
  // keys that the other side does not use any more, or not yet, which reads as a broken record.
  static bool IsRefused(End& end, End& by) {
    if (end.result == Handshake::kDone) Take(by, end);
    const bool is_tls13 = end.engine->version() == "TLSv1.3";
    return end.engine->failure() == Failure::kPeerAlert ||
           (is_tls13 && end.engine->failure() == Failure::kProtocol);
  }

  End server, client;
};

inline Failure ServerVerdict(const std::string& device) {
  EnginePair pair(test::NewServer(), test::NewClient(test::PkiClient(device)));
  pair.ShakeHands();
  return pair.server.engine->failure();
}

}  // namespace sluice::tls
