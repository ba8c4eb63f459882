#include "transport/proxy_header.h"

#include <gtest/gtest.h>

#include <string>

#include "transport/socket_address.h"

namespace sluice::transport {
namespace {

using Outcome = ProxyHeaderOutcome;

const std::string kSignature("\r\n\r\n\0\r\nQUIT\n", 12);

std::string Binary(char command, char family, const std::string& rest) {
  return kSignature + command + family + static_cast<char>(rest.size() >> 8) +
         static_cast<char>(rest.size()) + rest;
}

const std::string kFromV4("\xC0\x00\x02\x07\x0A\x00\x00\x01\x12\x34\x00\x50", 12);
const std::string kFromV6 = std::string("\x20\x01\x0d\xb8", 4) + std::string(11, '\0') + "\x07" +
                            std::string(16, '\x01') + std::string("\x12\x34\x00\x50", 4);

// Everything of `bytes` is the header; who it says, or "" for nobody.
std::string SourceIn(const std::string& bytes) {
  ProxyHeader header;
  EXPECT_EQ(ParseProxyHeader(AsBytes(bytes), &header), Outcome::kDone)
      << testing::PrintToString(bytes);
  EXPECT_EQ(header.size, bytes.size());
  return header.source ? FormatSocketAddress(*header.source) : "";
}

Outcome OutcomeOf(std::string_view bytes) {
  ProxyHeader header;
  return ParseProxyHeader(AsBytes(bytes), &header);
}

TEST(ProxyHeader, LineSaysWhoComes) {
  EXPECT_EQ(SourceIn("PROXY TCP4 192.0.2.7 10.0.0.1 4660 80\r\n"), "192.0.2.7:4660");
  EXPECT_EQ(SourceIn("PROXY TCP6 2001:db8::7 ::1 4660 80\r\n"), "[2001:db8::7]:4660");
  EXPECT_EQ(SourceIn("PROXY UNKNOWN\r\n"), "");
  EXPECT_EQ(SourceIn("PROXY UNKNOWN whatever it knows\r\n"), "");
}

TEST(ProxyHeader, BinarySaysWhoComes) {
  EXPECT_EQ(SourceIn(Binary('\x21', '\x11', kFromV4)), "192.0.2.7:4660");
  EXPECT_EQ(SourceIn(Binary('\x21', '\x21', kFromV6)), "[2001:db8::7]:4660");
  EXPECT_EQ(SourceIn(Binary('\x21', '\x11', kFromV4 + "\x04\x00\x01x")), "192.0.2.7:4660");  // TLV
  EXPECT_EQ(SourceIn(Binary('\x21', '\x31', std::string(216, 'p'))), "");
  EXPECT_EQ(SourceIn(Binary('\x21', '\x00', "")), "");
}

TEST(ProxyHeader, WhatAsksForItselfStaysWhoItIs) {
  EXPECT_EQ(SourceIn(Binary('\x20', '\x00', "")), "");
  EXPECT_EQ(SourceIn(Binary('\x20', '\x11', kFromV4)), "");
}

TEST(ProxyHeader, ComesInPiecesAndLeavesWhatFollows) {
  for (const std::string& whole :
       {std::string("PROXY TCP4 192.0.2.7 10.0.0.1 4660 80\r\n"), Binary('\x21', '\x11', kFromV4),
        Binary('\x21', '\x21', kFromV6 + std::string(50, '\0'))}) {
    for (size_t cut = 0; cut < whole.size(); ++cut) {
      EXPECT_EQ(OutcomeOf(whole.substr(0, cut)), Outcome::kNeedMore) << cut;
    }
    ProxyHeader header;
    EXPECT_EQ(ParseProxyHeader(AsBytes(whole + "MQTT"), &header), Outcome::kDone);
    EXPECT_EQ(header.size, whole.size());
  }
}

TEST(ProxyHeader, MalformedIsNotBelieved) {
  for (const std::string& bytes : {std::string("\x10\x10\x00\x04MQTT", 8),
                                   std::string("PROXY  TCP4 1.1.1.1 1.1.1.1 1 1\r\n"),
                                   std::string("proxy "),
                                   std::string("PROXY TCP4 192.0.2.7 10.0.0.1 4660\r\n"),
                                   std::string("PROXY TCP4 192.0.2.7 10.0.0.1 4660 80 1\r\n"),
                                   std::string("PROXY TCP4 2001:db8::7 ::1 4660 80\r\n"),
                                   std::string("PROXY TCP6 192.0.2.7 10.0.0.1 4660 80\r\n"),
                                   std::string("PROXY TCP4 192.0.2.7 10.0.0.x 4660 80\r\n"),
                                   std::string("PROXY TCP4 192.0.2.7 10.0.0.1 65536 80\r\n"),
                                   std::string("PROXY TCP4 192.0.2.7 10.0.0.1 04660 80\r\n"),
                                   std::string("PROXY TCP4 192.0.2.7 10.0.0.1 -1 80\r\n"),
                                   std::string("PROXY UDP4 192.0.2.7 10.0.0.1 4660 80\r\n"),
                                   std::string("PROXY \r\n"),
                                   Binary('\x31', '\x11', kFromV4),     // version 3
                                   Binary('\x22', '\x11', kFromV4),     // an unknown command
                                   Binary('\x21', '\x12', kFromV4),     // datagrams
                                   Binary('\x21', '\x41', kFromV4),     // an unknown family
                                   Binary('\x21', '\x11', "short"),     //
                                   Binary('\x21', '\x21', kFromV4),     //
                                   Binary('\x21', '\x31', kFromV6)}) {  //
    EXPECT_EQ(OutcomeOf(bytes), Outcome::kMalformed) << testing::PrintToString(bytes);
  }
}

TEST(ProxyHeader, IsBounded) {
  EXPECT_EQ(OutcomeOf("PROXY " + std::string(100, 'x')), Outcome::kNeedMore);
  EXPECT_EQ(OutcomeOf("PROXY " + std::string(101, 'x')), Outcome::kTooLong);
  EXPECT_EQ(OutcomeOf("PROXY UNKNOWN " + std::string(100, 'x') + "\r\n"), Outcome::kTooLong);
  const std::string huge = Binary('\x21', '\x11', kFromV4 + std::string(kMaxProxyHeaderBytes, 'x'));
  EXPECT_EQ(OutcomeOf(huge.substr(0, 16)), Outcome::kTooLong);
}

}  // namespace
}  // namespace sluice::transport
