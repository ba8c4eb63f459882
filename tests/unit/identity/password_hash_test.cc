#include "identity/password_hash.h"

#include <gtest/gtest.h>

#include <set>

namespace sluice::identity {
namespace {

// Made by mosquitto_passwd 2.0.11, with -H sha512-pbkdf2 and -H sha512.
constexpr char kPbkdf2OfSecret[] =
    "$7$101$H1Wzz4Kvz3VFL+nt$DcUKuFhqszWWkkaPjMb3vKcPw7xJ1kv5rz9lF/VwI6f1DAscRNAgjypM4pC1+O5BdIYT2R"
    "xwwA+AYdwHJFXxXw==";
constexpr char kSha512OfGeheim[] =
    "$6$UHbd/Elt/P7ovPj9$npxcWUfbabu5BECkiMmXs4IGKOgp8amXJOfR/2sUHOi8jPJnknpVeqzrxJwGDsd3U7IkaBUrcO"
    "Ep1USMhUpWkg==";

bool IsRight(const std::string& hash, std::string_view password) {
  const auto verdict = VerifyPassword(hash, password);
  EXPECT_TRUE(verdict.ok()) << verdict.status().ToString();
  return verdict.ok() && verdict->right;
}

std::string Hash(std::string_view password) { return HashPassword(password).value(); }

TEST(PasswordHashTest, PasswordIsKnownByItsHash) {
  const std::string hash = Hash("correct horse");
  EXPECT_EQ(hash.substr(0, 31), "$argon2id$v=19$m=16384,t=2,p=1$");
  EXPECT_TRUE(CheckPasswordHash(hash).ok());
  EXPECT_TRUE(IsRight(hash, "correct horse"));
  EXPECT_FALSE(IsRight(hash, "correct horsf"));
  EXPECT_FALSE(IsRight(hash, ""));
  EXPECT_EQ(VerifyPassword(hash, "correct horse")->better, "");
}

TEST(PasswordHashTest, SamePasswordHasAnotherHashEachTime) { EXPECT_NE(Hash("a"), Hash("a")); }

TEST(PasswordHashTest, EmptyAndLongPasswordsAreOnesLikeOthers) {
  const std::string long_one(kMaxPasswordBytes, 'x');
  EXPECT_TRUE(IsRight(Hash(""), ""));
  EXPECT_TRUE(IsRight(Hash(long_one), long_one));
  EXPECT_FALSE(IsRight(Hash(long_one), long_one.substr(1)));
}

TEST(PasswordHashTest, MosquittosHashesAreVerifiedAndReplaced) {
  for (const auto& [hash, password] :
       {std::pair{kPbkdf2OfSecret, "secret"}, std::pair{kSha512OfGeheim, "geheim"}}) {
    EXPECT_TRUE(CheckPasswordHash(hash).ok());
    EXPECT_FALSE(IsRight(hash, "wrong"));
    const auto verdict = VerifyPassword(hash, password);
    ASSERT_TRUE(verdict.ok() && verdict->right);
    EXPECT_EQ(verdict->better.substr(0, 10), "$argon2id$");
    EXPECT_TRUE(IsRight(verdict->better, password));
  }
}

TEST(PasswordHashTest, NobodysPasswordIsNeverRight) {
  for (const char* guess : {"", "secret", "x"}) EXPECT_FALSE(IsRight("", guess));
}

TEST(PasswordHashTest, HashThatWouldCostMoreThanOneOfOursIsRefused) {
  for (const std::string hash :
       {"$argon2id$v=19$m=65536,t=2,p=1$V+P2YeCY2X4W9Ddpy0YQbg$n3O87nOGhET/mCbXzfJFHndRMczLD2TuFU+E"
        "5tKKdq4",
        "$argon2id$v=19$m=16384,t=9,p=1$V+P2YeCY2X4W9Ddpy0YQbg$n3O87nOGhET/mCbXzfJFHndRMczLD2TuFU+E"
        "5tKKdq4",
        "$argon2i$v=19$m=4096,t=3,p=1$V+P2YeCY2X4W9Ddpy0YQbg$n3O87nOGhET/mCbXzfJFHndRMczLD2TuFU+E5t"
        "KKdq4"}) {
    EXPECT_EQ(CheckPasswordHash(hash).code(), StatusCode::kInvalidArgument) << hash;
  }
  std::string slow = kPbkdf2OfSecret;
  slow.replace(3, 3, "1000001");
  EXPECT_EQ(CheckPasswordHash(slow).code(), StatusCode::kInvalidArgument);
}

// What is in an imported file is somebody else's: every cut of it is looked at.
TEST(PasswordHashTest, CutHashesAreRefused) {
  const std::string ours = Hash("secret");
  for (const std::string& hash :
       {ours, std::string(kPbkdf2OfSecret), std::string(kSha512OfGeheim)}) {
    for (size_t size = 0; size < hash.size(); ++size) {
      EXPECT_FALSE(CheckPasswordHash(hash.substr(0, size)).ok()) << hash.substr(0, size);
    }
    EXPECT_FALSE(CheckPasswordHash(hash + "A").ok());
    EXPECT_FALSE(CheckPasswordHash(hash + std::string(kMaxPasswordHashBytes, 'A')).ok());
  }
  for (const char* hash : {"$7$0$AAAA$AAAA", "$7$-1$AAAA$AAAA", "$7$99999999999$AAAA$AAAA",
                           "$1$x$y", "secret", "$6$$", "$7$101$*$*"}) {
    EXPECT_FALSE(CheckPasswordHash(hash).ok()) << hash;
  }
}

TEST(PasswordHashTest, GeneratedPasswordsDiffer) {
  std::set<std::string> passwords;
  for (int i = 0; i < 100; ++i) passwords.insert(GeneratePassword());
  EXPECT_EQ(passwords.size(), 100U);
  EXPECT_EQ(passwords.begin()->size(), 24U);
}

}  // namespace
}  // namespace sluice::identity
