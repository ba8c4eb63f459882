#include "transport/websocket_codec.h"

#include <fmt/format.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "base/status.h"

namespace sluice::transport {
namespace {

// The longest word of a peer that a log line repeats.
constexpr size_t kMaxQuotedBytes = 120;
// Of a message, whose size means nothing here.
constexpr uint64_t kAnySize = uint64_t{1} << 62;

}  // namespace

struct WebSocketCodec::Impl {
  Impl(Role role, uint64_t seed, Sinks given) : sinks(std::move(given)), random(seed) {
    static const wslay_event_callbacks callbacks = {
        OnReceive, OnSend, OnMask, OnFrame, OnChunk, nullptr, OnMessage,
    };
    const int made = role == Role::kClient
                         ? wslay_event_context_client_init(&context, &callbacks, this)
                         : wslay_event_context_server_init(&context, &callbacks, this);
    SLUICE_CHECK(made == 0);  // memory
    wslay_event_config_set_no_buffering(context, 1);
    wslay_event_config_set_max_recv_msg_length(context, kAnySize);
  }
  ~Impl() { wslay_event_context_free(context); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  static Impl& Of(void* self) { return *static_cast<Impl*>(self); }
  static ssize_t OnReceive(wslay_event_context_ptr context, uint8_t* buffer, size_t size, int,
                           void* self) {
    Impl& i = Of(self);
    if (i.in.empty() || !i.fault.empty()) {
      wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
      return -1;
    }
    const size_t taken = std::min(size, i.in.size());
    std::memcpy(buffer, i.in.data(), taken);
    i.in = i.in.subspan(taken);
    return static_cast<ssize_t>(taken);
  }
  static ssize_t OnSend(wslay_event_context_ptr, const uint8_t* data, size_t size, int,
                        void* self) {
    Of(self).sinks.frames({data, size});
    return static_cast<ssize_t>(size);
  }
  static int OnMask(wslay_event_context_ptr, uint8_t* buffer, size_t size, void* self) {
    const uint64_t mask = Of(self).random.Next();
    std::memcpy(buffer, &mask, std::min(size, sizeof mask));
    return 0;
  }
  static void OnFrame(wslay_event_context_ptr, const wslay_event_on_frame_recv_start_arg* frame,
                      void* self) {
    Impl& i = Of(self);
    i.is_data = frame->opcode == WSLAY_BINARY_FRAME || frame->opcode == WSLAY_CONTINUATION_FRAME;
    if (frame->opcode == WSLAY_TEXT_FRAME) {  // [MQTT-6.0.0-1]
      i.Fail(WSLAY_CODE_UNSUPPORTED_DATA, "it sends text where MQTT is binary");
    }
    if (frame->opcode == WSLAY_PING && ++i.pings > kMaxPingsAtOnce) {
      i.Fail(WSLAY_CODE_POLICY_VIOLATION, "it sends only pings");
    }
  }
  static void OnChunk(wslay_event_context_ptr, const wslay_event_on_frame_recv_chunk_arg* chunk,
                      void* self) {
    Impl& i = Of(self);
    if (i.is_data && i.fault.empty()) i.sinks.data({chunk->data, chunk->data_length});
  }
  static void OnMessage(wslay_event_context_ptr, const wslay_event_on_msg_recv_arg* message,
                        void* self) {
    Impl& i = Of(self);
    if (message->opcode != WSLAY_CONNECTION_CLOSE) return;
    i.closing = fmt::format("it closed the WebSocket ({})", message->status_code);
    if (message->msg_length > 2) {
      const ByteSpan words(message->msg + 2, message->msg_length - 2);
      i.closing += fmt::format(", \"{}\"", Printable(AsText(words), kMaxQuotedBytes));
    }
  }

  void Fail(uint16_t with, const char* why) {
    if (!fault.empty()) return;
    goodbye = with;
    fault = why;
  }

  const Sinks sinks;
  Random random;
  wslay_event_context_ptr context = nullptr;
  ByteSpan in;
  bool is_data = false;
  int pings = 0;
  std::string fault;  // found by us, not by wslay
  uint16_t goodbye = WSLAY_CODE_NORMAL_CLOSURE;
  std::string closing;  // the peer's words
};

WebSocketCodec::WebSocketCodec(Role role, uint64_t seed, Sinks sinks)
    : impl_(std::make_unique<Impl>(role, seed, std::move(sinks))) {}

WebSocketCodec::~WebSocketCodec() = default;

bool WebSocketCodec::Receive(ByteSpan in) {
  if (!fault_.empty()) return false;
  impl_->in = in;
  impl_->pings = 0;
  const int result = wslay_event_recv(impl_->context);
  impl_->in = {};
  (void)wslay_event_send(impl_->context);
  Judge(result);
  return fault_.empty();
}

void WebSocketCodec::Judge(int result) {
  if (!impl_->closing.empty()) {
    closed_by_peer_ = true;
    fault_ = impl_->closing;
  } else if (!impl_->fault.empty()) {
    fault_ = impl_->fault;
  } else if (result != 0 || wslay_event_get_close_sent(impl_->context) != 0) {
    fault_ = fmt::format("it breaks a rule of WebSocket ({})",
                         wslay_event_get_status_code_sent(impl_->context));
  }
}

void WebSocketCodec::Send(ByteSpan bytes) {
  while (!bytes.empty()) {
    const ByteSpan piece = bytes.first(std::min(bytes.size(), kMaxFrameBytes));
    const wslay_event_msg message{WSLAY_BINARY_FRAME, piece.data(), piece.size()};
    if (wslay_event_queue_msg(impl_->context, &message) != 0) return;
    bytes = bytes.subspan(piece.size());
  }
  (void)wslay_event_send(impl_->context);
}

void WebSocketCodec::Close() {
  if (wslay_event_queue_close(impl_->context, impl_->goodbye, nullptr, 0) != 0) return;
  (void)wslay_event_send(impl_->context);
}

}  // namespace sluice::transport
