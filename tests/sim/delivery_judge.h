#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "sim/case_file.h"
#include "sim/witness.h"

namespace sluice::sim {

// Judges what becomes of a message on its way from the gateway's mouth to a local subscriber, as
// long as the session lasts [MQTT-4.3.2, 4.3.3]: with QoS 1 and 2 it gets there, however often the
// connection is lost; with QoS 2 once; and no other message is sent under the same identifier
// before the client has said that it is done with that [MQTT-2.2.1-4].
class DeliveryJudge {
 public:
  // The file outlives it.
  explicit DeliveryJudge(CaseFile& file) : file_(file) {}

  void OnSent(const SentMessage& message);
  void OnNewSession(const std::string& client);
  // The gateway has written it.
  void OnWritten(const std::string& client, std::string_view payload, int qos, uint16_t id);
  // The client has got it.
  void OnTaken(const std::string& client, std::string_view payload, int qos, bool retained,
               uint16_t id);
  void OnReleased(const std::string& client, uint16_t id);

  // Who has not got what was written for it; empty: nobody.
  std::string StillOnTheWay() const;

 private:
  // The event or local message that a payload is: the event's id, or the token.
  using Key = std::string;
  struct Session {
    std::map<uint16_t, Key> busy;   // written, and the client has not said that it is done
    std::map<uint16_t, Key> held;   // QoS 2, taken and not released
    std::map<Key, uint32_t> taken;  // QoS 2, how often; nothing retained
    std::set<Key> written;          // QoS 1 and 2, and not taken yet
  };
  // How often a message was sent so that it may be delivered again.
  struct Publishes {
    uint32_t session = 0;  // of its client, at last
    uint32_t times = 0;
  };

  static Key KeyOf(std::string_view payload);
  uint32_t MayCome(const Key& key, std::string_view payload) const;

  CaseFile& file_;
  std::map<std::string, Session, std::less<>> sessions_;  // of subscribers, by client
  std::map<std::string, uint32_t, std::less<>> numbers_;  // of sessions, by client
  std::map<Token, Publishes> publishes_;                  // of local messages
};

}  // namespace sluice::sim
