#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::sim {

// A reading carries its number as text, "~0000002a~", which nothing between a device and the disk
// or upstream changes; so it is found again wherever it is. Numbers begin at 1.
using Token = uint32_t;
inline constexpr size_t kTokenChars = 10;
std::string TokenText(Token token);
// Calls `found` for each token in `bytes`.
template <typename Found>
void FindTokens(std::string_view bytes, Found found) {
  for (size_t at = bytes.find('~'); at != bytes.npos && at + kTokenChars <= bytes.size();
       at = bytes.find('~', at + 1)) {
    if (bytes[at + kTokenChars - 1] != '~') continue;
    Token token = 0;
    bool hex = true;
    for (size_t i = 1; hex && i + 1 < kTokenChars; ++i) {
      const char c = bytes[at + i];
      hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      token = token << 4 | static_cast<Token>(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    if (hex) found(token);
  }
}

// One message of a client.
struct SentMessage {
  std::string client;    // its client id
  std::string identity;  // what the gateway must take it for
  std::string topic;
  int qos = 0;
  bool retain = false;
  enum class Kind : uint8_t {
    kReadings,   // becomes one event for each token
    kMalformed,  // becomes a dead letter
    kForged,     // readings of a device for which this identity may not speak
    kPlain,      // feeds no stream: for local subscribers
    kLate,       // of a product whose profile comes late: until then a dead letter, then readings
  } kind = Kind::kReadings;
  std::vector<Token> tokens;         // one, or as many as a hub's message has readings
  std::vector<std::string> devices;  // of each
};

// An entry of what has arrived upstream: an event, or a gap in place of events.
struct Entry {
  std::string stream;
  uint64_t first = 0, last = 0;  // offsets; equal for an event
  std::string gap_reason;        // empty: an event
  Token token = 0;               // of an event
  std::string device;
  std::optional<uint64_t> replay_of = {};  // the dead letter that an event says it was, its offset
};

struct Letter;
struct StoredRun;

// Told by the parts of the world of what they see with their own eyes. The judges are behind it.
class Witness {
 public:
  virtual ~Witness() = default;

  // Clients. `message` keeps its place in memory for the length of the history.
  virtual void OnSent(const SentMessage& message, bool again) = 0;
  // The gateway has written PUBACK or PUBREC (in the moment of writing, before the network has it).
  virtual void OnAnswered(const SentMessage& message, uint8_t reason) = 0;
  // The client has forgotten it or its session and will not send it again.
  virtual void OnForgotten(const SentMessage& message) = 0;
  // It was told (CONNACK) that the gateway knows nothing of an earlier session of this client id.
  virtual void OnNewSession(const std::string& /*client*/) {}
  // Its subscription has been confirmed, as it has heard.
  virtual void OnListening(const std::string& /*client*/, const std::string& /*filter*/,
                           int /*qos*/) {}
  // A local subscriber was written a message; `retained` as the packet says.
  virtual void OnDelivered(const std::string& client, std::string_view topic,
                           std::string_view payload, int qos, bool retained) = 0;

  // Likewise, as `id` with QoS 1 and 2; also once more.
  virtual void OnWritten(const std::string& /*client*/, std::string_view /*payload*/, int /*qos*/,
                         uint16_t /*id*/) {}
  // The client itself has got a message, as `id` with QoS 1 and 2 (each time that it is sent), and
  // has been told that `id` is free again (QoS 2).
  virtual void OnTaken(const std::string& /*client*/, std::string_view /*payload*/, int /*qos*/,
                       bool /*retained*/, uint16_t /*id*/) {}
  virtual void OnReleased(const std::string& /*client*/, uint16_t /*id*/) {}

  // Between server and ingest: a message was taken by a stream, and its events have these offsets.
  virtual void OnAccepted(const std::string& stream, uint64_t first, uint64_t count,
                          std::string_view topic, std::string_view payload,
                          std::string_view identity) = 0;

  // The gateway hands a message to an uplink, on its so many-th connection; so many of the route's
  // earlier ones on it have had no answer.
  virtual void OnPublished(const std::string& route, uint64_t connection, size_t unanswered,
                           const std::vector<Entry>& entries) = 0;
  // Upstream, per uplink and the route's topic: what arrives, in its order, and what it says.
  virtual void OnArrived(const std::string& route, const std::vector<Entry>& entries) = 0;
  virtual void OnUpstreamAcknowledged(const std::string& route,
                                      const std::vector<Entry>& entries) = 0;
  virtual void OnUpstreamRefused(const std::string& route, const std::vector<Entry>& entries,
                                 bool for_good) = 0;
  // It ends the connection instead of an answer, or answers with what breaks the protocol's rules,
  // at which the uplink ends it.
  virtual void OnUpstreamClosed(const std::string& /*route*/, const std::vector<Entry>& /*entries*/,
                                bool /*broke_rules*/) {}

  // Somebody has the route send everything from this offset on once more.
  virtual void OnReplay(const std::string& /*route*/, uint64_t /*from*/) {}

  // Somebody has dead letters replayed, which are stored like this; `again`: also where nobody
  // knows whether they were replayed before. Each becomes events at these offsets, which are not
  // committed yet, or nothing; in the end the gateway says what came of it ("replayed", …).
  virtual void OnLettersAsked(const std::vector<StoredRun>& /*letters*/, bool /*again*/) {}
  virtual void OnLetterReplayed(uint64_t /*letter*/, const std::string& /*stream*/,
                                uint64_t /*first*/, uint64_t /*count*/) {}
  virtual void OnLetterAnswered(uint64_t /*letter*/, std::string_view /*outcome*/) {}

  // The disk's own account: the dead letter is safe.
  virtual void OnLetterKept(const Letter& /*letter*/) {}

  // The process.
  enum class End : uint8_t { kStop, kKill, kPowerCut };
  virtual void OnStarted() = 0;
  virtual void OnEnded(End how) = 0;  // the disk has become what it will be at the next start
};

}  // namespace sluice::sim
