#include "tls/digest.h"

#include <gtest/gtest.h>

#include <iomanip>
#include <sstream>
#include <string>

namespace sluice::tls {
namespace {

std::string Hex(ByteSpan bytes) {
  std::ostringstream hex;
  for (const uint8_t byte : bytes) hex << std::hex << std::setw(2) << std::setfill('0') << +byte;
  return hex.str();
}

std::string Derive(Pbkdf2Hash hash, std::string_view password, std::string_view salt,
                   uint32_t iterations, size_t bytes) {
  std::string key(bytes, '\0');
  Pbkdf2(hash, AsBytes(password), AsBytes(salt), iterations,
         {reinterpret_cast<uint8_t*>(key.data()), key.size()});
  return Hex(AsBytes(key));
}

// FIPS 180, examples.
TEST(DigestTest, Sha512OfTheStandardsExample) {
  EXPECT_EQ(Hex(Sha512(AsBytes("abc"))),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

// RFC 7914, section 11.
TEST(DigestTest, Pbkdf2WithSha256OfTheRfcsExample) {
  EXPECT_EQ(Derive(Pbkdf2Hash::kSha256, "passwd", "salt", 1, 64),
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
            "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
}

// What Python's hashlib.pbkdf2_hmac says.
TEST(DigestTest, Pbkdf2WithSha512) {
  EXPECT_EQ(Derive(Pbkdf2Hash::kSha512, "password", "salt", 2, 64),
            "e1d9c16aa681708a45f5c7c4e215ceb66e011a2e9f0040713f18aefdb866d53c"
            "f76cab2868a39b9f7840edce4fef5a82be67335c77a6068e04112754f27ccf4e");
}

}  // namespace
}  // namespace sluice::tls
