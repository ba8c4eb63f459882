#include <gtest/gtest.h>

#include "loopback.h"
#include "test_pki.h"

namespace sluice::transport {
namespace {

// Everything here holds for plain and for TLS streams alike.
class StreamTest : public LoopbackTest, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) options_.tls = test::NewServer();
  }
  void Open() {
    Listen(options_);
    ConnectPair(GetParam() ? test::NewClient() : nullptr);
  }
  ListenerOptions options_;
};

INSTANTIATE_TEST_SUITE_P(, StreamTest, testing::Bool(), TcpOrTls);

TEST_P(StreamTest, EchoComesBack) {
  echo_ = true;
  Open();
  client().stream->Write(AsBytes("hello"));
  RunUntil([&] { return client().recorder.received == "hello"; });
}

TEST_P(StreamTest, PeerIsKnown) {
  Open();
  const PeerInfo& peer = server().stream->peer();
  EXPECT_EQ(peer.address.find("127.0.0.1:"), 0u);
  EXPECT_EQ(FormatSource(peer.source), "127.0.0.1");
  EXPECT_EQ(peer.certificate.has_value(), GetParam());
  EXPECT_EQ(peer.tls_version.empty(), !GetParam());
  if (!GetParam()) return;
  EXPECT_EQ(peer.certificate->name, "alpha");
  EXPECT_EQ(peer.certificate->fingerprint_sha256.size(), 64u);
}

TEST_P(StreamTest, ManyWritesOfAnIterationArriveAsOneRead) {
  Open();
  for (int i = 0; i < 100; ++i) server().stream->Write(AsBytes("ack."));
  RunUntil([&] { return client().recorder.received.size() == 400; });
  EXPECT_EQ(client().recorder.calls, 1);
}

TEST_P(StreamTest, WhatIsWrittenInPlaceArrivesInItsOrder) {
  Open();
  client().stream->Write(AsBytes("a"));
  for (const std::string_view word : {"b", "", "c"}) {
    ByteBuffer* const output = client().stream->BeginWrite();
    ASSERT_NE(output, nullptr);
    output->Append(word);
    client().stream->EndWrite();
  }
  client().stream->Write(AsBytes("d"));
  RunUntil([&] { return server().recorder.received.size() == 4; });
  EXPECT_EQ(server().recorder.received, "abcd");
  EXPECT_EQ(server().recorder.calls, 1);
  client().stream->CloseAfterFlush();
  EXPECT_EQ(client().stream->BeginWrite(), nullptr);
}

TEST_P(StreamTest, MegabytesArriveWhole) {
  options_.limits.max_output_bytes = 64 << 20;
  Open();
  std::string sent;
  for (int i = 0; sent.size() < 8 << 20; ++i) sent += std::to_string(i) + ",";
  server().stream->Write(AsBytes(sent));
  RunUntil([&] { return client().recorder.received.size() == sent.size(); });
  EXPECT_EQ(client().recorder.received, sent);
  EXPECT_EQ(server().stream->output_bytes(), 0u);
}

TEST_P(StreamTest, UnconsumedBytesComeAgainWithMore) {
  Open();
  std::vector<std::string> shown;
  server().recorder.on_bytes = [&](ByteSpan bytes) {
    shown.emplace_back(AsText(bytes));
    return bytes.size() >= 6 ? bytes.size() : 0;
  };
  client().stream->Write(AsBytes("one"));
  RunUntil([&] { return shown.size() == 1; });
  client().stream->Write(AsBytes("two"));
  RunUntil([&] { return shown.size() == 2; });
  EXPECT_EQ(shown, (std::vector<std::string>{"one", "onetwo"}));
}

TEST_P(StreamTest, PausedStreamShowsNothingUntilResumed) {
  Open();
  server().stream->PauseReading();
  client().stream->Write(AsBytes("wait"));
  RunTwice();
  EXPECT_EQ(server().recorder.received, "");
  server().stream->ResumeReading();
  RunUntil([&] { return server().recorder.received == "wait"; });
}

TEST_P(StreamTest, EveryPauseNeedsItsResume) {
  Open();
  server().stream->PauseReading();
  server().stream->PauseReading();
  server().stream->ResumeReading();
  client().stream->Write(AsBytes("wait"));
  RunTwice();
  EXPECT_EQ(server().recorder.received, "");
  server().stream->ResumeReading();
  RunUntil([&] { return server().recorder.received == "wait"; });
}

TEST_P(StreamTest, WhatAHandlerLeavesWhenItPausesComesOnResume) {
  Open();
  server().recorder.on_bytes = [&](ByteSpan bytes) -> size_t {
    server().recorder.received += static_cast<char>(bytes[0]);
    server().stream->PauseReading();
    return 1;
  };
  client().stream->Write(AsBytes("abc"));
  for (const char* seen : {"a", "ab", "abc"}) {
    RunUntil([&] { return server().recorder.received == seen; });
    RunTwice();
    EXPECT_EQ(server().recorder.received, seen);
    server().stream->ResumeReading();
  }
}

// A device that says everything at once and leaves, while there is no room for its messages.
TEST_P(StreamTest, LastWordsOfAPeerAreShownOnResume) {
  Open();
  server().recorder.on_bytes = [&](ByteSpan) -> size_t {
    server().stream->PauseReading();
    return 0;
  };
  client().stream->Write(AsBytes("farewell"));
  client().stream->CloseAfterFlush();
  RunTwice();
  EXPECT_FALSE(server().recorder.closed);
  server().recorder.on_bytes = nullptr;
  server().stream->ResumeReading();
  RunUntil([&] { return server().recorder.closed.has_value(); });
  EXPECT_EQ(server().recorder.received, "farewell");
}

TEST_P(StreamTest, AnotherHandlerTakesOverWhatIsLeft) {
  Open();
  Recorder second;
  server().recorder.on_bytes = [&](ByteSpan) -> size_t {
    server().stream->Start(&second);
    return 2;
  };
  client().stream->Write(AsBytes("1:rest"));
  RunUntil([&] { return second.received == "rest"; });
  client().stream->Write(AsBytes(" more"));
  RunUntil([&] { return second.received == "rest more"; });
  EXPECT_EQ(server().recorder.calls, 1);
}

TEST_P(StreamTest, SlowReaderRaisesTheHighMarkAndThenTheLow) {
  options_.limits.max_output_bytes = 64 << 20;
  Open();
  client().stream->PauseReading();
  const std::string much(16 << 20, 'm');
  server().stream->Write(AsBytes(much));
  RunUntil([&] { return server().recorder.highs == 1; });
  EXPECT_EQ(server().recorder.lows, 0);
  EXPECT_EQ(counters().output_pauses.value(), 1u);
  client().stream->ResumeReading();
  RunUntil([&] { return server().recorder.lows == 1; });
  RunUntil([&] { return client().recorder.received.size() == much.size(); });
  EXPECT_EQ(server().recorder.highs, 1);
}

TEST_P(StreamTest, CloseAfterFlushSendsEverythingFirst) {
  options_.limits.max_output_bytes = 64 << 20;
  Open();
  const std::string much(4 << 20, 'm');
  server().stream->Write(AsBytes(much));
  server().stream->CloseAfterFlush();
  server().stream->Write(AsBytes("too late"));
  RunUntil([&] { return client().recorder.closed && server().recorder.closed; });
  EXPECT_EQ(client().recorder.received, much);
  EXPECT_EQ(client().recorder.closed->code(), StatusCode::kUnavailable);
  EXPECT_TRUE(server().recorder.closed->ok());
}

TEST_P(StreamTest, LastWordsSurviveInputThatNobodyReads) {
  Open();
  server().recorder.on_bytes = [&](ByteSpan bytes) {
    server().stream->Write(AsBytes("refused"));
    server().stream->CloseAfterFlush();
    return bytes.size();
  };
  for (int i = 0; i < 50; ++i) {
    client().stream->Write(AsBytes(std::string(10'000, 'x')));
    RunTwice();
  }
  RunUntil([&] { return client().recorder.closed.has_value(); });
  EXPECT_EQ(client().recorder.received, "refused");
}

TEST_P(StreamTest, CloseReportsItsReasonLater) {
  Open();
  server().stream->Close({StatusCode::kCancelled, "enough"});
  EXPECT_FALSE(server().recorder.closed);
  RunUntil([&] { return server().recorder.closed && client().recorder.closed; });
  EXPECT_EQ(server().recorder.closed->code(), StatusCode::kCancelled);
  EXPECT_EQ(client().recorder.closed->code(), StatusCode::kUnavailable);
}

TEST_P(StreamTest, CloseInsideOnBytesIsTheLastOfIt) {
  Open();
  server().recorder.on_bytes = [&](ByteSpan) -> size_t {
    server().stream->Close();
    return 0;
  };
  client().stream->Write(AsBytes("bye"));
  RunUntil([&] { return server().recorder.closed && client().recorder.closed; });
  EXPECT_EQ(server().recorder.calls, 1);
  EXPECT_TRUE(server().recorder.closed->ok());
}

TEST_P(StreamTest, AnswersToTheLastBytesOfAPeerAreStillSent) {
  echo_ = true;
  Open();
  client().stream->Write(AsBytes("last"));
  client().stream->CloseAfterFlush();
  RunUntil([&] { return server().recorder.closed && client().recorder.closed; });
  EXPECT_EQ(server().recorder.received, "last");
  EXPECT_EQ(server().recorder.closed->code(), StatusCode::kUnavailable);
}

TEST_P(StreamTest, DestroyedStreamIsSilentAndGone) {
  Open();
  EXPECT_EQ(listener_->connections(), 1u);
  server().stream.reset();
  EXPECT_EQ(listener_->connections(), 0u);
  RunUntil([&] { return client().recorder.closed.has_value(); });
  EXPECT_FALSE(server().recorder.closed);
}

// Destroys the stream when it is told that it has closed, as its owner usually does.
struct Owner : Recorder {
  void OnClosed(const Status&) override { stream.reset(); }
  std::unique_ptr<ByteStream> stream;
};

TEST_P(StreamTest, StreamMayBeDestroyedInOnClosed) {
  Open();
  Owner owner;
  owner.stream = std::move(server().stream);
  owner.stream->Start(&owner);
  client().stream->Close();
  RunUntil([&] { return owner.stream == nullptr; });
  EXPECT_EQ(listener_->connections(), 0u);
}

}  // namespace
}  // namespace sluice::transport
