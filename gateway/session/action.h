#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "base/byte_buffer.h"
#include "codec/connect.h"
#include "codec/publish.h"
#include "codec/reason_code.h"
#include "codec/subscribe.h"
#include "codec/unsubscribe.h"

namespace sluice::session {

// Actions are what a session asks of its owner. Pointers and views in them are valid until the next
// call of Session::Receive, and only as long as the input bytes given to the last one stay where
// they are; those of ConnectRequested are the exception.

// The client introduces itself. The owner answers with AcceptConnect or RefuseConnect, now or
// later; until then nothing more is received. The session keeps `connect` and its bytes until that
// answer, or Close. The will in it is the owner's to copy; when and whether it is due is said by
// Close.
struct ConnectRequested {
  const codec::Connect* connect;
};

// What the owner decided about a CONNECT that it accepts.
struct ConnectAnswer {
  // Whether the state is one that the client has had before; never after a clean start
  // [MQTT-3.2.2-2].
  bool session_present = false;
  // The identifier given to a client that sent none; empty otherwise.
  std::string_view assigned_client_id;
  // For a client that has asked for it; empty: none.
  std::string_view response_information;
  // The owner promises to call SessionState::AcknowledgeInbound (or Acknowledge of the next
  // session) for every QoS 2 message whose connection ended first, with an error for one that it
  // has let go: the client's repetition waits for that word. Without the promise such a message is
  // forgotten when the connection ends, and handed out again when the client repeats it.
  bool late_acknowledgements = false;
};

// A message for the owner, handed out once. The topic is the whole one (aliases are resolved and
// removed from the properties). With QoS 1 and 2 the owner answers once with
// Acknowledge(publish->packet_id, …), in any order, now or later. QoS 0 has no answer.
struct PublishReceived {
  const codec::Publish* publish;
};

// The owner answers with AcceptSubscribe, one code a filter; until then nothing more is received.
struct SubscribeRequested {
  const codec::Subscribe* subscribe;
};

// The owner answers with AcceptUnsubscribe, one code a filter; until then nothing more is received.
struct UnsubscribeRequested {
  const codec::Unsubscribe* unsubscribe;
};

// What became of a message that the owner gave to Session::Deliver.
enum class DeliverResult : uint8_t {
  kSent,        // for QoS 1 and 2 a DeliveryFinished follows
  kWindowFull,  // not taken; try again after a DeliveryFinished
  kTooLarge,    // larger than the client takes; dropped, and to be treated as sent [MQTT-3.1.2-25]
  kClosed,      // there is no client any more, or not yet
};

// A delivery with QoS 1 or 2 has come to its end; there is room in the window for another. `reason`
// is the client's word (an error if >= 0x80), or kPacketTooLarge for a message that the client of a
// resumed session no longer takes.
struct DeliveryFinished {
  uint16_t packet_id;
  codec::ReasonCode reason;
};

enum class TimerKind : uint8_t { kConnect, kKeepAlive, kRest };
inline constexpr size_t kTimerKinds = 3;

// Starts the timer, or starts it anew if it runs; the owner calls OnTimer when it fires, once.
struct StartTimer {
  TimerKind kind;
  std::chrono::milliseconds duration;
};

struct StopTimer {
  TimerKind kind;
};

enum class CloseCause : uint8_t {
  kClientDisconnected,  // DISCONNECT came
  kStreamClosed,        // the connection ended without one
  kRefused,             // CONNECT was refused, by us or by RefuseConnect
  kServer,              // Disconnect: takeover, shutdown, administration
  kMalformed,           // bytes that are no packet
  kProtocolError,       // packets that break a rule
  kLimit,               // one of Limits
  kTimeout,             // no CONNECT in time, or keep-alive
};

enum class WillFate : uint8_t {
  kNone,       // there is no will
  kCancelled,  // the client left properly [MQTT-3.1.2-10]
  kDue,  // publish it after its delay, or when the session ends, whichever is first [MQTT-3.1.2-8]
};

// The last action of a session, emitted exactly once: flush what is in the output, then close the
// stream. Before it every running timer gets a StopTimer.
struct Close {
  CloseCause cause;
  codec::ReasonCode reason;  // ours, or the one in the client's DISCONNECT
  WillFate will;
  // How long the SessionState is to be kept from now on; 0: it ends here, 0xFFFFFFFF: for ever.
  uint32_t session_expiry_seconds;
  // For the log: what happened or the broken rule; a literal, never the peer's text, never null.
  const char* detail;
};

using Action = std::variant<ConnectRequested, PublishReceived, SubscribeRequested,
                            UnsubscribeRequested, DeliveryFinished, StartTimer, StopTimer, Close>;

// What a call to a session produced. The session only appends; the owner sends `bytes` in order,
// carries out `actions` in order, and clears both. Reused, it allocates no more. May be shared by
// sessions of one thread.
struct Output {
  ByteBuffer bytes;
  std::vector<Action> actions;

  void Clear() {
    bytes.Clear();
    actions.clear();
  }
};

}  // namespace sluice::session
