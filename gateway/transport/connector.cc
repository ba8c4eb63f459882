#include "transport/connector.h"

#include <uv.h>

#include <utility>

#include "tls/context.h"
#include "transport/http_step.h"
#include "transport/socket_address.h"
#include "transport/tcp_stream.h"
#include "transport/tls_stream.h"
#include "transport/unix_socket.h"
#include "transport/websocket_stream.h"

namespace sluice::transport {
namespace {

class ConnectorImpl final : public Connector {
 public:
  ConnectorImpl(Loop& loop, ConnectOptions options, ConnectCallback on_done);
  ~ConnectorImpl() override;

  void Begin();
  const ConnectFailure& failure() const override { return failure_; }
  ConnectStage stage() const override { return stage_; }

 private:
  // libuv's request, which it holds until the attempt has ended, even when nobody waits for it any
  // more.
  struct Attempt {
    uv_connect_t request{};
    ConnectorImpl* connector = nullptr;
  };

  Status BeginTcp();
  Status BeginFile();
  static void OnConnect(uv_connect_t* request, int status);
  void OnConnected(int status);
  void AskProxy(std::unique_ptr<ByteStream> stream);
  void Encrypt(std::unique_ptr<ByteStream> stream);
  void OnHandshakeEnd(TlsHandshake::Outcome outcome);
  void AskForWebSocket(std::unique_ptr<ByteStream> stream);
  bool HasFailed(const HttpStep::Outcome& outcome);
  void Fail(Status reason);
  void Done(Result<std::unique_ptr<ByteStream>> result);

  Loop& loop_;
  ConnectOptions options_;
  ConnectCallback on_done_;
  std::shared_ptr<StreamContext> context_ = std::make_shared<StreamContext>();
  std::unique_ptr<tls::Engine> engine_;
  TcpStream::Socket* socket_ = nullptr;
  Attempt* attempt_ = nullptr;
  std::unique_ptr<HttpStep> proxy_;
  std::unique_ptr<TlsHandshake> handshake_;
  std::unique_ptr<HttpStep> websocket_;
  Random websocket_random_{0};
  ConnectStage stage_ = ConnectStage::kSocket;
  ConnectFailure failure_;
  Timer timer_;
};

ConnectorImpl::ConnectorImpl(Loop& loop, ConnectOptions options, ConnectCallback on_done)
    : loop_(loop), options_(std::move(options)), on_done_(std::move(on_done)) {
  context_->limits = options_.limits;
  if (options_.tls != nullptr) engine_ = options_.tls->NewEngine(options_.resume);
}

ConnectorImpl::~ConnectorImpl() {
  if (attempt_ != nullptr) attempt_->connector = nullptr;
  if (socket_ != nullptr) socket_->Close();
}

void ConnectorImpl::Begin() {
  attempt_ = new Attempt{.connector = this};
  attempt_->request.data = attempt_;
  if (options_.tls != nullptr && engine_ == nullptr) {
    delete std::exchange(attempt_, nullptr);
    failure_.tls = tls::Failure::kInternal;
    return Fail({StatusCode::kResourceExhausted, "no memory for TLS"});
  }
  const Status begun = IsUnixAddress(options_.address) ? BeginFile() : BeginTcp();
  if (begun.ok()) return;
  delete std::exchange(attempt_, nullptr);
  Fail(begun);
}

Status ConnectorImpl::BeginTcp() {
  const Result<sockaddr_storage> address = ParseSocketAddress(options_.address);
  if (!address.ok()) return address.status();
  socket_ = TcpStream::Socket::New(loop_);
  const int error = uv_tcp_connect(&attempt_->request, &socket_->tcp,
                                   reinterpret_cast<const sockaddr*>(&*address), OnConnect);
  if (error == 0) return Status::Ok();
  failure_.error = -error;
  return Status::FromErrno(-error, "connect to " + options_.address);
}

Status ConnectorImpl::BeginFile() {
  const Result<UnixPath> path = UnixPath::Open(options_.address);
  if (!path.ok()) return path.status();
  socket_ = TcpStream::Socket::New(loop_, /*is_unix=*/true);
  // The attempt is made at once, while the directory is open; only its outcome comes later.
  uv_pipe_connect(&attempt_->request, &socket_->pipe, path->address().sun_path, OnConnect);
  return Status::Ok();
}

void ConnectorImpl::OnConnect(uv_connect_t* request, int status) {
  const std::unique_ptr<Attempt> ended(static_cast<Attempt*>(request->data));
  if (ended->connector != nullptr) ended->connector->OnConnected(status);
}

void ConnectorImpl::OnConnected(int status) {
  attempt_ = nullptr;
  if (status != 0) {
    failure_.error = -status;
    return Done(Status::Unavailable("connect to " + options_.address + ": " + uv_strerror(status)));
  }
  AskProxy(std::make_unique<TcpStream>(loop_, std::exchange(socket_, nullptr), context_));
}

void ConnectorImpl::AskProxy(std::unique_ptr<ByteStream> stream) {
  if (!options_.proxy) return Encrypt(std::move(stream));
  stage_ = ConnectStage::kProxy;
  proxy_ = std::make_unique<HttpStep>(loop_, std::move(stream), ProxyRequest(*options_.proxy),
                                      JudgeProxyAnswer, [this](HttpStep::Outcome outcome) {
                                        if (HasFailed(outcome)) return;
                                        Encrypt(std::move(outcome.stream));
                                      });
}

// The connector may be gone when it says yes.
bool ConnectorImpl::HasFailed(const HttpStep::Outcome& outcome) {
  if (outcome.stream != nullptr) return false;
  failure_.http_status = outcome.status;
  failure_.answered = outcome.spoke;
  Done(outcome.reason);
  return true;
}

void ConnectorImpl::Encrypt(std::unique_ptr<ByteStream> stream) {
  if (options_.tls == nullptr) return AskForWebSocket(std::move(stream));
  stage_ = ConnectStage::kTls;
  handshake_ = std::make_unique<TlsHandshake>(
      loop_, std::move(stream), std::move(engine_), options_.limits,
      [this](TlsHandshake::Outcome outcome) { OnHandshakeEnd(std::move(outcome)); });
}

void ConnectorImpl::OnHandshakeEnd(TlsHandshake::Outcome outcome) {
  if (outcome.end != TlsHandshake::End::kDone) {
    failure_.tls = outcome.failure;
    failure_.handshake_timed_out = outcome.end == TlsHandshake::End::kTimeout;
    return Done(outcome.reason);
  }
  AskForWebSocket(std::make_unique<TlsStream>(loop_, std::move(outcome), context_));
}

void ConnectorImpl::AskForWebSocket(std::unique_ptr<ByteStream> stream) {
  if (!options_.websocket) return Done(std::move(stream));
  stage_ = ConnectStage::kWebSocket;
  const WebSocketRequest& request = *options_.websocket;
  websocket_random_ = Random(request.seed);
  const std::string key = NewWebSocketKey(&websocket_random_);
  const auto judge = [key, subprotocol = request.subprotocol](const http::ResponseHead& head) {
    return JudgeWebSocketAnswer(head, key, subprotocol);
  };
  websocket_ = std::make_unique<HttpStep>(
      loop_, std::move(stream), WebSocketRequestText(request, key), judge,
      [this](HttpStep::Outcome outcome) {
        if (HasFailed(outcome)) return;
        Done(std::unique_ptr<ByteStream>(std::make_unique<WebSocketStream>(
            loop_, std::move(outcome.stream), WebSocketCodec::Role::kClient,
            websocket_random_.Next(), context_)));
      });
}

// Never from inside Begin: who called Connect has no connector yet.
void ConnectorImpl::Fail(Status reason) {
  timer_ = loop_.StartTimer(Duration::zero(), [this, reason = std::move(reason)] { Done(reason); });
}

// The connector may be gone when it returns.
void ConnectorImpl::Done(Result<std::unique_ptr<ByteStream>> result) {
  const ConnectCallback done = std::move(on_done_);
  done(std::move(result));
}

}  // namespace

std::unique_ptr<Connector> Connector::Connect(Loop& loop, ConnectOptions options,
                                              ConnectCallback on_done) {
  auto connector = std::make_unique<ConnectorImpl>(loop, std::move(options), std::move(on_done));
  connector->Begin();
  return connector;
}

std::unique_ptr<tls::ResumptionTicket> TicketOf(const ByteStream& stream) {
  const auto* tls = dynamic_cast<const TlsStream*>(&stream);
  return tls == nullptr ? nullptr : tls->engine().Ticket();
}

}  // namespace sluice::transport
