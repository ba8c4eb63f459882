#include "firmware_sim/tls_fragment.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::fleet {
namespace {

// The first thing that a client made now would say.
std::string ClientHello() {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
  BIO* output = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), output);
  SSL_connect(ssl.get());
  std::array<char, 4096> bytes;
  const int size = BIO_read(output, bytes.data(), bytes.size());
  return {bytes.data(), static_cast<size_t>(std::max(size, 0))};
}

TEST(TlsFragmentTest, LengthsThatTlsDoesNotKnowAreRefused) {
  for (const uint16_t bytes : {0, 256, 1000, 8192}) EXPECT_FALSE(AskForFragments(bytes)) << bytes;
}

// One test, because the wish is the process's and cannot be taken back.
TEST(TlsFragmentTest, ConnectionsAskForWhatTheProcessWants) {
  // Extension 1, one byte long, the code of 1,024 bytes.
  constexpr std::string_view kExtension("\0\1\0\1\2", 5);
  EXPECT_EQ(ClientHello().find(kExtension), std::string::npos);
  ASSERT_TRUE(AskForFragments(1024));
  EXPECT_NE(ClientHello().find(kExtension), std::string::npos);
}

}  // namespace
}  // namespace sluice::fleet
