#include "admin/admin_client.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "http/response_parser.h"
#include "transport/connector.h"
#include "transport/loop.h"
#include "transport/unix_socket.h"

namespace sluice::admin {
namespace {

std::string RequestOf(const Question& question) {
  const std::string end = fmt::format("Host: {}\r\nConnection: close\r\n", question.host);
  if (!question.form) return fmt::format("GET {} HTTP/1.1\r\n{}\r\n", question.path, end);
  return fmt::format(
      "POST {} HTTP/1.1\r\n{}Content-Type: application/x-www-form-urlencoded\r\n"
      "Content-Length: {}\r\n\r\n{}",
      question.path, end, question.form->size(), *question.form);
}

class Conversation final : public transport::StreamHandler {
 public:
  explicit Conversation(const Question& question)
      : question_(question), parser_(question.max_answer_bytes) {}

  Result<http::Response> Run();

 private:
  void OnConnected(Result<std::unique_ptr<transport::ByteStream>> stream);
  size_t OnBytes(ByteSpan bytes) override;
  void OnClosed(const Status& reason) override;
  void Follow(http::ResponseParser::Outcome outcome);

  const Question& question_;
  transport::Loop loop_;
  http::ResponseParser parser_;
  std::optional<Result<http::Response>> answer_;
  Timer timer_;
  std::unique_ptr<transport::Connector> connector_;
  std::unique_ptr<transport::ByteStream> stream_;
};

Result<http::Response> Conversation::Run() {
  timer_ = loop_.StartTimer(question_.patience, [this] {
    answer_.emplace(Status::Unavailable(question_.address + " does not answer"));
  });
  connector_ =
      transport::Connector::Connect(loop_, {.address = question_.address},
                                    [this](Result<std::unique_ptr<transport::ByteStream>> stream) {
                                      OnConnected(std::move(stream));
                                    });
  while (!answer_.has_value()) loop_.RunOnce();
  stream_.reset();
  connector_.reset();
  return std::move(*answer_);
}

void Conversation::OnConnected(Result<std::unique_ptr<transport::ByteStream>> stream) {
  if (!stream.ok()) return void(answer_.emplace(stream.status()));
  stream_ = std::move(*stream);
  stream_->Start(this);
  stream_->Write(AsBytes(RequestOf(question_)));
}

size_t Conversation::OnBytes(ByteSpan bytes) {
  timer_.Start(question_.patience);
  if (!answer_.has_value()) Follow(parser_.Execute(bytes));
  return bytes.size();
}

void Conversation::OnClosed(const Status& reason) {
  if (answer_.has_value()) return;
  if (parser_.Execute({}) == http::ResponseParser::Outcome::kResponse) {
    answer_.emplace(parser_.TakeResponse());
  } else {
    answer_.emplace(
        Status::Unavailable(fmt::format("{}: {}", question_.address, reason.message())));
  }
}

void Conversation::Follow(http::ResponseParser::Outcome outcome) {
  if (outcome == http::ResponseParser::Outcome::kResponse) answer_.emplace(parser_.TakeResponse());
  if (outcome == http::ResponseParser::Outcome::kError) {
    answer_.emplace(
        Status::Unavailable(question_.address + " answered with something else than HTTP"));
  }
}

}  // namespace

Result<http::Response> Ask(const Question& question) { return Conversation(question).Run(); }

std::string ControlAddress(const std::string& directory) {
  return std::string(transport::kUnixPrefix) + directory + "/control.sock";
}

}  // namespace sluice::admin
