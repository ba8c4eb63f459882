#include "tls/handshake_step.h"

namespace sluice::tls {

void HandshakeStep::Run() {
  ByteSpan rest = input.view();
  result = engine->Handshake(&rest, &output);
  input.Consume(input.size() - rest.size());
}

}  // namespace sluice::tls
