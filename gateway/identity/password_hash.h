#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"

namespace sluice::identity {

// Longer ones are wrong without being looked at. Stops a CONNECT from making us hash 64 KiB, and
// the queue of those who wait from holding it.
inline constexpr size_t kMaxPasswordBytes = 1024;
// Of the text that is stored of a password.
inline constexpr size_t kMaxPasswordHashBytes = 256;
// What making and checking an Argon2id hash takes while it runs.
inline constexpr size_t kPasswordHashMemoryBytes = 16 << 20;

// What is stored of a password, as text:
//
//   $argon2id$v=19$m=16384,t=2,p=1$…   ours: Argon2id (RFC 9106), 16 MiB, two passes: 40 ms of a
//                                      processor of 2020. More memory would be safer, and more than
//                                      a small board has to spare.
//   $7$<iterations>$<salt>$<key>       Mosquitto since 2.0: PBKDF2 with HMAC-SHA-512
//   $6$<salt>$<digest>                 Mosquitto before: SHA-512 of password and salt
//
// The last two come from imported files and are replaced by the first when their password is known,
// at the first login: a guess at them costs next to nothing.
//
// All functions may be called from any thread and block for as long as they calculate.

// Argon2id with a fresh salt. Needs kPasswordHashMemoryBytes; kResourceExhausted: they are not to
// be had. `password` has at most kMaxPasswordBytes.
Result<std::string> HashPassword(std::string_view password);

// Whether VerifyPassword knows what to do with it, in time and memory that are bounded. The message
// says what is wrong with it, never the text itself.
Status CheckPasswordHash(std::string_view hash);

struct PasswordVerdict {
  bool right = false;
  // Right, and worth replacing: the new hash.
  std::string better = {};
};
// Takes the same time for every kind of hash, right or wrong, and for "" (somebody who is not
// known, or has no password), so that the time tells nothing: one Argon2id hash is calculated
// whatever happens. kResourceExhausted: there was no memory for it, and nothing is known.
Result<PasswordVerdict> VerifyPassword(const std::string& hash, std::string_view password);

// 24 characters that are easy to type and hard to mistake, 120 bits.
std::string GeneratePassword();
// 32 random bytes.
std::string GeneratePsk();

}  // namespace sluice::identity
