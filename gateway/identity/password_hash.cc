#include "identity/password_hash.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "tls/digest.h"

namespace sluice::identity {
namespace {

constexpr unsigned long long kPasses = 2;
constexpr uint32_t kMaxIterations = 1'000'000;  // a second of PBKDF2
constexpr std::string_view kOurs = "$argon2id$v=19$m=16384,t=2,p=1$";
// Of a password that nobody has, so that somebody who isn't there takes as long as who is.
constexpr const char* kNobodys =
    "$argon2id$v=19$m=16384,t=2,p=1$V+P2YeCY2X4W9Ddpy0YQbg$"
    "n3O87nOGhET/mCbXzfJFHndRMczLD2TuFU+E5tKKdq4";
constexpr size_t kKeyBytes = 64;
// Sixteen bytes of salt and 32 of hash in base64 behind it.
constexpr size_t kOursBytes = kOurs.size() + 22 + 1 + 43;

using Key = std::array<uint8_t, kKeyBytes>;

void InitSodium() {
  static const bool there = sodium_init() >= 0;
  SLUICE_CHECK(there);
}

Status NoMemory() {
  return {StatusCode::kResourceExhausted,
          fmt::format("no memory to hash a password, which takes {} MiB",
                      kPasswordHashMemoryBytes >> 20)};
}

std::optional<std::vector<uint8_t>> FromBase64(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::vector<uint8_t> bytes(text.size());
  size_t size = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size,
                        nullptr, sodium_base64_VARIANT_ORIGINAL) != 0) {
    return std::nullopt;
  }
  bytes.resize(size);
  return bytes;
}

// A line of Mosquitto's password file behind the name.
struct MosquittoHash {
  uint32_t iterations = 0;  // 0: SHA-512 alone
  std::vector<uint8_t> salt;
  std::vector<uint8_t> key;  // kKeyBytes
};

std::optional<uint32_t> TakeIterations(std::string_view* text) {
  uint32_t iterations = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), iterations);
  const auto length = static_cast<size_t>(end - text->data());
  if (error != std::errc() || length == text->size() || *end != '$') return std::nullopt;
  text->remove_prefix(length + 1);
  return iterations >= 1 && iterations <= kMaxIterations ? std::optional(iterations) : std::nullopt;
}

std::optional<MosquittoHash> ParseMosquitto(std::string_view text) {
  MosquittoHash hash;
  if (text.starts_with("$7$")) {
    text.remove_prefix(3);
    const auto iterations = TakeIterations(&text);
    if (!iterations) return std::nullopt;
    hash.iterations = *iterations;
  } else if (text.starts_with("$6$")) {
    text.remove_prefix(3);
  } else {
    return std::nullopt;
  }
  const size_t split = text.find('$');
  if (split == text.npos) return std::nullopt;
  auto salt = FromBase64(text.substr(0, split));
  auto key = FromBase64(text.substr(split + 1));
  if (!salt || !key || key->size() != kKeyBytes) return std::nullopt;
  hash.salt = std::move(*salt);
  hash.key = std::move(*key);
  return hash;
}

bool IsRight(const MosquittoHash& hash, std::string_view password) {
  Key key;
  if (hash.iterations == 0) {
    std::string message(password);
    message += AsText(hash.salt);
    key = tls::Sha512(AsBytes(message));
    sodium_memzero(message.data(), message.size());
  } else {
    tls::Pbkdf2(tls::Pbkdf2Hash::kSha512, AsBytes(password), hash.salt, hash.iterations, key);
  }
  return sodium_memcmp(key.data(), hash.key.data(), kKeyBytes) == 0;
}

// libsodium says the same whether the password is wrong or there is no memory.
Result<bool> IsRight(const char* argon2id, std::string_view password) {
  errno = 0;
  if (crypto_pwhash_str_verify(argon2id, password.data(), password.size()) == 0) return true;
  if (errno == ENOMEM) return NoMemory();
  return false;
}

}  // namespace

Result<std::string> HashPassword(std::string_view password) {
  InitSodium();
  SLUICE_CHECK(password.size() <= kMaxPasswordBytes);
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), kPasses,
                            kPasswordHashMemoryBytes, crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return NoMemory();
  }
  return std::string(text.data());
}

Status CheckPasswordHash(std::string_view hash) {
  InitSodium();
  if (hash.size() > kMaxPasswordHashBytes) return Status::InvalidArgument("its hash is too long");
  if (hash.starts_with("$argon2")) {
    const std::string text(hash);
    // Others would take time and memory that nobody has set aside.
    if (!hash.starts_with(kOurs) || hash.size() != kOursBytes ||
        crypto_pwhash_str_needs_rehash(text.c_str(), kPasses, kPasswordHashMemoryBytes) != 0) {
      return Status::InvalidArgument(
          fmt::format("its Argon2 hash is not one of those that sluice makes, {}…", kOurs));
    }
    return Status::Ok();
  }
  if (ParseMosquitto(hash)) return Status::Ok();
  return Status::InvalidArgument(
      fmt::format("its hash is neither Argon2id ($argon2id$…) nor one of Mosquitto's ($7$… with at "
                  "most {} iterations, $6$…)",
                  kMaxIterations));
}

Result<PasswordVerdict> VerifyPassword(const std::string& hash, std::string_view password) {
  InitSodium();
  password = password.substr(0, kMaxPasswordBytes);
  PasswordVerdict verdict;
  if (hash.starts_with(kOurs)) {
    const auto right = IsRight(hash.c_str(), password);
    if (!right.ok()) return right.status();
    verdict.right = *right;
    return verdict;
  }
  const auto mosquitto = ParseMosquitto(hash);
  verdict.right = mosquitto && IsRight(*mosquitto, password);
  if (verdict.right) {
    auto better = HashPassword(password);
    if (!better.ok()) return better.status();
    verdict.better = std::move(*better);
    return verdict;
  }
  const auto ignored = IsRight(kNobodys, password);
  if (!ignored.ok()) return ignored.status();
  return verdict;
}

std::string GeneratePassword() {
  InitSodium();
  constexpr std::string_view kAlphabet = "abcdefghijkmnpqrstuvwxyz23456789";
  static_assert(kAlphabet.size() == 32);
  std::string password(24, '\0');
  std::generate(password.begin(), password.end(),
                [&] { return kAlphabet[randombytes_uniform(kAlphabet.size())]; });
  return password;
}

std::string GeneratePsk() {
  InitSodium();
  std::string key(32, '\0');
  randombytes_buf(key.data(), key.size());
  return key;
}

}  // namespace sluice::identity
