#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "client/end.h"
#include "client/server_terms.h"
#include "codec/publish.h"
#include "codec/reason_code.h"

namespace sluice::client {

// Actions are what a client tells its owner. Pointers and views in them are valid until the next
// call of Client::Receive, and only as long as the input bytes given to the last one stay where
// they are; `terms` and `end` as long as the client.

// CONNACK said yes: Publish and Subscribe may be called.
struct Connected {
  const ServerTerms* terms;
};

// The server's last word on a publish of QoS 1 or 2. An error if >= 0x80; kNoMatchingSubscribers is
// none.
struct Acknowledged {
  uint32_t token;
  codec::ReasonCode reason;
  std::string_view reason_string;  // the server's own words
};

// A message, handed out once. The topic is the whole one. With QoS 1 and 2 the owner answers once
// with Client::Acknowledge(publish->packet_id, …), in any order, now or later.
struct MessageReceived {
  const codec::Publish* publish;
};

// A code for each filter, in its order; of 3.1.1, where UNSUBACK has none, none. MQTT 5 values in
// both versions.
struct Subscribed {
  uint32_t token;
  ByteSpan reasons;
};
struct Unsubscribed {
  uint32_t token;
  ByteSpan reasons;
};

// The last action of a client, exactly once: flush what is in the output, then close the stream.
// Of what has not been answered nothing more will be heard.
struct Ended {
  const End* end;
};

using Action =
    std::variant<Connected, Acknowledged, MessageReceived, Subscribed, Unsubscribed, Ended>;

// What a call to a client produced. The client only appends; the owner sends `bytes` in order,
// carries out `actions` in order, and clears both. Reused, it allocates no more.
struct Output {
  ByteBuffer bytes;
  std::vector<Action> actions;

  void Clear() {
    bytes.Clear();
    actions.clear();
  }
};

}  // namespace sluice::client
