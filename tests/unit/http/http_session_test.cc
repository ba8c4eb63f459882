#include "http/http_session.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sluice::http {
namespace {

class HttpSessionTest : public testing::Test {
 protected:
  // What the session answers to `request`.
  std::string Send(std::string_view request) {
    session_->Receive(AsBytes(request), &out_);
    std::string answer(AsText(out_.view()));
    out_.Clear();
    return answer;
  }
  static int StatusOf(const std::string& answer) {
    return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
  }
  static std::string BodyOf(const std::string& answer) {
    return answer.substr(answer.find("\r\n\r\n") + 4);
  }
  void Restart(const Limits& limits) {
    session_ = std::make_unique<HttpSession>(limits, &handler_);
  }

  std::vector<std::string> asked_;
  std::string body_, query_;
  Handler handler_ = [this](const Request& request) {
    asked_.emplace_back(request.path);
    body_ = request.body;
    query_ = request.query;
    if (request.path == "/page") return Response{200, "text/x", "hello"};
    return Response{404, "text/plain", "no"};
  };
  ByteBuffer out_;
  std::unique_ptr<HttpSession> session_ = std::make_unique<HttpSession>(Limits{}, &handler_);
  const std::string kGet = "GET /page HTTP/1.1\r\nHost: x\r\n\r\n";
};

TEST_F(HttpSessionTest, GetIsAnswered) {
  EXPECT_EQ(Send(kGet),
            "HTTP/1.1 200 OK\r\nContent-Type: text/x\r\nContent-Length: 5\r\n"
            "Connection: keep-alive\r\n\r\nhello");
  EXPECT_FALSE(session_->closed());
}

TEST_F(HttpSessionTest, RequestMayComeInPiecesCutAnywhere) {
  for (size_t cut = 0; cut <= kGet.size(); ++cut) {
    Restart({});
    const std::string first = Send(kGet.substr(0, cut));
    EXPECT_EQ(first.empty(), cut < kGet.size()) << cut;
    EXPECT_EQ(session_->in_request(), cut > 0 && cut < kGet.size()) << cut;
    EXPECT_EQ(BodyOf(first + Send(kGet.substr(cut))), "hello") << cut;
  }
}

TEST_F(HttpSessionTest, RequestMayComeByteByByte) {
  std::string answer;
  for (const char c : kGet) answer += Send({&c, 1});
  EXPECT_EQ(BodyOf(answer), "hello");
}

TEST_F(HttpSessionTest, SeveralRequestsMayComeAtOnce) {
  Send(
      "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /3 "
      "HTTP/1.1\r\n\r\n");
  EXPECT_EQ(asked_, (std::vector<std::string>{"/1", "/2", "/3"}));
}

TEST_F(HttpSessionTest, QueryIsNotPartOfThePath) {
  Send("GET /page?a=/b HTTP/1.1\r\n\r\n");
  EXPECT_EQ(asked_, (std::vector<std::string>{"/page"}));
  EXPECT_EQ(query_, "a=/b");
}

TEST_F(HttpSessionTest, HeadHasNoBody) {
  const std::string answer = Send("HEAD /page HTTP/1.1\r\n\r\n");
  EXPECT_NE(answer.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_EQ(BodyOf(answer), "");
}

TEST_F(HttpSessionTest, UnknownPathIsTheHandlersWord) {
  EXPECT_EQ(StatusOf(Send("GET /nothing HTTP/1.1\r\n\r\n")), 404);
  EXPECT_FALSE(session_->closed());
}

TEST_F(HttpSessionTest, PostHasItsBodyHoweverItComes) {
  const std::string_view whole = "POST /page HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello";
  const std::string_view chunked =
      "POST /page HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";
  for (const std::string_view request : {whole, chunked}) {
    for (size_t cut = 0; cut <= request.size(); ++cut) {
      body_.clear();
      Send(request.substr(0, cut));
      Send(request.substr(cut));
      EXPECT_EQ(body_, "hello") << cut;
    }
  }
}

TEST_F(HttpSessionTest, BodyIsOfItsRequestAlone) {
  Send("POST /page HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi" + kGet);
  EXPECT_EQ(asked_.size(), 2U);
  EXPECT_EQ(body_, "");
}

TEST_F(HttpSessionTest, CloseIsRespected) {
  const std::string answer = Send("GET /page HTTP/1.1\r\nConnection: close\r\n\r\n" + kGet);
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(session_->closed());
  EXPECT_EQ(asked_.size(), 1U);
  EXPECT_EQ(Send(kGet), "");
}

TEST_F(HttpSessionTest, Http10ClosesUnlessAskedNotTo) {
  Send("GET /page HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_FALSE(session_->closed());
  Send("GET /page HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(session_->closed());
}

TEST_F(HttpSessionTest, UpgradeIsAnsweredAndClosed) {
  const std::string answer =
      Send("GET /page HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_EQ(StatusOf(answer), 200);
  EXPECT_TRUE(session_->closed());
}

TEST_F(HttpSessionTest, GarbageIsABadRequest) {
  for (const std::string_view garbage :
       {"\x16\x03\x01\x02", "GET\r\n\r\n", "GET /page HTTP/1.1\r\n:\r\n",
        "GET /page HTTP/1.1\r\nContent-Length: x\r\n\r\n"}) {
    Restart({});
    EXPECT_EQ(StatusOf(Send(garbage)), 400) << garbage;
    EXPECT_TRUE(session_->closed());
  }
}

TEST_F(HttpSessionTest, OtherVersionsAreNotSupported) {
  EXPECT_EQ(StatusOf(Send("GET /page HTTP/9.9\r\n\r\n")), 505);
  EXPECT_TRUE(session_->closed());
}

TEST_F(HttpSessionTest, EndlessRequestLineIsTooLong) {
  EXPECT_EQ(StatusOf(Send("GET /" + std::string(9000, 'a'))), 414);
  EXPECT_TRUE(session_->closed());
}

TEST_F(HttpSessionTest, EndlessHeadersAreTooLarge) {
  EXPECT_EQ(StatusOf(Send("GET /page HTTP/1.1\r\nX: " + std::string(9000, 'a'))), 431);
  EXPECT_TRUE(session_->closed());
}

TEST_F(HttpSessionTest, EndlessBodyIsTooLarge) {
  const std::string head = "POST /page HTTP/1.1\r\nContent-Length: 100000\r\n\r\n";
  EXPECT_EQ(StatusOf(Send(head + std::string(9000, 'a'))), 413);
  EXPECT_TRUE(session_->closed());
}

TEST_F(HttpSessionTest, SizeIsCountedForEachRequestAnew) {
  Restart({.max_request_bytes = kGet.size()});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(StatusOf(Send(kGet)), 200);
  Restart({.max_request_bytes = kGet.size() - 1});
  EXPECT_EQ(StatusOf(Send(kGet)), 431);
}

TEST_F(HttpSessionTest, RequestsOfAConnectionAreBounded) {
  Restart({.max_requests = 2});
  Send(kGet);
  EXPECT_FALSE(session_->closed());
  EXPECT_NE(Send(kGet).find("Connection: close"), std::string::npos);
  EXPECT_TRUE(session_->closed());
}

TEST_F(HttpSessionTest, AnswersToOneInputAreBoundedInBytes) {
  Restart({.max_output_bytes = 200});
  std::string many;
  for (int i = 0; i < 100; ++i) many += kGet;
  EXPECT_LT(Send(many).size(), 500U);
  EXPECT_TRUE(session_->closed());
}

TEST_F(HttpSessionTest, TimeoutInTheMiddleIsSaid) {
  Send("GET /pa");
  session_->OnTimeout(&out_);
  EXPECT_EQ(StatusOf(Send("")), 408);
  EXPECT_TRUE(session_->closed());
}

TEST_F(HttpSessionTest, TimeoutBetweenRequestsIsSilent) {
  Send(kGet);
  session_->OnTimeout(&out_);
  EXPECT_EQ(Send(""), "");
  EXPECT_TRUE(session_->closed());
}

}  // namespace
}  // namespace sluice::http
