#include "client/end.h"

#include <fmt/format.h>

#include <array>

#include "base/log.h"

namespace sluice::client {
namespace {

// The longest word of a server that a log line repeats.
constexpr size_t kMaxQuotedBytes = 200;

struct Words {
  std::string_view name;
  std::string_view sentence;
  bool has_code;  // that says more than the sentence
};

// By cause.
constexpr auto kWords = std::to_array<Words>({
    {"refused", "the server refused the connection", true},
    {"disconnected", "the server ended the connection", true},
    {"stream_closed", "the connection was closed", false},
    {"malformed", "the server sent what is no MQTT packet", false},
    {"protocol_error", "the server broke a rule of MQTT", false},
    {"too_large", "the server sent a larger packet than it was told to", false},
    {"connect_timeout", "the server did not answer CONNECT in time", false},
    {"ping_timeout", "the server did not answer PINGREQ in time", false},
    {"ack_timeout", "the server did not acknowledge what was published in time", false},
    {"local", "disconnected", false},
});

const Words& WordsOf(EndCause cause) { return kWords[static_cast<size_t>(cause)]; }

}  // namespace

std::string_view EndCauseName(EndCause cause) { return WordsOf(cause).name; }

std::string Describe(const End& end) {
  const Words& words = WordsOf(end.cause);
  std::string text(words.sentence);
  if (words.has_code) {
    const auto packet = end.cause == EndCause::kRefused ? codec::PacketType::kConnack
                                                        : codec::PacketType::kDisconnect;
    text += fmt::format(": {} (0x{:02X})", codec::ReasonCodeName(end.reason, packet),
                        static_cast<unsigned>(end.reason));
  }
  if (*end.detail != '\0') text += fmt::format(": {}", end.detail);
  if (!end.reason_string.empty()) {
    text += fmt::format(", \"{}\"", Printable(end.reason_string, kMaxQuotedBytes));
  }
  if (!end.server_reference.empty()) {
    text += "; it names another server: " + Printable(end.server_reference, kMaxQuotedBytes);
  }
  return text;
}

}  // namespace sluice::client
