#include "firmware_sim/tls_fragment.h"

#include <openssl/ssl.h>
#include <openssl/tls1.h>

namespace sluice::fleet {
namespace {

// The code of `bytes` in the extension; 0 when it has none.
uint8_t CodeOf(uint16_t bytes) {
  switch (bytes) {
    case 512:
      return TLSEXT_max_fragment_length_512;
    case 1024:
      return TLSEXT_max_fragment_length_1024;
    case 2048:
      return TLSEXT_max_fragment_length_2048;
    case 4096:
      return TLSEXT_max_fragment_length_4096;
    default:
      return 0;
  }
}

void OnNewContext(void* context, void*, CRYPTO_EX_DATA*, int, long code, void*) {
  SSL_CTX_set_tlsext_max_fragment_length(static_cast<SSL_CTX*>(context),
                                         static_cast<uint8_t>(code));
}

}  // namespace

bool AskForFragments(uint16_t bytes) {
  const uint8_t code = CodeOf(bytes);
  return code != 0 && SSL_CTX_get_ex_new_index(code, nullptr, OnNewContext, nullptr, nullptr) >= 0;
}

}  // namespace sluice::fleet
