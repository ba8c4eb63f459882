#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "client/options.h"
#include "uplink_mqtt/options.h"

namespace sluice::uplink_mqtt {

// What a status topic holds, JSON and retained: who, which version, whether it is there, since
// when, and in what way it left. A clock that was never set gives no time.
//   {"gateway":"g","version":"1","state":"online","since":"2026-11-26T12:00:00Z"}
//   {"gateway":"g","version":"1","state":"offline","since":"…","reason":"goodbye"}
//   {"gateway":"g","version":"1","state":"offline","online_since":"…","reason":"lost"}
// The last is the will, which is written when the connection is made: nobody knows then when it
// will be lost.
std::string OnlineText(const StatusTopic& topic);
std::string GoodbyeText(const StatusTopic& topic);
client::Will WillOf(const StatusTopic& topic);

}  // namespace sluice::uplink_mqtt
