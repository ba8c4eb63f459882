#include "tools/identity_file.h"

#include <gtest/gtest.h>

namespace sluice::tools {
namespace {

constexpr char kMosquitto[] =
    "$7$101$H1Wzz4Kvz3VFL+nt$DcUKuFhqszWWkkaPjMb3vKcPw7xJ1kv5rz9lF/VwI6f1DAscRNAgjypM4pC1+O5BdIYT2R"
    "xwwA+AYdwHJFXxXw==";

std::string Mistake(std::string_view line) {
  const auto parsed = ParseIdentityLine(line);
  return parsed.ok() ? "none" : parsed.status().message();
}

TEST(IdentityFileTest, LineOfMosquittosIsRead) {
  const auto parsed = ParseIdentityLine(std::string("alice:") + kMosquitto + "\r");
  ASSERT_TRUE(parsed.ok() && *parsed) << parsed.status().ToString();
  EXPECT_EQ((*parsed)->name, "alice");
  EXPECT_EQ((*parsed)->password_hash, kMosquitto);
  EXPECT_FALSE((*parsed)->enabled);
}

TEST(IdentityFileTest, LineOfAnExportIsRead) {
  const auto parsed =
      ParseIdentityLine(R"({"name":"alice \"a\"","enabled":false,"password_hash":""})");
  ASSERT_TRUE(parsed.ok() && *parsed) << parsed.status().ToString();
  EXPECT_EQ((*parsed)->name, "alice \"a\"");
  EXPECT_EQ((*parsed)->enabled, false);
}

TEST(IdentityFileTest, KeysAreHexadecimal) {
  const auto parsed = ParseIdentityLine(R"({"name":"a","psk":"000102030405060708090a0b0c0d0e0F"})");
  ASSERT_TRUE(parsed.ok() && *parsed) << parsed.status().ToString();
  EXPECT_EQ((*parsed)->psk.size(), 16U);
  EXPECT_EQ((*parsed)->psk[15], '\x0f');
  EXPECT_NE(Mistake(R"({"name":"a","psk":"0g"})").find("not hexadecimal"), std::string::npos);
  EXPECT_NE(Mistake(R"({"name":"a","psk":"00"})").find("16 to 64"), std::string::npos);
}

TEST(IdentityFileTest, NothingIsInEmptyLinesAndRemarks) {
  for (const char* line : {"", "\r\n", "# alice:x"}) {
    const auto parsed = ParseIdentityLine(line);
    EXPECT_TRUE(parsed.ok() && !*parsed) << line;
  }
}

TEST(IdentityFileTest, ClientsOfDynamicSecurityAreRead) {
  const auto entries = ParseIdentityFile(R"({
    "defaultACLAccess": {"publishClientSend": false},
    "clients": [
      {"username": "admin", "textName": "x", "roles": [{"rolename": "admin"}],
       "password": "DcUKuFhqszWWkkaPjMb3vKcPw7xJ1kv5rz9lF/VwI6f1DAscRNAgjypM4pC1+O5BdIYT2RxwwA+AYdwHJFXxXw==",
       "salt": "H1Wzz4Kvz3VFL+nt", "iterations": 101},
      {"username": "off", "disabled": true},
      {"username": "a/b"},
      {"username": "broken", "password": "x", "salt": "y", "iterations": 101}],
    "roles": []})");
  ASSERT_EQ(entries.size(), 4U);
  ASSERT_TRUE(entries[0].line.ok()) << entries[0].line.status().ToString();
  EXPECT_EQ(entries[0].line->name, "admin");
  EXPECT_EQ(entries[0].line->password_hash, kMosquitto);
  ASSERT_TRUE(entries[1].line.ok());
  EXPECT_EQ(entries[1].line->enabled, false);
  EXPECT_EQ(entries[1].line->password_hash, "");
  EXPECT_EQ(entries[2].place, "client 3");
  EXPECT_FALSE(entries[2].line.ok());
  EXPECT_FALSE(entries[3].line.ok());
}

TEST(IdentityFileTest, LinesAreNumbered) {
  const auto entries = ParseIdentityFile("# x\n\n{\"name\":\"a\"}\nb:hunter2\n");
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].place, "3");
  EXPECT_EQ(entries[1].place, "4");
  EXPECT_TRUE(ParseIdentityFile("").empty());
}

TEST(IdentityFileTest, WhatIsWrongIsSaidWithoutTheSecret) {
  EXPECT_NE(Mistake("alice:hunter2").find("mosquitto_passwd -U"), std::string::npos);
  EXPECT_EQ(Mistake("alice:hunter2").find("hunter2"), std::string::npos);
  EXPECT_NE(Mistake("alice:$7$5$x$hunter2").find("its hash is neither"), std::string::npos);
  EXPECT_EQ(Mistake("alice:$7$5$x$hunter2").find("hunter2"), std::string::npos);
  EXPECT_NE(Mistake(std::string("a/b:") + kMosquitto).find("not a name"), std::string::npos);
  EXPECT_NE(Mistake("alice").find("neither name:hash"), std::string::npos);
  EXPECT_NE(Mistake(R"({"name":"alice","role":"x"})").find("member role"), std::string::npos);
  EXPECT_NE(Mistake(R"({"name":7})").find("member name"), std::string::npos);
  EXPECT_NE(Mistake("{").find("no JSON object"), std::string::npos);
}

}  // namespace
}  // namespace sluice::tools
