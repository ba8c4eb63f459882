#include "uplink_mqtt/status_message.h"

#include "base/json_writer.h"
#include "base/rfc3339.h"

namespace sluice::uplink_mqtt {
namespace {

std::string Text(const StatusTopic& topic, std::string_view state, std::string_view time_key,
                 std::string_view reason) {
  std::string text;
  JsonWriter json(&text);
  json.BeginObject();
  json.Member("gateway", std::string_view(topic.gateway));
  json.Member("version", std::string_view(topic.version));
  json.Member("state", state);
  const WallTime now = topic.clock->WallNow();
  if (Clock::IsPlausible(now)) {
    std::string time;
    AppendRfc3339(now, &time);
    json.Member(time_key, std::string_view(time));
  }
  if (!reason.empty()) json.Member("reason", reason);
  json.EndObject();
  return text;
}

}  // namespace

std::string OnlineText(const StatusTopic& topic) { return Text(topic, "online", "since", {}); }

std::string GoodbyeText(const StatusTopic& topic) {
  return Text(topic, "offline", "since", "goodbye");
}

client::Will WillOf(const StatusTopic& topic) {
  client::Will will;
  will.topic = topic.topic;
  will.payload = Text(topic, "offline", "online_since", "lost");
  will.qos = codec::Qos::kAtLeastOnce;
  will.retain = true;
  will.payload_is_text = true;
  will.content_type = "application/json";
  return will;
}

}  // namespace sluice::uplink_mqtt
