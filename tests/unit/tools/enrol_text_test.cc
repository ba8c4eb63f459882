#include "tools/enrol_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::tools {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const Enrolment kCertificate{.name = "pump",
                             .host = "gateway.example",
                             .server_ca = "server-ca.crt",
                             .certificate = "out/pump.crt",
                             .key = "out/pump.key"};
const Enrolment kPassword{
    .name = "pump", .host = "gateway.example", .server_ca = "server-ca.crt", .password = "secret"};
const Enrolment kPsk{
    .name = "pump", .host = "gateway.example", .server_ca = "server-ca.crt", .psk = "00ff"};

TEST(EnrolTextTest, EveryKindHasATextForEachWayIn) {
  for (const std::string_view kind : EnrolmentKinds()) {
    for (const Enrolment& enrolment : {kCertificate, kPassword, kPsk}) {
      const std::string text = EnrolmentText(kind, enrolment);
      EXPECT_GT(text.size(), 40u) << kind;
      EXPECT_TRUE(text.ends_with('\n')) << kind;
      EXPECT_EQ(text.find("{}"), std::string::npos) << text;
    }
  }
  EXPECT_EQ(EnrolmentText("toaster", kPassword), "");
}

TEST(EnrolTextTest, ShellWordsAreQuoted) {
  Enrolment odd = kPassword;
  odd.name = "it's $(x)";
  EXPECT_THAT(EnrolmentText("mosquitto", odd),
              AllOf(HasSubstr("-u 'it'\\''s $(x)'"), HasSubstr("-P 'secret'"),
                    HasSubstr("-t 'devices/it'\\''s $(x)/hello'")));
  EXPECT_THAT(EnrolmentText("mosquitto", kPsk), HasSubstr("--psk-identity 'pump' --psk 00ff"));
}

TEST(EnrolTextTest, WhatADeviceCannotDoIsSaid) {
  EXPECT_THAT(EnrolmentText("tasmota", kCertificate), HasSubstr("enrol it with --password"));
  EXPECT_THAT(EnrolmentText("shelly", kPsk), HasSubstr("enrol it with --password"));
  EXPECT_THAT(EnrolmentText("tasmota", kPassword),
              AllOf(HasSubstr("MqttUser pump; MqttPassword secret;"),
                    HasSubstr("FullTopic devices/pump/%prefix%/%topic%/")));
}

TEST(EnrolTextTest, HubIsToldThatItSpeaksForOthers) {
  EXPECT_THAT(EnrolmentText("zigbee2mqtt", kCertificate),
              AllOf(HasSubstr("server: \"mqtts://gateway.example:8883\""),
                    HasSubstr("cert: \"out/pump.crt\""), HasSubstr("speaks_for = [\"*\"]"),
                    Not(HasSubstr("password"))));
}

}  // namespace
}  // namespace sluice::tools
