#include "admin/form.h"

#include <gtest/gtest.h>

namespace sluice::admin {
namespace {

TEST(FormTest, MembersAreWhatWasSent) {
  std::string text;
  AppendMember("route", "a&b=c %41", &text);
  AppendMember("from", "2026-11-26T14:00:00+01:00", &text);
  const auto form = Form::Parse(text);
  ASSERT_TRUE(form.ok()) << form.status().ToString();
  ASSERT_NE(form->Find("route"), nullptr);
  EXPECT_EQ(*form->Find("route"), "a&b=c %41");
  EXPECT_EQ(*form->Find("from"), "2026-11-26T14:00:00+01:00");
  EXPECT_EQ(form->Find("to"), nullptr);
}

TEST(FormTest, NothingAndAnEmptyValueAreForms) {
  EXPECT_TRUE(Form::Parse("").ok());
  const auto form = Form::Parse("to=");
  ASSERT_TRUE(form.ok());
  ASSERT_NE(form->Find("to"), nullptr);
  EXPECT_EQ(*form->Find("to"), "");
}

TEST(FormTest, WhatIsNoFormIsRefused) {
  for (const char* const text : {"x", "=1", "a=1&&b=2", "a=%", "%zz=1", "{\"a\":1}"}) {
    EXPECT_EQ(Form::Parse(text).status().code(), StatusCode::kInvalidArgument) << text;
  }
}

TEST(FormTest, OneThingTwiceIsRefused) { EXPECT_FALSE(Form::Parse("a=1&b=2&a=1").ok()); }

TEST(FormTest, UnknownMembersAreNamed) {
  const auto form = Form::Parse("a=1&b=2");
  ASSERT_TRUE(form.ok());
  EXPECT_TRUE(form->ExpectOnly({"a", "b", "c"}).ok());
  EXPECT_NE(form->ExpectOnly({"a"}).message().find(" b"), std::string::npos);
}

}  // namespace
}  // namespace sluice::admin
